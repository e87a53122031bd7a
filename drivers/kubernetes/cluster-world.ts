import type { DeployOptions, DriverPlatformEvent } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget, ServiceDescriptor } from '../../core/service-descriptor.js'
import type { ApiClient } from './api-client.js'
import type { EndpointSlice, Pod, Workload } from './objects.js'
import { isLive, namedAddresses, PodSlots, readyAddresses, type PodSlot } from './pod-slots.js'
import { WatchedList } from './watched-list.js'
import { podsPath, slicesOf, slicesPath, workloadText, type Survey } from './workload.js'

export const hrtimeMs = (): number => Number(process.hrtime.bigint()) / 1e6

export interface ClusterParts {
  readonly api: ApiClient
  readonly target: ClusterTarget
  readonly service: ServiceDescriptor
  readonly options: DeployOptions
  readonly survey: Survey
  readonly onAssigned: (slot: PodSlot, pod: Pod) => void
}

/**
 * The workload as the cluster tells of it, from one moment to the next. Whatever happens to its pods that this run did
 * not order and the service did not do ends what can be judged: `lost` says why, once.
 */
export class ClusterWorld {
  readonly parts: ClusterParts
  readonly slots: PodSlots
  #pods!: WatchedList<Pod>
  #slices!: WatchedList<EndpointSlice>
  /** Of the workload, as this run last left it. */
  generation: number
  readonly #ordered = new Set<string>()
  /** Whose doing it is what becomes of a pod: while a release is rolled out, that of whoever ordered it. */
  #rollsOut = false
  /** The pod that is to go while the workload is scaled in. */
  #goes: Pod | undefined
  readonly #restarts = new Map<string, number>()
  readonly #up = new Map<string, boolean>()
  readonly #waiting = new Set<() => void>()
  #lost: string | undefined
  #opened = false

  private constructor(parts: ClusterParts) {
    this.parts = parts
    this.generation = parts.survey.generation
    this.slots = new PodSlots(parts.survey.replicas, parts.survey.podPort, (slot, pod) => {
      this.#tell('process-started', slot.id, { pod: pod.metadata.name, address: pod.status.podIP, node: pod.spec.nodeName })
      parts.onAssigned(slot, pod)
    })
  }

  /** Resolves when pods and endpoints are known. Throws ClusterRefusal, SW_CLUSTER_UNREACHABLE. */
  static async open(parts: ClusterParts): Promise<ClusterWorld> {
    const world = new ClusterWorld(parts)
    const { api, target, survey } = parts
    const onLost = (reason: string): void => world.lose(reason)
    world.#pods = await WatchedList.open<Pod>(api, {
      path: podsPath(target),
      query: { labelSelector: survey.selector },
      what: `pods of ${target.workload.name}`,
      onChange: ({ type, object }) => world.#podChanged(type, object),
      onLost,
    })
    try {
      world.#slices = await WatchedList.open<EndpointSlice>(api, { path: slicesPath(target), query: slicesOf(target), what: `endpoint slices of ${target.service}`, onChange: () => world.#changed(), onLost })
    } catch (thrown) {
      await world.#pods.close()
      throw thrown
    }
    world.#opened = true
    world.#changed()
    try {
      await world.#settled(parts.service.lifecycle.startTimeoutMs)
    } catch (thrown) {
      await world.close()
      throw thrown
    }
    return world
  }

  /** The counters of a controller are there before the slices have lost the addresses of the pods that went: both have to be. */
  async #settled(timeoutMs: number): Promise<void> {
    const isSettled = (): true | undefined => {
      const named = namedAddresses(this.slices)
      const live = this.pods.filter(isLive).flatMap(({ status }) => status.podIP ?? [])
      return this.slots.slots.every((slot) => this.isUp(slot)) && live.length === this.slots.slots.length && named.size === live.length && live.every((address) => named.has(address)) ? true : undefined
    }
    const doing = 'waiting until the endpoints are those of the replicas'
    if ((await this.until(doing, isSettled, timeoutMs)) === true) return
    throw new SeaworthyError('SW_CLUSTER_BUSY', `while ${doing}: found ${[...namedAddresses(this.slices)].join(', ') || 'none'} in the slices of ${this.parts.target.service}, expected the addresses of ${this.parts.survey.replicas} ready pods`, { exitCode: exitCodes.notConclusive })
  }

  get pods(): readonly Pod[] {
    return this.#pods.items
  }
  get slices(): readonly EndpointSlice[] {
    return this.#slices.items
  }
  get lost(): string | undefined {
    return this.#lost
  }

  /** Whether the Service sends new requests to the pod in this place. */
  isUp({ pod }: PodSlot): boolean {
    return pod?.status.podIP !== undefined && readyAddresses(this.slices).has(pod.status.podIP)
  }

  /** From here on the end of this pod is this run's doing. To be called before the order is given. */
  order(pod: Pod): void {
    this.#ordered.add(pod.metadata.uid)
  }

  /**
   * From here on the controller replaces pods because this run ordered it. To be called before the order is given. Returns what to call when it is over: a roll-out
   * that is stuck may go on, and ends with the one that takes it back.
   */
  beginRollOut(): () => void {
    this.#rollsOut = true
    for (const pod of this.pods) this.order(pod)
    return () => {
      this.#rollsOut = false
      for (const pod of this.pods) if (isLive(pod)) this.withdraw(pod)
    }
  }

  /** From here on the controller takes this pod away because this run scales the workload in. To be called before the order is given. Returns what to call when it is over. */
  beginScaleIn(pod: Pod): () => void {
    this.order(pod)
    this.#goes = pod
    return () => (this.#goes = undefined)
  }

  /** The place of a replica that is there no more. */
  removeSlot(slot: PodSlot): void {
    this.slots.remove(slot)
    this.#up.delete(slot.id)
  }

  get rollsOut(): boolean {
    return this.#rollsOut
  }

  /** That this run told it to go, also while the cluster has not told of that yet. In a roll-out all are ordered, and most may stay. */
  isToGo({ metadata }: Pod): boolean {
    return !this.#rollsOut && this.#ordered.has(metadata.uid)
  }

  /** The order was not carried out. */
  withdraw(pod: Pod): void {
    this.#ordered.delete(pod.metadata.uid)
  }

  lose(reason: string): void {
    if (this.#lost !== undefined) return
    this.#lost = reason
    this.#tell('cluster-lost', 'cluster', { unexpected: true, reason })
    for (const wake of this.#waiting) wake()
  }

  /** Throws SW_CLUSTER_UNREACHABLE for a workload that somebody else changed since this run last did: which one was measured, nobody knows. */
  requireOwn({ metadata }: Workload, doing: string): void {
    const generation = metadata.generation ?? 0
    if (generation !== this.generation) this.lose(`somebody changed ${workloadText(this.parts.target)} while it was measured (generation ${this.generation}, now ${generation})`)
    this.requireKnown(doing)
  }

  /** Throws SW_CLUSTER_UNREACHABLE once what is known may be old. */
  requireKnown(doing: string): void {
    if (this.#lost !== undefined) throw new SeaworthyError('SW_CLUSTER_UNREACHABLE', `while ${doing}: ${this.#lost}`, { exitCode: exitCodes.notConclusive })
  }

  /** Resolves to the first answer that is not undefined, looked for at every change; to undefined when the time is up. Throws as `requireKnown`. */
  async until<T>(doing: string, look: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
    const endAt = performance.now() + timeoutMs
    for (;;) {
      this.requireKnown(doing)
      const seen = look()
      const leftMs = endAt - performance.now()
      if (seen !== undefined || leftMs <= 0) return seen
      await this.#change(leftMs)
    }
  }

  async close(): Promise<void> {
    this.#opened = false
    await Promise.all([this.#pods.close(), this.#slices.close()])
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, timeoutMs)
      this.#waiting.add(wake)
    })
  }

  #podChanged(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: Pod): void {
    const slot = this.slots.of(pod)
    if (slot !== undefined) {
      if (slot.pod?.metadata.deletionTimestamp === undefined && pod.metadata.deletionTimestamp !== undefined) this.#tell('process-told-to-end', slot.id, { pod: pod.metadata.name })
      slot.pod = pod
      this.#noticeExit(slot, pod)
      const reason = foreignReason(pod, type === 'DELETED', this.#rollsOut || this.#ordered.has(pod.metadata.uid))
      const isGoing = type === 'DELETED' || pod.metadata.deletionTimestamp !== undefined
      if (reason !== undefined) this.lose(this.#goes === undefined || !isGoing ? reason : `${reason}, or the controller took it instead of ${this.#goes.metadata.name} when ${workloadText(this.parts.target)} was scaled in`)
    }
    this.#changed()
  }

  #changed(): void {
    if (!this.#opened) return
    this.slots.update(this.pods)
    for (const slot of this.slots.slots) {
      const up = this.isUp(slot)
      if (this.#up.get(slot.id) === up) continue
      this.#up.set(slot.id, up)
      this.#tell(up ? 'backend-up' : 'backend-down', slot.id, { pod: slot.pod?.metadata.name })
    }
    for (const wake of this.#waiting) wake()
  }

  /** A container that ended, by itself or as ordered; the kubelet starts it again in the same pod. */
  #noticeExit(slot: PodSlot, pod: Pod): void {
    const restarts = (pod.status.containerStatuses ?? []).reduce((sum, one) => sum + one.restartCount, 0)
    const before = this.#restarts.get(pod.metadata.uid)
    this.#restarts.set(pod.metadata.uid, restarts)
    if (before === undefined || restarts <= before) return
    this.#tell('process-exited', slot.id, { pod: pod.metadata.name, restarts })
    this.#tell('process-started', slot.id, { pod: pod.metadata.name, restarts })
  }

  #tell(name: DriverPlatformEvent['name'], target: string, detail: Readonly<Record<string, unknown>>): void {
    this.parts.options.onPlatformEvent({ name, target, atHrtimeMs: hrtimeMs(), detail })
  }
}

/** Why what became of a pod is neither this run's doing nor the service's; undefined otherwise. */
export function foreignReason(pod: Pod, isGone: boolean, ordered: boolean): string | undefined {
  const { metadata, status, spec } = pod
  const condition = (type: string) => status.conditions?.find((one) => one.type === type)
  const disruption = condition('DisruptionTarget')
  if (!ordered && disruption?.status === 'True') return `somebody else has the pod ${metadata.name} removed (${disruption.reason ?? 'a disruption'})`
  if (!ordered && (metadata.deletionTimestamp !== undefined || isGone)) return `somebody else deleted the pod ${metadata.name}`
  // The kubelet tells of containers, the node controller of pods: they disagree when no kubelet speaks any more.
  const containers = status.containerStatuses ?? []
  const saysReady = containers.length > 0 && containers.every(({ ready }) => ready)
  const { deletionTimestamp } = metadata
  if (deletionTimestamp === undefined && saysReady && condition('ContainersReady')?.status === 'True' && condition('Ready')?.status === 'False' && condition('Ready')?.reason !== 'ReadinessGatesNotReady') {
    return `the node ${spec.nodeName ?? '(unknown)'} of the pod ${metadata.name} was lost`
  }
  return status.reason === 'NodeLost' || status.reason === 'Evicted' ? `the pod ${metadata.name} met ${status.reason}` : undefined
}
