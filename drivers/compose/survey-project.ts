import { createHash } from 'node:crypto'
import type { WorldSurvey } from '../../core/world-survey.js'
import { engineError, unlessGone } from '../docker/engine-error.js'
import { isOneOff, projectLabel, type Engine, type Inspected } from './project.js'

/**
 * A Compose project as `docker inspect` shows it, without what a restart must change: process ids, times, counts, addresses. What
 * may hold secrets (commands, variables) is told by a digest only. Containers of `compose run` come and go by themselves. Throws SeaworthyError.
 */
export async function surveyProject(docker: Engine, project: string): Promise<WorldSurvey> {
  const filters = { label: [`${projectLabel}=${project}`] }
  try {
    const listed = await docker.listContainers({ all: true, filters })
    const containers = (await Promise.all(listed.map(({ Id }) => unlessGone(docker.getContainer(Id).inspect())))).filter((one) => one !== undefined).filter((one) => !isOneOff(one))
    const networks = await docker.listNetworks({ filters })
    const { Volumes: volumes } = await docker.listVolumes({ filters: JSON.stringify(filters) })
    return new Map([
      ...containers.flatMap(entriesOf),
      ...networks.map(({ Name: name, Id: id }) => [`network ${name}`, id.slice(0, 12)] as const),
      ...(volumes ?? []).map(({ Name: name, Driver: driver }) => [`volume ${name}`, driver] as const),
    ])
  } catch (error) {
    throw engineError(`looking at the project ${project}`, error)
  }
}

/** Exported for its test. */
export function entriesOf({ Name, Image, Config, HostConfig, State, Mounts, NetworkSettings }: Inspected): readonly (readonly [string, string])[] {
  const name = `container ${Name.replace(/^\//, '')}`
  const policy = HostConfig.RestartPolicy
  const networks = Object.entries(NetworkSettings.Networks).map(([network, { Aliases: aliases }]) => `${network} as ${[...((aliases as readonly string[] | null) ?? [])].sort().join('+')}`)
  const mounts = Mounts.map(({ Type: type, Source: source, Destination: destination, RW: writable }) => `${type} ${source} at ${destination}${writable ? '' : ', to read'}`)
  return [
    [name, State.Paused ? 'paused' : State.Running || State.Restarting ? 'running' : 'not running'],
    [`${name}, restart policy`, `${policy?.Name || 'no'} ${policy?.MaximumRetryCount ?? 0}`],
    [`${name}, image`, Image],
    [`${name}, networks`, networks.sort().join('; ')],
    [`${name}, mounts`, mounts.sort().join('; ')],
    [`${name}, configuration`, digest({ ...Config, HostConfig: { ...HostConfig, RestartPolicy: undefined } })],
  ]
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)
