import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { DriverPlatformEvent } from '../../core/driver.js'
import { moveAddress } from '../../operating-system/moving-addresses.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { notDone } from '../process/not-done.js'
import { withReplicas } from './found-stack.js'
import type { Arrival, TaskPlace } from './task-place.js'
import { changeService, replicasOf, runs, tasksOf, type Engine, type SwarmService, type SwarmTask } from './stack-services.js'

export interface PlacesOptions {
  readonly docker: Engine
  readonly service: SwarmService
  readonly startTimeoutMs: number
  readonly emit: (event: DriverPlatformEvent) => void
  /** A place was given to a container. */
  readonly moved?: () => void
  /** From now on nothing is done to the service any more: it is being put back. */
  isEnded(): boolean
}

const lookEveryMs = 50
const toldWithinMs = 15_000
/** Well within the delay after which a swarm replaces a task. */
const orderAgainMs = 500

/** The places of one service and what is done to their number. A swarm that is told to do without one gives up a place whose task has ended, and no other. */
export class ServicePlaces {
  readonly places: TaskPlace[] = []
  readonly #options: PlacesOptions
  readonly #arrivals = new Map<number, Arrival>()
  readonly #ended: string[] = []
  #replicas: number
  #turn: Promise<unknown> = Promise.resolve()
  #wasRolledBack = false
  /** As the run last left it: another one was written by somebody else. */
  #spec: SwarmService['Spec']

  constructor(options: PlacesOptions) {
    this.#options = options
    this.#spec = options.service.Spec
    this.#replicas = replicasOf(this.#spec)
  }

  get service(): SwarmService {
    return this.#options.service
  }

  /** A container of this service runs. The one before it in the slot may run still. */
  arrived(slot: number, arrival: Arrival): void {
    if (this.#ended.some((id) => arrival.id.startsWith(id))) return // it ended while it was being looked at
    this.#arrivals.set(slot, arrival)
    this.#settle(slot)
  }

  /** What this container fills. Its `id` may be shortened. */
  placeOf(id: string): TaskPlace | undefined {
    return this.places.find(({ container }) => container?.id.startsWith(id) === true)
  }

  /** A container of this service has ended. `id` may be shortened. Resolves to the place it filled. */
  left(slot: number, id: string, atHrtimeMs: number): TaskPlace | undefined {
    this.#ended.push(id)
    if (this.#arrivals.get(slot)?.id.startsWith(id) === true) this.#arrivals.delete(slot)
    const place = this.placeOf(id)
    if (place === undefined) return undefined
    place.container = undefined
    place.freeSinceHrtimeMs = atHrtimeMs
    place.paused = false
    moveAddress(place.host, null)
    return place
  }

  /**
   * A task that was told to end may go on for as long as its grace period, with another one beside it already: that one takes the place. `wanted` are the tasks that the
   * swarm wants. Resolves to whether a place was handed over.
   */
  handOver(wanted: ReadonlySet<string>): boolean {
    let isAny = false
    for (const place of this.places) {
      const arrival = place.slot === undefined ? undefined : this.#arrivals.get(place.slot)
      if (place.container === undefined || wanted.has(place.container.task) || arrival === undefined || arrival.id === place.container.id || !wanted.has(arrival.task)) continue
      place.container = undefined
      place.paused = false
      place.freeSinceHrtimeMs = hrtimeMs()
      this.#settle(place.slot ?? 0)
      isAny = true
    }
    return isAny
  }

  /** After the exit was told: what is there already takes the place. */
  settle(): void {
    for (const { slot } of this.places) if (slot !== undefined) this.#settle(slot)
  }

  /** Does without a place whose container has just ended. Throws SW_NOT_DONE when the swarm chose another one. */
  vacate(place: TaskPlace, task: string): Promise<void> {
    return this.#inTurn(`keeping ${place.name} down`, async (doing) => {
      const { slot } = place
      if (slot === undefined) return
      const told = await this.#until(async () => {
        const inSlot = (await this.#tasks()).filter((one) => one.Slot === slot)
        return inSlot.some((one) => one.ID === task && runs(one)) ? undefined : inSlot
      }, toldWithinMs)
      if (told === undefined) throw notDone(doing, `that the swarm does not know of its end after ${toldWithinMs} ms`)
      if (told.some(runs)) throw notDone(doing, 'another task running in its place already: the restart delay of the service is too short to keep it down')
      await this.#giveUp(place, doing)
    })
  }

  /**
   * One task less, of which the swarm chooses the place. Resolves to it, and to the container that was in it at the order, as soon as the swarm does not want it any
   * more: it may go on for its grace period, or have ended at once.
   */
  scaleIn(doing: string): Promise<{ readonly place: TaskPlace; readonly container: string }> {
    return this.#inTurn(doing, async () => {
      const filled = new Map(this.places.flatMap((one) => (one.container === undefined ? [] : [[one, one.container.id] as const])))
      const [place] = await this.#oneLess(doing, ([first, ...more]) => more.length === 0 && first !== undefined && filled.has(first))
      Object.assign(place, { mode: 'stopped', slot: undefined, isRemoved: true } satisfies Partial<TaskPlace>)
      return { place, container: filled.get(place) ?? '' }
    })
  }

  /** One task less, as often as it takes: of several that are down at once the swarm gives up any, and each of them is one that has to be. */
  async #giveUp(place: TaskPlace, doing: string): Promise<void> {
    while (place.slot !== undefined) {
      const [one] = await this.#oneLess(doing, (gone) => gone.length === 1 && gone[0]?.container === undefined && gone[0]?.mode !== 'up')
      one.slot = undefined
    }
  }

  /** Resolves to the places that the swarm gave up. Throws SW_NOT_DONE when they are not what was expected: the number of tasks is as before then. */
  async #oneLess(doing: string, isExpected: (gone: readonly TaskPlace[]) => boolean): Promise<readonly [TaskPlace, ...TaskPlace[]]> {
    await this.#scale(this.#replicas - 1)
    let againAtMs = performance.now() + orderAgainMs
    const gone = await this.#until(async () => {
      const slots = new Set((await this.#tasks()).map((one) => one.Slot))
      const [first, ...more] = this.places.filter((one) => one.slot !== undefined && !slots.has(one.slot))
      if (first !== undefined) return [first, ...more] as const
      // A swarm that counts its tasks while it replaces one may count one less, find nothing to do, and look no more until it is told something.
      if (performance.now() >= againAtMs) {
        await this.#sayAgain()
        againAtMs = performance.now() + orderAgainMs
      }
      return undefined
    }, toldWithinMs)
    if (gone !== undefined && isExpected(gone)) return gone
    await this.#scale(this.#replicas + 1)
    throw notDone(doing, gone === undefined ? 'that the swarm gave up no place' : 'that the swarm gave up another place instead')
  }

  /** Has the swarm fill one place more, and takes it for this. Resolves when its container runs. */
  fill(place: TaskPlace): Promise<void> {
    return this.fillAll([place])
  }

  /** Has the swarm do without any task. Resolves when it wants none: which it takes first is all the same. */
  emptyAll(doing: string): Promise<void> {
    return this.#inTurn(doing, async () => {
      await this.#scale(0)
      if ((await this.#until(async () => ((await this.#tasks()).length === 0 ? true : undefined), toldWithinMs)) === undefined) throw notDone(doing, `that the swarm still wants tasks of ${this.service.Spec.Name}`)
      for (const place of this.places) place.slot = undefined
      this.#arrivals.clear()
    })
  }

  /** Has the swarm fill all of these with one order. Resolves when their containers run. */
  fillAll(places: readonly TaskPlace[]): Promise<void> {
    return this.#inTurn(`starting ${places.map(({ name }) => name).join(', ')}`, async (doing) => {
      await this.#placed(places, doing)
      for (const place of places) await this.#filled(place, doing)
    })
  }

  /** Changes what its tasks are. Resolves to the specification; undefined where there was nothing to change. */
  change(doing: string, wanted: (spec: SwarmService['Spec']) => SwarmService['Spec'] | undefined): Promise<SwarmService['Spec'] | undefined> {
    return this.#inTurn(doing, async () => {
      if (this.#options.isEnded()) throw notDone(doing, 'that the stack is being put back')
      let isChanged = false
      const { Spec } = await changeService(this.#options.docker, this.service.ID, (spec) => {
        const changed = wanted(spec)
        isChanged = changed !== undefined
        return changed
      })
      if (isChanged) this.#spec = Spec
      if (isChanged) this.#wasRolledBack = false
      return isChanged ? Spec : undefined
    })
  }

  /** The last roll-out failed, and the swarm itself made it what it was before: the order that takes it back has nothing left to do. */
  get wasRolledBack(): boolean {
    return this.#wasRolledBack
  }

  rolledBackTo(spec: SwarmService['Spec']): void {
    this.#spec = spec
    this.#wasRolledBack = true
  }

  /** Whether the swarm wants this task: one that was given up may be started all the same, and is ended then. */
  async isWanted(task: string): Promise<boolean> {
    return (await this.#tasks()).some((one) => one.ID === task)
  }

  /** What is being done is done, or has failed. */
  async idle(): Promise<void> {
    await this.#turn.catch(() => undefined)
  }

  /** Whether nobody else has changed it. Labels are told apart by whoever puts them there. */
  async isAsLeft(): Promise<boolean> {
    const { Spec } = (await this.#options.docker.getService(this.service.ID).inspect()) as SwarmService
    const { Labels: _now, ...now } = Spec
    const { Labels: _left, ...left } = this.#spec
    return isDeepStrictEqual(now, left)
  }

  #settle(slot: number): void {
    const place = this.places.find((one) => one.slot === slot)
    const arrival = this.#arrivals.get(slot)
    if (place === undefined || arrival === undefined || place.mode !== 'up' || place.container !== undefined) return
    place.container = arrival
    place.starts += 1
    place.containers.push(arrival.id)
    moveAddress(place.host, arrival.address)
    this.#options.moved?.()
    const { atHrtimeMs, detail } = arrival.started
    if (detail['attached'] === true) {
      this.#options.emit({ name: 'process-found', target: place.name, atHrtimeMs, detail: { ...detail, slot } })
      return
    }
    // One that was started beside the task before it is in the place from the end of that on.
    this.#options.emit({ name: 'process-started', target: place.name, atHrtimeMs: Math.max(atHrtimeMs, place.freeSinceHrtimeMs), detail: { ...detail, task: arrival.task, slot } })
  }

  /** Each gets a slot that nobody has. */
  async #placed(places: readonly TaskPlace[], doing: string): Promise<void> {
    for (const place of places) place.mode = 'up'
    const without = places.filter(({ slot }) => slot === undefined)
    if (without.length > 0) {
      const taken = new Set(this.places.flatMap((one) => one.slot ?? []))
      await this.#scale(this.#replicas + without.length)
      const slots = await this.#until(async () => {
        const free = [...new Set((await this.#tasks()).flatMap(({ Slot: slot }) => (slot === undefined || taken.has(slot) ? [] : [slot])))]
        return free.length >= without.length ? free : undefined
      }, toldWithinMs)
      if (slots === undefined) throw notDone(doing, 'that the swarm makes no task for it')
      for (const [index, place] of without.entries()) place.slot = slots[index]
    }
    for (const { slot } of places) if (slot !== undefined) this.#settle(slot)
  }

  async #filled(place: TaskPlace, doing: string): Promise<void> {
    const { startTimeoutMs } = this.#options
    if ((await this.#until(async () => place.container, startTimeoutMs)) !== undefined) return
    const task = (await this.#tasks()).find((one) => one.Slot === place.slot)
    throw notDone(doing, task === undefined ? 'no task in its place' : `its task ${task.Status.State} after ${startTimeoutMs} ms${task.Status.Err === undefined ? '' : ` (${task.Status.Err})`}`)
  }

  #tasks(): Promise<readonly SwarmTask[]> {
    return tasksOf(this.#options.docker, this.service)
  }

  async #scale(replicas: number): Promise<void> {
    if (this.#options.isEnded()) throw notDone('changing the number of tasks', 'that the stack is being put back')
    const { Spec } = await changeService(this.#options.docker, this.service.ID, (spec) => withReplicas(spec, replicas))
    this.#spec = Spec
    this.#replicas = replicas
  }

  /** The number that was ordered last, unless somebody has ordered another one since. */
  async #sayAgain(): Promise<void> {
    if (this.#options.isEnded()) return
    await changeService(this.#options.docker, this.service.ID, (spec) => (isDeepStrictEqual(spec, this.#spec) ? spec : undefined))
  }

  #inTurn<T>(doing: string, work: (doing: string) => Promise<T>): Promise<T> {
    const done = this.#turn.catch(() => undefined).then(() => work(doing))
    this.#turn = done
    return done
  }

  async #until<T>(look: () => Promise<T | undefined>, timeoutMs: number): Promise<T | undefined> {
    const endAt = performance.now() + timeoutMs
    for (;;) {
      const seen = await look()
      if (seen !== undefined || performance.now() >= endAt || this.#options.isEnded()) return seen
      await pause(lookEveryMs)
    }
  }
}
