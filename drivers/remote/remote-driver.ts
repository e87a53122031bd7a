import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { declaredCapabilities } from '../../core/capabilities.js'
import type { BalancerCounters, BalancerQualification, DeployOptions, Deployment, Driver } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { Capability } from '../../core/requirement.js'
import type { RemoteTarget, ServiceDescriptor } from '../../core/service-descriptor.js'
import { endProcesses } from '../../operating-system/end-processes.js'
import { processStartTime } from '../../operating-system/process-table.js'
import { findRunProcesses, markerVariable } from '../../operating-system/run-processes.js'
import { everyStep } from '../every-step.js'
import type { Network } from '../network/network-protocol.js'
import { startNetwork } from '../network/start-network.js'
import { hookControls } from './hook-controls.js'
import { Hooks, instancesOf, type RemoteInstance } from './hooks.js'
import { Restoration } from './restoration.js'
import { userEnvironment } from './shell.js'

/**
 * A service that runs elsewhere: traffic goes to the declared URLs, by way of a balancer of ours on this machine, and everything that is done to
 * it is a shell command of the user's. Such a command is believed only when the service itself shows what it did.
 */
export const remoteDriver: Driver = { name: 'remote', deploymentsMax: 1, availability, offers, deploy }

async function availability({ target }: ServiceDescriptor): ReturnType<Driver['availability']> {
  return target.remote === undefined ? { available: false, reason: 'the target is not remote (target.kind)' } : { available: true }
}

/** What takes a machine, or processes, of the harness's own. */
const never: readonly Capability[] = ['fault.data-files', 'topology.scale', 'topology.swap', 'lifecycle.start-drained', 'lifecycle.apart']

/** What has no hook is not declared. */
function offers(service: ServiceDescriptor): ReadonlySet<Capability> {
  return new Set([...declaredCapabilities(service)].filter((one) => !never.includes(one)))
}

/** Starts nothing of the service's: it is there, or readiness will say that it is not. */
async function deploy(service: ServiceDescriptor, options: DeployOptions): Promise<Deployment> {
  options.signal.throwIfAborted()
  const { remote } = service.target
  if (remote === undefined) throw new Error('the remote driver was given a target that is not remote')
  const making = new RemoteDeployment(service, remote, options)
  try {
    return await making.start()
  } catch (error) {
    await making.end().catch(() => undefined) // the reason is worth more than what followed from it
    throw error
  }
}

/** From the balancer in front of the replicas to the last hook that puts things back. */
class RemoteDeployment {
  readonly #instances: readonly RemoteInstance[]
  readonly #logs: string
  readonly #marker: string
  readonly #hooks: Hooks
  readonly #restoration: Restoration
  readonly #logFiles = new Map<string, string>()
  #network: Network | undefined
  #ended: Promise<void> | undefined

  constructor(private readonly service: ServiceDescriptor, private readonly remote: RemoteTarget, private readonly options: DeployOptions) {
    this.#instances = instancesOf(remote)
    this.#logs = join(options.directory, 'logs')
    mkdirSync(this.#logs, { recursive: true })
    this.#marker = `${options.runId}/${basename(options.directory)}`
    for (const name of ['network', 'hooks']) this.#logFiles.set(name, this.#logFile(name))
    this.#hooks = new Hooks(service, { directory: service.directory, environment: { ...userEnvironment(), [markerVariable]: this.#marker }, logFile: this.#logFile('hooks') }, options)
    this.#restoration = new Restoration(this.#hooks, options, service)
  }

  async start(): Promise<Deployment> {
    const { service } = this
    const network = (this.#network = await this.#startNetwork())
    const world = { service, remote: this.remote, instances: this.#instances, hooks: this.#hooks, restoration: this.#restoration, signal: this.options.signal }
    return {
      entrypoint: network.balancerUrl,
      balancer: { ...service.balancer, kind: 'seaworthy', retries: 0 },
      instances: this.#instances.map(({ id, url }) => ({ id, url })),
      components: [],
      edges: [],
      echo: network.echoUrl,
      controls: hookControls(world),
      rebootGrade: 'demonstrated',
      logFiles: this.#logFiles,
      balancerCounters: (): Promise<BalancerCounters> => network.balancerCounters(),
      balancerQualification: (): Promise<BalancerQualification> => network.qualification(),
      [Symbol.asyncDispose]: () => this.end(),
    }
  }

  /** The balancer and the echo server are ours, and on this machine. */
  async #startNetwork(): Promise<Network> {
    const { service, options } = this
    const hrtimeMs = (): number => Number(process.hrtime.bigint()) / 1e6
    const tell: DeployOptions['onPlatformEvent'] = (event) => (this.#ended === undefined ? options.onPlatformEvent(event) : undefined)
    const backends = this.#instances.map(({ id, address }) => ({ id, ...address }))
    const network = await startNetwork({ balancer: { ...service.balancer, readinessPath: service.health.readinessPath, backends }, edges: [] }, {
      environment: { PATH: process.env['PATH'] ?? '', [markerVariable]: this.#marker },
      logFile: this.#logFile('network'),
      onEvent: ({ name, backend, atHrtimeMs, reason }) => tell({ name, target: backend, atHrtimeMs, detail: { reason } }),
      onUnexpectedExit: (reason) => tell({ name: 'process-exited', target: 'network', atHrtimeMs: hrtimeMs(), detail: { reason, unexpected: true } }),
    })
    const startTime = processStartTime(network.pid)
    if (startTime !== null) options.journal.record({ kind: 'process-group', pid: network.pid, startTime, what: 'network' })
    return network
  }

  /** Every step is tried whatever became of the one before. Throws the first error. */
  end(): Promise<void> {
    return (this.#ended ??= this.#end())
  }

  #end(): Promise<void> {
    return everyStep([() => this.#restoration.everything(), () => this.#fetchLogs(), () => this.#network?.close(), () => this.#endRest()])
  }

  /** A log that cannot be fetched is missing from the report, and no more than that. */
  async #fetchLogs(): Promise<void> {
    if (!this.#hooks.has('logs')) return
    await Promise.all(
      this.#instances.map(async (instance) => {
        const outputFile = this.#logFile(instance.id)
        this.#logFiles.set(instance.id, outputFile)
        await this.#hooks.run('logs', instance, { outputFile, whateverHappens: true, timeoutMs: logsMs }).catch(() => undefined)
      }),
    )
  }

  /** What hooks left on this machine. */
  async #endRest(): Promise<void> {
    const { left } = await endProcesses(() => findRunProcesses({ marker: this.#marker, directory: this.#logs, known: [] }), { termGraceMs: 300, killWithinMs: 5_000 })
    if (left.length === 0) return
    throw new SeaworthyError('SW_NOT_ENDED', `while ending the hooks of the remote service: found processes that do not end (${left.map(({ pid }) => pid).join(', ')})`, { exitCode: exitCodes.internal })
  }

  #logFile(name: string): string {
    return join(this.#logs, `${name}.log`)
  }
}

const logsMs = 10_000
