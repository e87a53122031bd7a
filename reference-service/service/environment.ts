import { ConfigurationError } from './configuration-error.js'
import { installedRelease } from './release.js'
import type { Release } from './release.js'

export interface Address {
  readonly host: string
  readonly port: number
}

/** What a replica is told by its environment. */
export interface Environment {
  readonly listen: Address
  /** Name of this replica. */
  readonly instance: string
  /** Its number from 0. */
  readonly index: number
  readonly configurationPath: string
  readonly primary: Address
  readonly replica: Address
  /** Both can be done without, also for ever. */
  readonly cache?: Address
  readonly toggleStore?: Address
  /** Sources the service can do without. */
  readonly recommendations: Address
  readonly reviews: Address
  /** The machine's folder that a reboot wipes. */
  readonly runDirectory: string
  /** The machine's folder that survives a reboot. */
  readonly machineDirectory: string
  /** The release it runs. */
  readonly release: Release
  /** Its name in the environment of the unit, which nothing that is installed overrules. */
  readonly pinned: string | undefined
  readonly notes: Address | undefined
  /** Where exceptions are reported, `http://KEY@HOST:PORT/PROJECT`. */
  readonly exceptionsDsn: string | undefined
}

/** Throws ConfigurationError when a variable is missing. */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const text = (name: string): string => {
    const value = variables[name]
    if (value) return value
    throw new ConfigurationError(`${name} is not set`)
  }
  const port = (name: string): number => {
    const value = Number(text(name))
    if (Number.isInteger(value) && value > 0 && value < 65_536) return value
    throw new ConfigurationError(`found ${name}=${text(name)}, expected a port number`)
  }
  const optional = (name: string): Address | undefined =>
    variables[`${name}_HOST`] ? { host: text(`${name}_HOST`), port: port(`${name}_PORT`) } : undefined
  const cache = optional('CACHE')
  const toggleStore = optional('TOGGLE_STORE')
  return {
    listen: { host: text('HOST'), port: port('PORT') },
    instance: text('INSTANCE'),
    index: Number(text('INDEX')),
    configurationPath: text('CONFIGURATION'),
    primary: { host: text('DATABASE_PRIMARY_HOST'), port: port('DATABASE_PRIMARY_PORT') },
    replica: { host: text('DATABASE_REPLICA_HOST'), port: port('DATABASE_REPLICA_PORT') },
    ...(cache ? { cache } : {}),
    ...(toggleStore ? { toggleStore } : {}),
    recommendations: { host: text('RECOMMENDATIONS_HOST'), port: port('RECOMMENDATIONS_PORT') },
    reviews: { host: text('REVIEWS_HOST'), port: port('REVIEWS_PORT') },
    runDirectory: text('RUN_DIRECTORY'),
    machineDirectory: text('MACHINE_DIRECTORY'),
    release: installedRelease({ machineDirectory: text('MACHINE_DIRECTORY'), instance: text('INSTANCE'), pinned: variables['RELEASE'] }),
    pinned: variables['RELEASE'],
    exceptionsDsn: variables['SENTRY_DSN'],
    notes: variables['NOTES_HOST'] ? { host: text('NOTES_HOST'), port: port('NOTES_PORT') } : undefined,
  }
}
