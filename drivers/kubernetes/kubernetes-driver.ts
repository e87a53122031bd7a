import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { drainsNodes } from '../../core/declarations/node-drain.js'
import type { DeployOptions, Deployment, Driver, DriverPlatformEvent } from '../../core/driver.js'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget, ServiceDescriptor } from '../../core/service-descriptor.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { everyStep } from '../every-step.js'
import { accepts } from '../network/accepts.js'
import { startEchoServer } from '../network/echo-server.js'
import { ApiClient } from './api-client.js'
import { claimWorkload, releaseWorkload } from './claim.js'
import { ClusterWorld, hrtimeMs } from './cluster-world.js'
import { clusterDeployment } from './cluster-deployment.js'
import { configuredFiles, readAccess } from './kubeconfig.js'
import { lookAfterReturn } from './left-behind.js'
import { mayScale, offers, whyNot } from './kubernetes-offers.js'
import type { ObjectList, Pod } from './objects.js'
import { NodeDrains } from './node-drains.js'
import { requirePermissions } from './permissions.js'
import { podControls } from './pod-controls.js'
import { PodLogs } from './pod-logs.js'
import { podAddress } from './pod-slots.js'
import { putBack, requireOurs } from './put-back.js'
import type { ReleaseOrder } from './release-order.js'
import { scaleControls } from './scale-controls.js'
import { podsPath, readWorkload, surveyAtRest, surveyCluster, workloadText, type Survey } from './workload.js'

/** A workload that runs in a cluster already, judged where it lives and together with what the cluster does for it. */
export const kubernetesDriver: Driver = { name: 'kubernetes', availability, offers, whyNot, deploymentsMax: 1, observe, endsWithinMs, deploy }

async function availability(service: ServiceDescriptor): ReturnType<Driver['availability']> {
  const { cluster } = service.target
  if (cluster === undefined) return { available: false, reason: 'the target is not a workload of a cluster (target.kind: kubernetes)' }
  if (service.client !== undefined) return { available: false, reason: 'a client module has no face for pods that are replaced' }
  try {
    return await withCluster(service, cluster, async (api, found) => {
      await entrypointOf(cluster, found)
      await requireReachable(api, cluster, found)
      return { available: true }
    })
  } catch (thrown) {
    const hint = thrown instanceof SeaworthyError && thrown.hint !== undefined ? `\n${thrown.hint}` : ''
    return { available: false, reason: `${messageOf(thrown)}${hint}` }
  }
}

/** Permissions come first: what is missing is named before anything is read, let alone touched. */
async function withCluster<T>(service: ServiceDescriptor, target: ClusterTarget, work: (api: ApiClient, found: Survey) => Promise<T>): Promise<T> {
  const api = await connect(target)
  const scales = mayScale(service)
  const parts = { scales, drainsNodes: drainsNodes(service) }
  try {
    await requirePermissions(api, target, { need: 'always', ...parts })
    const found = await surveyCluster(api, target)
    if (scales && found.scaling.obstacle === undefined) await requirePermissions(api, target, { need: 'scaling', ...parts })
    return await work(api, found)
  } finally {
    await api.close()
  }
}

export async function connect({ context }: ClusterTarget): Promise<ApiClient> {
  return new ApiClient(await readAccess({ context, environment: process.env }))
}

async function observe(service: ServiceDescriptor): Promise<ServiceDescriptor> {
  const { cluster } = service.target
  if (cluster === undefined) return service
  return withCluster(service, cluster, async (_, found) => surveyed(service, found))
}

/** Read in the cluster and not asked again: how many there are, how long a stop may take, who ejects whom how fast. */
export function surveyed(service: ServiceDescriptor, { replicas, graceMs, rhythm, scaling: { obstacle }, partObstacle }: Survey): ServiceDescriptor {
  const { target } = service
  const found = { ...(obstacle === undefined ? {} : { notScaled: obstacle }), ...(partObstacle === undefined ? {} : { notInPart: partObstacle }) }
  const cluster = target.cluster === undefined ? {} : { cluster: { ...target.cluster, ...found } }
  return {
    ...service,
    target: { ...target, ...cluster, replicas: { ...target.replicas, count: replicas } },
    lifecycle: { ...service.lifecycle, stop: { ...service.lifecycle.stop, graceMs } },
    balancer: rhythm === undefined ? service.balancer : { intervalMs: rhythm.intervalMs, timeoutMs: rhythm.timeoutMs, fall: rhythm.fall, rise: rhythm.rise },
  }
}

/** Throws SW_CLUSTER_ENTRY when clients have no way in that is known. */
async function entrypointOf({ url, service, namespace }: ClusterTarget, { serviceAddress }: Survey): Promise<URL> {
  const entrypoint = url ?? serviceAddress
  const hint = 'Declare target.url (ingress, load balancer or node port), or run the harness in the cluster, where the Service itself is the way in. A port-forward is none: it dies with its pod.'
  if (entrypoint === undefined) throw new SeaworthyError('SW_CLUSTER_ENTRY', `while looking for the way in: service/${service} in ${namespace} has no address of its own, and no target.url is declared`, { hint })
  if (await accepts(entrypoint, 3_000)) return entrypoint
  throw new SeaworthyError('SW_CLUSTER_ENTRY', `while looking for the way in: nothing accepts connections at ${entrypoint.href}${url === undefined ? ', the address of the Service inside the cluster' : ' (target.url)'}`, { hint })
}

/** Every replica is asked itself whether it is ready. Throws SW_CLUSTER_PODS where that cannot be done from here. */
async function requireReachable(api: ApiClient, target: ClusterTarget, { selector, podPort }: Survey): Promise<void> {
  const { items } = await api.request<ObjectList<Pod>>({ path: podsPath(target), query: { labelSelector: selector }, doing: `listing pods of ${target.workload.name}` })
  for (const pod of items.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.podIP !== undefined)) {
    const address = podAddress(pod, podPort)
    if (await accepts(address, 3_000)) continue
    throw new SeaworthyError('SW_CLUSTER_PODS', `while looking for the pods of ${workloadText(target)}: nothing accepts connections at ${address.host} (${pod.metadata.name}) from here`, {
      hint: 'Each replica has to be asked past the Service. Run the harness where addresses of pods can be reached: in a pod of the namespace (docs/kubernetes.md has the manifest), or on a machine of the same network.',
    })
  }
}

async function deploy(service: ServiceDescriptor, given: DeployOptions): Promise<Deployment> {
  given.signal.throwIfAborted()
  const { cluster } = service.target
  if (cluster === undefined) throw new SeaworthyError('SW_CLUSTER_TARGET', 'while taking the workload: the target is not one of a cluster')
  const api = await connect(cluster)
  const attachment = new Attachment(api, cluster, given)
  try {
    return await attachment.deployment(service)
  } catch (thrown) {
    await attachment.dispose().catch(() => undefined) // the reason is worth more than what followed from it
    throw thrown
  }
}

const releaseWithinMs = 15_000
const releaseAgainMs = 250
const wholeWithinMsMin = 60_000
/** What of a drain is under way ends first: changes of the workload and of the node, and the eviction, each with its own limit. Then the nodes are opened one after the other. */
const nodesWithinMs = 60_000

/** One replica after the other, each as long as a stop and a start may take. */
const wholeWithinMs = ({ target: { replicas }, lifecycle }: ServiceDescriptor): number => Math.max(wholeWithinMsMin, replicas.count * (lifecycle.startTimeoutMs + lifecycle.stop.graceMs))

/** Only what was rolled out or scaled, or a node that was cordoned, takes so long to put back. */
function endsWithinMs(service: ServiceDescriptor): number {
  const partsMs = (service.lifecycle.upgrade === undefined && !mayScale(service) ? 0 : wholeWithinMs(service)) + (drainsNodes(service) ? nodesWithinMs : 0)
  return partsMs === 0 ? 0 : partsMs + 2 * releaseWithinMs
}

const isUnanswered = (thrown: unknown): boolean => thrown instanceof SeaworthyError && thrown.code === 'SW_CLUSTER_UNREACHABLE'

/** A workload from its claim to its release. It can be let go at any time. */
class Attachment {
  readonly #api: ApiClient
  readonly #target: ClusterTarget
  readonly #options: DeployOptions
  readonly #ends: (() => unknown)[] = []
  /** Those that may still be cordoned, once nothing is drained any more. */
  #cordoned: readonly string[] = []
  #disposed: Promise<void> | undefined

  constructor(api: ApiClient, target: ClusterTarget, options: DeployOptions) {
    this.#api = api
    this.#target = target
    this.#options = options
    this.#ends.push(() => api.close())
  }

  async deployment(service: ServiceDescriptor): Promise<Deployment> {
    const { journal, runId, directory } = this.#options
    const path = ownProgram(import.meta.url, 'release-run')
    const entry = journal.record({ kind: 'program', path, parameters: [JSON.stringify(this.#releaseOrder(service))], what: `annotations of the run, a release that it rolled out, a replica that it added and nodes that it cordoned, on ${workloadText(this.#target)} in ${this.#target.namespace}` })
    // Before the claim: one whose answer got lost may have been made.
    this.#ends.push(async () => {
      await this.#release(service)
      journal.done(entry)
    })
    await claimWorkload(this.#api, this.#target, runId)
    const survey = await surveyAtRest(this.#api, this.#target, { timeoutMs: service.lifecycle.startTimeoutMs, signal: this.#options.signal })
    const entrypoint = await entrypointOf(this.#target, survey)
    const echo = await startEchoServer()
    this.#ends.push(() => echo.close())
    const folder = join(directory, 'logs')
    mkdirSync(folder, { recursive: true })
    const logs = new PodLogs(this.#api, this.#target, folder)
    this.#ends.push(() => logs.close())
    const world = await ClusterWorld.open({ api: this.#api, target: this.#target, service, options: this.#options, survey, onAssigned: (slot, pod) => logs.follow(slot.id, pod) })
    this.#ends.push(() => world.close())
    this.#ends.push(() => logs.keepEvents(new Set([this.#target.workload.name, ...world.pods.map(({ metadata }) => metadata.name)])))
    this.#ends.push(() => this.#requireUnchanged(world))
    await this.#tellSurvey(survey)
    const nodes = new NodeDrains(world)
    // Before anything else ends: a drain that was left behind must not cordon what was just put back.
    this.#ends.push(async () => (this.#cordoned = await nodes.close()))
    return clusterDeployment(world, { service, entrypoint, echo: echo.url, logFiles: logs.files, controls: { ...podControls(world, nodes), ...scaleControls(world) }, dispose: () => this.dispose() })
  }

  dispose(): Promise<void> {
    return (this.#disposed ??= this.#dispose())
  }

  /** Every step is tried whatever became of the one before. Throws the first error: then the workload may still be annotated. */
  #dispose(): Promise<void> {
    return everyStep([...this.#ends].reverse())
  }

  async #release(service: ServiceDescriptor): Promise<void> {
    const { readinessPath } = service.health
    const { runId } = this.#options
    let isOrdered = false
    const theirs: string[] = []
    const unopened = await this.#untilAnswered(releaseWithinMs, async () => {
      const done = await putBack(this.#api, this.#target, {
        runId,
        readinessPath,
        known: this.#cordoned,
        onOpened: (node, result) => this.#tell('node-uncordoned', { node, result }),
        onOrder: () => void (isOrdered = true), // one whose answer got lost may have been carried out
      })
      theirs.push(...done.theirs)
      const unanswered = done.unopened.find(isUnanswered)
      if (unanswered !== undefined) throw unanswered
      return done.unopened
    })
    if (isOrdered) await this.#requireWhole(wholeWithinMs(service))
    await everyStep([
      async () => {
        // The claim tells whoever cleans up later that there is something to do.
        if (unopened.length > 0) throw unopened[0]
        await this.#untilAnswered(releaseWithinMs, () => releaseWorkload(this.#api, this.#target, runId))
      },
      () => {
        requireOurs(this.#target, theirs)
      },
    ])
  }

  /** An API server that is gone is waited for: it may be back before anybody has to be told. */
  async #untilAnswered<T>(withinMs: number, work: () => Promise<T>): Promise<T> {
    const endAt = performance.now() + withinMs
    for (;;) {
      try {
        return await work()
      } catch (thrown) {
        if (!isUnanswered(thrown) || performance.now() > endAt) throw thrown
        await pause(releaseAgainMs)
      }
    }
  }

  /** What was put back is a roll-out too, and over when every pod is as it was found. */
  async #requireWhole(withinMs: number): Promise<void> {
    const endAt = performance.now() + withinMs
    while (!(await this.#untilAnswered(withinMs, () => lookAfterReturn(this.#api, this.#target))).isWhole) {
      if (performance.now() > endAt) throw new SeaworthyError('SW_NOT_RESTORED', `while putting ${workloadText(this.#target)} back: its controller was told to, and had not brought every pod back after ${Math.round(withinMs / 1_000)} s`, { exitCode: exitCodes.notConclusive })
      await pause(releaseAgainMs)
    }
  }

  /** Of a template that somebody rolled out meanwhile nobody knows which one was measured. */
  async #requireUnchanged(world: ClusterWorld): Promise<void> {
    const workload = await readWorkload(this.#api, this.#target)
    try {
      world.requireOwn(workload, 'looking at the workload once more')
    } catch {
      // It is told to the run by then.
    }
  }

  /** What the cluster is, for the history. */
  async #tellSurvey({ update, budgets, scaling, replicas, graceMs, rhythm, podPort }: Survey): Promise<void> {
    const clockOffset = await this.#api.clockOffset()
    const { namespace, workload, drain = 'pod' } = this.#target
    this.#tell('cluster-surveyed', { origin: this.#api.access.origin, namespace, replicas, graceMs, rhythm: rhythm ?? null, podPort, update, budgets, scaling, clockOffset, controlledBy: workload.kind, drain })
  }

  #tell(name: DriverPlatformEvent['name'], detail: Readonly<Record<string, unknown>>): void {
    this.#options.onPlatformEvent({ name, target: workloadText(this.#target), atHrtimeMs: hrtimeMs(), detail })
  }

  #releaseOrder(service: ServiceDescriptor): ReleaseOrder {
    const files = configuredFiles(process.env).filter((file) => existsSync(file))
    const inside = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
    const { context, namespace, workload, service: name } = this.#target
    return {
      runId: this.#options.runId,
      readinessPath: service.health.readinessPath,
      ...(context === undefined ? {} : { context }),
      ...(files.length === 0 ? {} : { files }),
      environment: Object.fromEntries(inside) as Record<string, string>,
      target: { namespace, workload, service: name, ...(drainsNodes(service) ? { drain: 'node' } : {}) },
    }
  }
}
