import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { DeployOptions, Deployment } from '../../core/driver.js'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor, SwarmStack } from '../../core/service-descriptor.js'
import { ownProgram } from '../../operating-system/own-program.js'
import type { EngineConnection } from '../docker/engine-connection.js'
import { engineError } from '../docker/engine-error.js'
import { deploymentLabel, deploymentName, labelsOf } from '../docker/labels.js'
import { removeObjects } from '../docker/remove-objects.js'
import { everyStep } from '../every-step.js'
import { accepts } from '../network/accepts.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { notDone } from '../process/not-done.js'
import { AttachedStack } from './attached-stack.js'
import { obstaclesTo } from './copy-obstacles.js'
import { copyNamed, networkOfCopy, serviceOfCopy, writtenVolumes, type CopiedNetwork, type CopyName, type StackToCopy } from './copy-spec.js'
import { entryOfCopy, type EntryOfCopy } from './entry-of-copy.js'
import { isNotYet, planStack } from './plan-stack.js'
import { readStackAtRest } from './read-stack-to-copy.js'
import { copyOfLabel } from './service-labels.js'
import { allTasksOf, hasStarted, requireManager, servicesOf, stackLabel, type Engine, type SwarmTask } from './stack-services.js'

/** What a swarm needs beyond the start of the service itself: to place tasks, to wait for health checks, to restart what began before what it needs. */
const swarmTakesMs = 60_000
const lookEveryMs = 300
/** So long the way in has to be the same and accept connections: a load balancer that does not find the replicas yet ends at once, and what replaces it has another port. */
const steadyMs = 1_000

/** A second stack made after the first, from what its services are, with nothing in it: it can be removed at any time, whatever there is of it. */
export class CopiedStack {
  #journaled: number | undefined
  #attached: AttachedStack | undefined
  #disposed: Promise<void> | undefined
  /** The last look at which no replica had been started. */
  #startedAtHrtimeMs = hrtimeMs()
  #isStarted = false

  constructor(private readonly connection: EngineConnection, private readonly service: ServiceDescriptor, private readonly options: DeployOptions) {}

  async deployment(): Promise<Deployment> {
    const { connection, service, options } = this
    const { docker, address } = connection
    const swarm = stackOf(service)
    const node = await requireManager(docker)
    const from = await readStackAtRest(docker, { swarm, lifecycle: service.lifecycle }, options)
    const obstacles = obstaclesTo(from)
    if (obstacles.length > 0) throw new SeaworthyError('SW_SWARM_COPY', `while copying the stack ${swarm.stack}: ${obstacles.join('; ')}`, { exitCode: exitCodes.usage, hint: 'a copy has networks, volumes and ports of its own, and shares nothing that is written to: see docs/swarm.md' })
    const name = nameOf(swarm, options)
    this.#journaled = options.journal.record({ kind: 'program', path: ownProgram(import.meta.url, '../docker/remove-run'), parameters: [address.host, options.runId], what: `services, containers, networks and volumes of ${name.copy}, a copy of the stack ${swarm.stack}` })
    await this.#make(from, name, node)
    const port = await this.#untilItRuns(from, name.copy)
    const attached = (this.#attached = new AttachedStack(connection, descriptorOf(service, name.copy, port), options, 'ours'))
    const deployment = await attached.deployment()
    return { ...deployment, get instances() { return deployment.instances }, startedAtHrtimeMs: this.#startedAtHrtimeMs, [Symbol.asyncDispose]: () => this.dispose() }
  }

  dispose(): Promise<void> {
    return (this.#disposed ??= this.#dispose())
  }

  async #make(from: StackToCopy, name: CopyName, node: string): Promise<void> {
    const { connection: { docker }, service: { target: { replicas, swarm } }, options } = this
    const { stack } = from
    const networkIds = new Map<string, string>()
    const written = writtenVolumes(from)
    const { filesDirectory: folder } = options
    if (folder !== undefined) mkdirSync(folder, { recursive: true }) // a swarm starts no task whose folder is not there
    const changes = { env: replicas.env, ...(replicas.command.length === 0 ? {} : { command: replicas.command }) }
    try {
      for (const [id, network] of from.networks) networkIds.set(id, await makeNetwork(docker, network, { stack, name }))
      // All of them are at their end before anything is removed: one that was under way would come after that.
      const made = await Promise.allSettled([...from.services].map(async ([short, spec]) => {
        const ofReplicas = short === swarm?.replicas.service ? { replicas: { count: replicas.count, changes, ...(folder === undefined ? {} : { folder }) } } : {}
        options.signal.throwIfAborted()
        await docker.createService(serviceOfCopy(spec, { ...name, stack, node, written, networkIds, ...ofReplicas }) as unknown as Parameters<Engine['createService']>[1])
      }))
      for (const one of made) if (one.status === 'rejected') throw one.reason
    } catch (error) {
      options.signal.throwIfAborted()
      throw engineError(`making ${name.copy}, a copy of the stack ${stack}`, error)
    }
  }

  /** Resolves to the port that the engine chose for what clients come in by. */
  async #untilItRuns(from: StackToCopy, copy: string): Promise<number> {
    const { connection: { docker }, service, options } = this
    const limitMs = service.lifecycle.startTimeoutMs + swarmTakesMs
    const endAt = performance.now() + limitMs
    const own = descriptorOf(service, copy, 0)
    let last: EntryOfCopy | undefined
    let sinceMs = 0
    for (;;) {
      let why = 'what clients come in by does not run, or accepts no connections'
      let entry: EntryOfCopy | undefined
      try {
        await this.#lookForStart(copy)
        await planStack(docker, own)
        const found = await entryOfCopy(docker, from, copy)
        if (found !== undefined && (await accepts(withPort(stackOf(service).url, found.port)))) entry = found
      } catch (thrown) {
        if (!isNotYet(thrown)) throw thrown
        why = messageOf(thrown)
      }
      if (entry === undefined || entry.task !== last?.task || entry.port !== last.port) sinceMs = performance.now()
      else if (performance.now() - sinceMs >= steadyMs) return entry.port
      last = entry
      if (performance.now() > endAt) throw new SeaworthyError('SW_SWARM_COPY_START', `while starting a copy of the stack ${from.stack}: after ${Math.round(limitMs / 1_000)} s ${why}${await complaints(docker, copy)}`, { exitCode: exitCodes.notConclusive, hint: 'the copy begins with empty volumes, and everything in it starts at once: a service has to wait for what it needs. lifecycle.startTimeout gives it longer.' })
      await pause(lookEveryMs, undefined, { signal: options.signal })
    }
  }

  /** What a swarm takes until then to make networks and to place tasks is no part of a start. One that has ended since was started, too. */
  async #lookForStart(copy: string): Promise<void> {
    if (this.#isStarted) return
    const { connection: { docker }, service } = this
    const lookedAtMs = hrtimeMs()
    const replicas = (await servicesOf(docker, copy)).get(stackOf(service).replicas.service)
    this.#isStarted = replicas !== undefined && (await allTasksOf(docker, replicas)).some(hasStarted)
    if (!this.#isStarted) this.#startedAtHrtimeMs = lookedAtMs
  }

  async #dispose(): Promise<void> {
    const { connection: { docker }, options } = this
    await everyStep([
      () => this.#attached?.dispose(),
      async () => {
        if (this.#journaled === undefined) return
        const left = await removeObjects(docker, { label: `${deploymentLabel}=${deploymentName(options)}` })
        if (left.length > 0) throw new SeaworthyError('SW_NOT_ENDED', `while removing a copy of the stack ${stackOf(this.service).stack}: found ${left.join(', ')}, which cannot be removed`, { exitCode: exitCodes.internal })
        options.journal.done(this.#journaled)
      },
    ])
  }
}

function stackOf({ target: { swarm } }: ServiceDescriptor): SwarmStack {
  if (swarm === undefined) throw notDone('copying a stack', 'a descriptor of another kind')
  return swarm
}

/** Names of services are labels of the name system: at most 63 signs with what the stack file calls them. */
function nameOf({ stack }: SwarmStack, options: DeployOptions): CopyName {
  const sign = createHash('sha256').update(deploymentName(options)).digest('hex').slice(0, 10)
  return { copy: copyNamed(sign), labels: { ...labelsOf(options), [copyOfLabel]: stack } }
}

function descriptorOf(service: ServiceDescriptor, copy: string, port: number): ServiceDescriptor {
  // The folder of the first stack's data is none of the copy's.
  const { dataFolder: _ofTheFirst, ...swarm } = stackOf(service)
  return { ...service, target: { ...service.target, swarm: { ...swarm, stack: copy, url: withPort(swarm.url, port) } } }
}

function withPort(given: URL, port: number): URL {
  const url = new URL(given)
  url.port = String(port)
  return url
}

async function makeNetwork(docker: Engine, network: CopiedNetwork, { stack, name }: { readonly stack: string; readonly name: CopyName }): Promise<string> {
  const made = await docker.createNetwork(networkOfCopy(network, stack, name))
  return made.id
}

/** What the swarm says of tasks that did not become any: an image that is not there, no room for one more. */
async function complaints(docker: Engine, copy: string): Promise<string> {
  const tasks = (await docker.listTasks({ filters: { label: [`${stackLabel}=${copy}`] } }).catch(() => [])) as unknown as readonly SwarmTask[]
  const errors = new Set(tasks.flatMap(({ Status: { Err: error } }) => error ?? []))
  return errors.size === 0 ? '' : ` (the swarm says: ${[...errors].slice(0, 3).join('; ')})`
}
