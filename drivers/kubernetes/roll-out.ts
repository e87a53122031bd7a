import { setTimeout as pause } from 'node:timers/promises'
import type { PlatformRelease, PlatformRollOut, PlatformRollOutOptions } from '../../core/driver.js'
import { notDone } from '../process/not-done.js'
import type { ClusterWorld } from './cluster-world.js'
import { deleteLeftBehind } from './left-behind.js'
import type { Pod, Workload } from './objects.js'
import { isLive, namedAddresses, type PodSlot } from './pod-slots.js'
import { isRefusal } from './refusal.js'
import { orderRelease, requireHeld, standsHalfWay } from './release-template.js'
import { foreignObstacle, unstartedReason } from './unstarted-reason.js'
import { isRolledOut, readWorkload } from './workload.js'

const lookEveryMs = 100

/**
 * The roll-out of the workload's controller. It is over when its counters say so and the endpoints have lost the addresses of the pods that went, which is later;
 * stuck when the controller gives up (progressDeadlineSeconds). A workload whose controller never gives up is waited for until the time is up. Throws SW_NOT_DONE for
 * what neither the service nor its release did: an image that cannot be had, no node, a quota; and what `orderRelease` throws. One in part is over when one place has a
 * pod of the release that gets requests, and no other has.
 */
export async function rollOut(world: ClusterWorld, release: PlatformRelease, { timeoutMs, inPart = false }: PlatformRollOutOptions): Promise<PlatformRollOut> {
  const { api, target, options } = world.parts
  const doing = `rolling ${release.name} out`
  world.requireKnown(doing)
  const wasRolling = world.rollsOut
  const isOver = world.beginRollOut()
  // A controller that has given up says so until something progresses again, which may be after it has taken the next order.
  let saidBefore: string | undefined
  let stoodHalfWay = false
  const templatesBefore = new Set(world.pods.filter(isLive).map(templateOf))
  const look = (workload: Workload): void => {
    world.requireOwn(workload, doing)
    saidBefore = givenUp(workload)?.since
    stoodHalfWay = standsHalfWay(workload, options.runId)
  }
  const ordered = await orderRelease(api, target, { runId: options.runId, release, look, inPart }).catch((thrown: unknown) => {
    // Nothing was ordered: what becomes of pods is whose doing it was before.
    if (isRefusal(thrown) && !wasRolling) isOver()
    throw thrown
  })
  world.generation = ordered.metadata.generation ?? 0
  if (inPart) requireHeld(target.workload.kind, ordered, doing)
  const followed = new Followed(world, { doing, saidBefore, stoodHalfWay, endAt: performance.now() + timeoutMs, timeoutMs, ...(inPart ? { templatesBefore } : {}) })
  for (;;) {
    const workload = await readWorkload(api, target)
    const end = followed.look(workload)
    if (end?.ok === true) isOver()
    if (end !== undefined) return end
    // What the part left is not what is looked at now: a roll-out that is none in part is left to its controller.
    if (stoodHalfWay && !inPart) await deleteLeftBehind(api, target, workload, () => world.pods)
    await pause(lookEveryMs, undefined, { signal: options.signal })
  }
}

interface Following {
  readonly doing: string
  readonly saidBefore: string | undefined
  /** Its deadline is short again, and what progressed last was long ago: a controller may give up before it has begun. */
  readonly stoodHalfWay: boolean
  /** Of a roll-out in part. */
  readonly templatesBefore?: ReadonlySet<string>
  readonly endAt: number
  readonly timeoutMs: number
}

/** A roll-out from its order to its end, as the controller tells of it. */
class Followed {
  readonly #world: ClusterWorld
  readonly #following: Following
  #reached = 0
  #displaced = 0
  #hasProgressed = false

  constructor(world: ClusterWorld, following: Following) {
    this.#world = world
    this.#following = following
  }

  /** Undefined while it goes on. */
  look(workload: Workload): PlatformRollOut | undefined {
    const { doing, saidBefore, stoodHalfWay, endAt, timeoutMs, templatesBefore } = this.#following
    this.#world.requireOwn(workload, doing)
    const isTaken = (workload.status?.observedGeneration ?? 0) >= this.#world.generation
    const isThere = isTaken && (templatesBefore === undefined ? isRolledOut(workload) : this.#isHalfWay(workload, templatesBefore))
    if (isTaken) {
      this.#count(workload)
      if (isThere && endpointsAreThose(this.#world)) return { ok: true, ...(templatesBefore === undefined ? {} : { instances: this.#ofRelease(templatesBefore).map(({ id }) => id) }), ...this.#counts }
      const stuck = givenUp(workload)
      this.#hasProgressed ||= stuck === undefined
      if (stuck !== undefined && (this.#hasProgressed || (!stoodHalfWay && stuck.since !== saidBefore))) return this.#failed(workload, stuck.reason)
    }
    if (performance.now() <= endAt) return undefined
    if (isThere) throw notDone(doing, `that its controller is done, and that pods or endpoints of before were still there after ${Math.round(timeoutMs / 1_000)} s`)
    return this.#failed(workload, `the roll-out was neither over nor given up by its controller within ${Math.round(timeoutMs / 1_000)} s`)
  }

  /** One pod is of the release, and everything is ready: whether it is available as well, a controller that was told to wait says much later. Throws SW_NOT_DONE for more than one. */
  #isHalfWay({ spec, status = {} }: Workload, templatesBefore: ReadonlySet<string>): boolean {
    const { replicas = 1 } = spec
    const ours = this.#world.pods.filter((pod) => isPresent(pod) && pod.metadata.deletionTimestamp === undefined && !templatesBefore.has(templateOf(pod)))
    const reached = Math.max(ours.length, status.updatedReplicas ?? 0)
    if (reached > 1) throw notDone(this.#following.doing, `${reached} pods of it, and expected its controller to stop after the first`)
    return reached === 1 && status.updatedReplicas === 1 && status.replicas === replicas && status.readyReplicas === replicas && this.#ofRelease(templatesBefore).length === 1
  }

  #ofRelease(templatesBefore: ReadonlySet<string>): readonly PodSlot[] {
    return this.#world.slots.slots.filter(({ pod }) => pod !== undefined && isLive(pod) && !templatesBefore.has(templateOf(pod)))
  }

  get #counts(): { readonly reached: number; readonly displaced: number } {
    return { reached: this.#reached, displaced: this.#displaced }
  }

  /** What is there beyond the declared number displaces nobody. */
  #count({ spec, status = {} }: Workload): void {
    const updated = status.updatedReplicas ?? 0
    const surge = Math.max(0, (status.replicas ?? 0) - (spec.replicas ?? 1))
    this.#reached = Math.max(this.#reached, updated)
    this.#displaced = Math.max(this.#displaced, updated - surge)
  }

  #failed(workload: Workload, reason: string): PlatformRollOut {
    const foreign = foreignObstacle(this.#world.pods, workload)
    if (foreign !== undefined) throw notDone(this.#following.doing, foreign)
    const pods = unstartedReason(this.#world.pods)
    return { ok: false, error: pods === undefined ? reason : `${reason} (${pods})`, ...this.#counts }
  }
}

/** As its controller tells it: a Deployment's, or a StatefulSet's. */
const templateOf = ({ metadata: { labels = {} } }: Pod): string => labels['pod-template-hash'] ?? labels['controller-revision-hash'] ?? ''
/** Pods that have ended lie about until somebody removes them. */
const isPresent = ({ status }: Pod): boolean => status.phase !== 'Failed' && status.phase !== 'Succeeded'

function endpointsAreThose(world: ClusterWorld): boolean {
  const named = namedAddresses(world.slices)
  const present = world.pods.filter(isPresent)
  const live = present.filter(isLive).flatMap(({ status }) => status.podIP ?? [])
  const { slots } = world.slots
  return present.length === slots.length && live.length === slots.length && named.size === live.length && live.every((address) => named.has(address)) && slots.every((slot) => world.isUp(slot))
}

function givenUp({ status }: Workload): { readonly reason: string; readonly since: string } | undefined {
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing')
  return progressing?.status === 'False' ? { reason: `${progressing.reason ?? 'no reason given'}: ${progressing.message ?? ''}`, since: progressing.lastUpdateTime ?? '' } : undefined
}
