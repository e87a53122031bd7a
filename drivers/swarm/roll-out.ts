import { setTimeout as pause } from 'node:timers/promises'
import type { PlatformRelease, PlatformRollOut, PlatformRollOutOptions } from '../../core/driver.js'
import { notDone } from '../process/not-done.js'
import type { ServicePlaces } from './service-places.js'
import { isInPart, isOfNow, isSameMake, makeOf, specOfRelease, specSaidAgain } from './stack-release.js'
import { allTasksOf, containerOf, isWanted, replicasOf, runs, type Engine, type ServiceSpec, type SwarmService, type SwarmTask } from './stack-services.js'

const lookEveryMs = 200

export interface RollOutWorld {
  readonly docker: Engine
  readonly runId: string
  readonly signal: AbortSignal
  /** While the swarm replaces tasks because it was ordered to, their ends are its doing. */
  rollingOut(isOn: boolean): void
  /** A place was given to another task. */
  moved(): void
  /** Why nothing that follows can be judged. */
  lost(): string | undefined
}

/**
 * The update of the swarm, in its own order and with what it does on a failure. Over when the swarm says so and every place has a task of the release; not
 * successful when it is paused or rolled back. One in part is over when one place has a task of the release, and the swarm waits then. Throws SW_NOT_DONE where the
 * service is that release already, and for what neither the service nor its release did: an image that cannot be had, no node.
 */
export async function rollOutService(world: RollOutWorld, service: ServicePlaces, release: PlatformRelease, { timeoutMs, inPart = false }: PlatformRollOutOptions): Promise<PlatformRollOut> {
  const { docker, runId, signal } = world
  const doing = `rolling ${release.name} out`
  const endAt = performance.now() + timeoutMs
  const before = await inspected(docker, service)
  const known = new Set((await allTasksOf(docker, service.service)).map(({ ID }) => ID))
  world.rollingOut(true)
  const given = await service.change(doing, (spec) => specOfRelease(spec, release, runId, inPart))
  // The swarm took back what it had been given only after that had been told to be there.
  if (given === undefined && isRolledBack(before)) service.rolledBackTo(before.Spec)
  if (given === undefined && !service.wasRolledBack) {
    world.rollingOut(false)
    throw notDone(doing, `that ${service.service.Spec.Name} is what it is to become already`)
  }
  const endsPart = given !== undefined && !inPart && isInPart(before.Spec)
  if (endsPart) await service.change(doing, specSaidAgain)
  const followed = new Followed(service, { doing, given: given ?? before.Spec, before, known, timeoutMs, stopsAt: inPart ? 1 : undefined, endsPart })
  for (;;) {
    const lost = world.lost()
    if (lost !== undefined) throw notDone(doing, lost)
    const now = await inspected(docker, service)
    const all = await allTasksOf(docker, service.service)
    if (service.handOver(new Set(all.filter(isWanted).map(({ ID }) => ID)))) world.moved()
    const end = followed.look(now, { all, isLate: performance.now() > endAt })
    // One that was given up may go on, and ends with the one that takes it back.
    if (end?.ok === true) world.rollingOut(false)
    if (end !== undefined) return end
    await pause(lookEveryMs, undefined, { signal })
  }
}

const isRolledBack = ({ UpdateStatus: update }: SwarmService): boolean => update?.State?.startsWith('rollback_') === true

const hasBegun = ({ Status: { State: state } }: SwarmTask): boolean => ['running', 'complete', 'failed', 'shutdown'].includes(state)

const inspected = async (docker: Engine, { service }: ServicePlaces): Promise<SwarmService> => (await docker.getService(service.ID).inspect()) as SwarmService

interface Ordered {
  readonly doing: string
  readonly given: ServiceSpec
  /** The service before the order. */
  readonly before: SwarmService
  /** Tasks that were there before it, or had been. */
  readonly known: ReadonlySet<string>
  readonly timeoutMs: number
  /** So many tasks of it, and the swarm waits. */
  readonly stopsAt: number | undefined
  /** It takes back what stopped: over when all is as before, and not only when the swarm has waited as long as it does between tasks and after the last. */
  readonly endsPart: boolean
}

/** An update from its order to its end, as the swarm tells of it. */
class Followed {
  readonly #service: ServicePlaces
  readonly #ordered: Ordered
  #reached = 0
  #displaced = 0

  constructor(service: ServicePlaces, ordered: Ordered) {
    this.#service = service
    this.#ordered = ordered
  }

  /** Undefined while it goes on. */
  look(now: SwarmService, { all, isLate }: { readonly all: readonly SwarmTask[]; readonly isLate: boolean }): PlatformRollOut | undefined {
    const { doing, given, before, known, timeoutMs, stopsAt, endsPart } = this.#ordered
    const wanted = all.filter(isWanted)
    const ours = wanted.filter((task) => task.Spec !== undefined && isOfNow(task, given))
    const replicas = replicasOf(given)
    // One that ended at once may have been replaced between two looks.
    const begun = all.filter((task) => !known.has(task.ID) && task.Spec !== undefined && isOfNow(task, given) && hasBegun(task))
    this.#reached = Math.max(this.#reached, new Set(begun.map(({ Slot }) => Slot)).size)
    this.#displaced = Math.max(this.#displaced, ours.length - Math.max(0, wanted.length - replicas))
    // The words of the update before stay until the next one has begun; where nothing was left to replace there are none.
    const state = now.UpdateStatus?.StartedAt === before.UpdateStatus?.StartedAt ? undefined : now.UpdateStatus?.State
    const said = `the swarm says ${now.UpdateStatus?.State ?? 'nothing'}: ${now.UpdateStatus?.Message ?? 'no reason given'}`
    if (stopsAt !== undefined && ours.length > stopsAt) throw notDone(doing, `${ours.length} tasks of it, and expected the swarm to stop after the first`)
    const isThere = isSameMake(makeOf(now.Spec), makeOf(given)) && wanted.length === replicas && ours.length === (stopsAt ?? replicas) && ours.every(runs)
    const placed = this.#service.places.filter(({ container }) => ours.some((task) => container?.id === containerOf(task)))
    const isPlaced = placed.length === ours.length
    if (isThere && isPlaced && stopsAt !== undefined && state === 'updating') return { ok: true, instances: placed.map(({ name }) => name), ...this.#counts }
    if (isThere && isPlaced && stopsAt === undefined && (state === undefined || state === 'completed' || endsPart)) return { ok: true, ...this.#counts }
    if (state === 'rollback_completed' || state === 'rollback_paused') return this.#rolledBack(now, { all, said })
    if (state === 'paused') return this.#failed(all, said)
    if (!isLate) return undefined
    if (isThere) throw notDone(doing, `that every task that is to be of it is, and that ${isPlaced ? said : 'not every place has one'} after ${Math.round(timeoutMs / 1_000)} s`)
    return this.#failed(all, `not every task was of it after ${Math.round(timeoutMs / 1_000)} s (${said})`)
  }

  get #counts(): { readonly reached: number; readonly displaced: number } {
    return { reached: this.#reached, displaced: this.#displaced }
  }

  /** The service is what it was before the order, and that is nobody else's doing. */
  #rolledBack(now: SwarmService, { all, said }: { readonly all: readonly SwarmTask[]; readonly said: string }): PlatformRollOut {
    if (isSameMake(makeOf(now.Spec), makeOf(this.#ordered.before.Spec))) this.#service.rolledBackTo(now.Spec)
    return this.#failed(all, said)
  }

  #failed(all: readonly SwarmTask[], error: string): PlatformRollOut {
    const { doing, given } = this.#ordered
    const kept = all.find(({ Status: { State: state, Err: reason }, ...task }) => isOfNow(task, given) && task.Spec !== undefined && (state === 'rejected' || (state === 'pending' && reason !== undefined)))
    if (kept !== undefined) throw notDone(doing, `its task ${kept.Status.State}: ${kept.Status.Err ?? 'no reason given'}`)
    return { ok: false, error, ...this.#counts }
  }
}
