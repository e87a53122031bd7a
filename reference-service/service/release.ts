import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError } from './configuration-error.js'

/** One build of the service. All of them are in this program; which one a start runs is chosen like an installed package. */
export interface Release {
  readonly name: 'v1' | 'v2' | 'never-ready' | 'crashing'
  /** The public version and the exact release, as health and version answers give them. */
  readonly version: string
  readonly releaseId: string
  /** Version of the records it writes, see `record-format.ts`. */
  readonly recordFormat: 1 | 2
  /** A mistake that gets through every test but a start in production. */
  readonly mistake?: 'never-ready' | 'crashes'
}

const releases: readonly Release[] = [
  { name: 'v1', version: '1', releaseId: '1.0.0', recordFormat: 1 },
  { name: 'v2', version: '2', releaseId: '2.0.0', recordFormat: 2 },
  { name: 'never-ready', version: '2', releaseId: '2.0.1', recordFormat: 2, mistake: 'never-ready' },
  { name: 'crashing', version: '2', releaseId: '2.0.2', recordFormat: 2, mistake: 'crashes' },
]

/** Throws ConfigurationError for a name that is none. */
export function releaseNamed(name: string): Release {
  const found = releases.find((one) => one.name === name)
  if (found) return found
  throw new ConfigurationError(`found the release "${name}", expected one of: ${releases.map((one) => one.name).join(', ')}`)
}

export interface InstalledIn {
  readonly machineDirectory: string
  readonly instance: string
  /** Set by whoever configures the unit; wins over what is installed. */
  readonly pinned: string | undefined
}

const fileOf = ({ machineDirectory, instance }: InstalledIn): string => join(machineDirectory, 'releases', instance)

/** The release that this start runs: the pinned one, else the installed one, else the first. */
export function installedRelease(where: InstalledIn): Release {
  if (where.pinned !== undefined) return releaseNamed(where.pinned)
  try {
    return releaseNamed(readFileSync(fileOf(where), 'utf8').trim())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return releaseNamed('v1')
    throw error
  }
}

/** From its next start on the replica runs this release. */
export function install(where: InstalledIn, release: Release): void {
  const file = fileOf(where)
  mkdirSync(join(where.machineDirectory, 'releases'), { recursive: true })
  writeFileSync(`${file}.new`, `${release.name}\n`)
  renameSync(`${file}.new`, file)
}
