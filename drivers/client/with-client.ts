import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { BalancerCounters, BalancerQualification, DeployOptions, Deployment, Driver, Instance } from '../../core/driver.js'
import { messageOf } from '../../core/errors.js'
import type { Capability } from '../../core/requirement.js'
import type { ClientDeclaration, ServiceDescriptor } from '../../core/service-descriptor.js'
import { processStartTime } from '../../operating-system/process-table.js'
import { markerVariable } from '../../operating-system/run-processes.js'
import { everyStep } from '../every-step.js'
import type { Network } from '../network/network-protocol.js'
import { startNetwork } from '../network/start-network.js'
import { clientPaths } from '../../core/client-module.js'
import type { ClientInstance } from './client-protocol.js'
import { startClient, type StartedClient } from './start-client.js'

/** The client module has no face for a replica that comes later. */
const notOffered: ReadonlySet<Capability> = new Set(['topology.scale'])

/**
 * A driver that can also run services which do not speak HTTP: in front of what the driver deploys stand the HTTP face
 * of the declared client module, one for each replica, and a balancer of ours. A service without `client` is the
 * driver's alone.
 */
export function withClient(driver: Driver): Driver {
  return {
    ...driver,
    async availability(service) {
      const answer = await driver.availability(service)
      return answer.available && service.client !== undefined ? loadable(service.client) : answer
    },
    offers: (service) => (service.client === undefined ? driver.offers(service) : new Set([...driver.offers(service)].filter((one) => !notOffered.has(one)))),
    deploy: async (service, options) => (service.client === undefined ? driver.deploy(service, options) : deployWithClient(driver, service, service.client, options)),
  }
}

async function loadable({ module, env, ordinaryRead = false }: ClientDeclaration): ReturnType<Driver['availability']> {
  try {
    await (await startClient({ module, env, ordinaryRead, instances: [] }, { environment: { PATH: process.env['PATH'] ?? '' } })).close()
    return { available: true }
  } catch (thrown) {
    return { available: false, reason: messageOf(thrown) }
  }
}

/** A check every day: the driver's own balancer speaks HTTP, which the service would take for an attack. */
const hardlyEverMs = 24 * 60 * 60_000

async function deployWithClient(driver: Driver, service: ServiceDescriptor, client: ClientDeclaration, options: DeployOptions): Promise<Deployment> {
  const inner = await driver.deploy({ ...service, balancer: { ...service.balancer, intervalMs: hardlyEverMs } }, {
    ...options,
    onPlatformEvent: (event) => (event.name === 'backend-up' || event.name === 'backend-down' ? undefined : options.onPlatformEvent(event)),
  })
  const ends: (() => unknown)[] = [() => inner[Symbol.asyncDispose]()]
  let disposed: Promise<void> | undefined
  const dispose = (): Promise<void> => (disposed ??= everyStep(ends))
  try {
    const parts = new ClientParts(service, options, () => disposed !== undefined)
    const started = await parts.startClient(client, inner.instances)
    ends.unshift(() => started.close())
    const instances = inner.instances.map(({ id }) => ({ id, url: new URL(`http://127.0.0.1:${started.ports.get(id)}`) }))
    const network = await parts.startNetwork(instances)
    ends.unshift(() => network.close())
    return clientDeployment(inner, { service, network, instances, logFiles: parts.logFiles, dispose })
  } catch (error) {
    await dispose().catch(() => undefined) // the reason is worth more than what followed from it
    throw error
  }
}

/** What stands in front of the deployment. Marked as another deployment than the driver's: a reboot there must not end it. */
class ClientParts {
  readonly logFiles: ReadonlyMap<string, string>
  readonly #environment: Readonly<Record<string, string>>

  constructor(readonly service: ServiceDescriptor, readonly options: DeployOptions, readonly isEnding: () => boolean) {
    const folder = join(options.directory, 'client')
    mkdirSync(folder, { recursive: true })
    this.logFiles = new Map([['client', join(folder, 'client.log')], ['client-network', join(folder, 'network.log')]])
    this.#environment = { PATH: process.env['PATH'] ?? '', [markerVariable]: `${options.runId}/${basename(options.directory)}-client` }
  }

  async startClient({ module, env, ordinaryRead = false }: ClientDeclaration, instances: readonly Instance[]): Promise<StartedClient> {
    const reached: ClientInstance[] = instances.map(({ id, url }) => ({ id, host: url.hostname, port: Number(url.port) }))
    const started = await startClient({ module, env, ordinaryRead, instances: reached }, {
      environment: this.#environment,
      logFile: this.logFiles.get('client')!,
      onUnexpectedExit: (reason) => this.#lost('client', reason),
    })
    this.#journal(started.pid, 'client')
    return started
  }

  async startNetwork(instances: readonly Instance[]): Promise<Network> {
    const backends = instances.map(({ id, url }) => ({ id, host: url.hostname, port: Number(url.port) }))
    const network = await startNetwork({ balancer: { ...this.service.balancer, readinessPath: clientPaths.ready, backends }, edges: [] }, {
      environment: this.#environment,
      logFile: this.logFiles.get('client-network')!,
      onEvent: ({ name, backend, atHrtimeMs, reason }) => (this.isEnding() ? undefined : this.options.onPlatformEvent({ name, target: backend, atHrtimeMs, detail: { reason } })),
      onUnexpectedExit: (reason) => this.#lost('network', reason),
    })
    this.#journal(network.pid, 'client-network')
    return network
  }

  #lost(target: string, reason: string): void {
    if (!this.isEnding()) this.options.onPlatformEvent({ name: 'process-exited', target, atHrtimeMs: Number(process.hrtime.bigint()) / 1e6, detail: { reason, unexpected: true } })
  }

  #journal(pid: number, what: string): void {
    const startTime = processStartTime(pid)
    if (startTime !== null) this.options.journal.record({ kind: 'process-group', pid, startTime, what })
  }
}

interface FrontParts {
  readonly service: ServiceDescriptor
  readonly network: Network
  readonly instances: readonly Instance[]
  readonly logFiles: ReadonlyMap<string, string>
  readonly dispose: () => Promise<void>
}

function clientDeployment(inner: Deployment, { service, network, instances, logFiles, dispose }: FrontParts): Deployment {
  const { addInstance: _add, removeInstance: _remove, removeAnyInstance: _removeAny, ...controls } = inner.controls
  return {
    entrypoint: network.balancerUrl,
    balancer: { ...service.balancer, kind: 'seaworthy', retries: 0 },
    instances,
    get components() {
      return inner.components
    },
    get edges() {
      return inner.edges
    },
    echo: network.echoUrl,
    controls,
    rebootGrade: inner.rebootGrade,
    ...(inner.rebootGradeReason === undefined ? {} : { rebootGradeReason: inner.rebootGradeReason }),
    get logFiles() {
      return new Map([...inner.logFiles, ...logFiles])
    },
    ...(inner.bringLogUpToDate === undefined ? {} : { bringLogUpToDate: (target: string) => inner.bringLogUpToDate!(target) }),
    balancerCounters: (): Promise<BalancerCounters> => network.balancerCounters(),
    balancerQualification: (): Promise<BalancerQualification> => network.qualification(),
    [Symbol.asyncDispose]: dispose,
  }
}
