import { messageOf, SeaworthyError } from '../../core/errors.js'
import { policyOf } from '../../drivers/compose/compose-command.js'
import { connectEngine } from '../../drivers/docker/engine-connection.js'
import { stopSignalOf } from '../../drivers/docker/stop-signal.js'
import type { RunningService } from './running-service.js'

/** What the engine says of a container, as far as it matters here (GET /containers/{id}/json). */
export interface ContainerFacts {
  readonly Name: string
  readonly State: { readonly Running: boolean }
  readonly Config: { readonly StopSignal?: string | undefined; readonly StopTimeout?: number | undefined; readonly ExposedPorts?: Readonly<Record<string, unknown>> | undefined }
  readonly HostConfig: { readonly RestartPolicy?: { readonly Name?: string | undefined; readonly MaximumRetryCount?: number | undefined } | undefined }
  readonly NetworkSettings: {
    readonly Ports?: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null | undefined>> | undefined
    readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string | undefined } | undefined>> | undefined
  }
}

/** Looks at a container, and changes nothing. Throws SW_INIT_SOURCE. */
export async function lookAtContainer(name: string): Promise<RunningService> {
  let facts: ContainerFacts
  try {
    const { docker } = await connectEngine()
    facts = await docker.getContainer(name).inspect()
  } catch (thrown) {
    throw new SeaworthyError('SW_INIT_SOURCE', `--from container:${name}: ${messageOf(thrown)}`, { cause: thrown, hint: 'docker ps shows the names of running containers.' })
  }
  return runningContainer(facts)
}

/** Throws SW_INIT_SOURCE for one that does not run or has no port. */
export function runningContainer(facts: ContainerFacts): RunningService {
  const name = facts.Name.replace(/^\//, '')
  const refuse = (found: string, hint: string): SeaworthyError => new SeaworthyError('SW_INIT_SOURCE', `--from container:${name}: found ${found}`, { hint })
  if (!facts.State.Running) throw refuse('a container that does not run', `Start it first: docker start ${name}.`)
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) throw refuse('a name that cannot be written into a command', 'Give the container a plain name.')
  const url = addressOf(facts)
  if (url === undefined) throw refuse('no TCP port', 'The image must expose a port (EXPOSE), or the container publish one (-p).')
  const policy = policyText(facts.HostConfig.RestartPolicy)
  const pid = `$(docker inspect -f '{{.State.Pid}}' ${name})`
  return {
    url,
    ...policyOf(policy),
    seenIn: `its restart policy "${policy}"`,
    hooks: {
      start: `docker start ${name}`,
      stop: `docker stop ${name}`,
      // Past the engine, which does not restart what was killed by its own command.
      kill: `kill -KILL ${pid}`,
      hold: `docker update --restart=no ${name}`,
      release: `docker update --restart=${policy} ${name}; docker start ${name}`,
      freeze: `docker pause ${name}`,
      thaw: `docker unpause ${name}`,
      logs: `docker logs --tail 10000 ${name}`,
    },
    stop: stopOf(facts.Config),
  }
}

/** A published port first; else the container's own address, which this machine reaches where the engine runs on it. */
function addressOf({ NetworkSettings: { Ports, Networks }, Config }: ContainerFacts): URL | undefined {
  const published = Object.entries(Ports ?? {}).find(([port, at]) => port.endsWith('/tcp') && (at?.length ?? 0) > 0)?.[1]?.[0]
  if (published !== undefined) return new URL(`http://${hostOf(published.HostIp)}:${published.HostPort}`)
  const address = Object.values(Networks ?? {}).flatMap((one) => one?.IPAddress ?? []).find((one) => one !== '')
  const port = Object.keys({ ...Config.ExposedPorts, ...Ports }).find((one) => one.endsWith('/tcp'))
  return address === undefined || port === undefined ? undefined : new URL(`http://${address}:${port.slice(0, -'/tcp'.length)}`)
}

const hostOf = (published: string): string => (['', '0.0.0.0', '::'].includes(published) ? '127.0.0.1' : published.includes(':') ? `[${published}]` : published)

/** As `docker update --restart` takes it. */
function policyText({ Name: name = '', MaximumRetryCount: retries = 0 }: NonNullable<ContainerFacts['HostConfig']['RestartPolicy']> = {}): string {
  if (name === '') return 'no'
  return name === 'on-failure' && retries > 0 ? `${name}:${retries}` : name
}

function stopOf({ StopSignal: named, StopTimeout: graceS = 10 }: ContainerFacts['Config']): NonNullable<RunningService['stop']> {
  const signal = stopSignalOf(named)
  return { signal: signal ?? 'SIGTERM', graceMs: graceS * 1_000, ...(signal === undefined && named !== undefined ? { unknownSignal: named } : {}) }
}
