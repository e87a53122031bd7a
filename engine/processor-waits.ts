import { availableParallelism } from 'node:os'
import type { DriverPlatformEvent } from '../core/driver.js'
import type { ObservationEvent } from '../core/history.js'
import { ownNetwork, processorWaitProbe, virtualMachine, type ProcessorWait } from '../core/processor-waits.js'
import { hasProcessorQuota, processorsAllowed, processorTimeOf, ranMsOfAllThreads, stolenTime, withDescendantPids, type ProcessorTime } from '../operating-system/processor-time.js'

const everyMs = 200
/** Less is what every process of a machine with something to do waits. */
const toldShareMin = 0.2

/**
 * How long what is on the way of a request had to wait for a processor, as observations `processor-wait`: replicas, components, our own balancer and fault proxies,
 * and the machine itself where a hypervisor gives its processors away. Our own echo server may be served well by a kernel that shares a machine by groups while a
 * container is starved, and the other way round: only what judges a process by its own waiting is just to it.
 */
export class ProcessorWaits {
  readonly #pids = new Map<string, number>()
  #before = new Map<number, Look>()
  #stolenBefore = stolenTime()
  #lookedAtMs: number
  readonly #timer: NodeJS.Timeout

  constructor(private readonly record: (event: ObservationEvent) => void, private readonly clock: () => number) {
    this.#lookedAtMs = clock()
    this.#timer = setInterval(() => this.#look(), everyMs)
    this.#timer.unref()
  }

  /**
   * Tells which process something is. Numbers of processes on other machines say nothing here and are not told by their drivers. One that may use only so
   * much of the processors waits for its own quota, and is not looked at: that is how it is configured, and nobody else's doing.
   */
  see({ name, target, detail }: DriverPlatformEvent): void {
    const pid = detail['pid']
    if ((name === 'process-started' || name === 'network-started') && typeof pid === 'number' && pid > 0 && !hasProcessorQuota(pid)) this.#pids.set(target, pid)
    if (name === 'process-exited') this.#pids.delete(target)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const atMs = this.clock()
    const windowMs = atMs - this.#lookedAtMs
    const now = new Map<number, Look>()
    const looks = [...this.#pids].map(([target, pid]) => ({ target, times: withDescendantPids(pid).map((one) => this.#since(one, now)) }))
    const ofService = looks.filter(({ target }) => target !== ownNetwork).flatMap(({ times }) => times)
    const service = { serviceRanMs: Math.round(ofService.reduce((sum, { allRanMs }) => sum + allRanMs, 0)), capacityMs: Math.round(windowMs * availableParallelism()) }
    const tell = (target: string, { waitedMs, ranMs }: ProcessorTime): void => {
      // The kernel counts a wait when it is over: it may have begun before the last look.
      const spannedMs = Math.max(windowMs, waitedMs + ranMs)
      const value: ProcessorWait = { waitedMs: Math.round(waitedMs), ranMs: Math.round(ranMs), windowMs: Math.round(spannedMs), ...service }
      this.record({ kind: 'observation', probe: processorWaitProbe, target, atMs, value })
    }
    for (const { target, times } of looks) {
      const worst = times.reduce((found, one) => (one.waitedMs > found.waitedMs ? one : found))
      if (worst.waitedMs >= windowMs * toldShareMin && !isPinned(worst.pid)) tell(target, worst)
    }
    const stolen = this.#stolen()
    if (stolen !== undefined && stolen.waitedMs >= windowMs * toldShareMin) tell(virtualMachine, stolen)
    this.#before = now
    this.#lookedAtMs = atMs
  }

  /** Of one processor on average. */
  #stolen(): ProcessorTime | undefined {
    const before = this.#stolenBefore
    const now = (this.#stolenBefore = stolenTime())
    return before === undefined || now === undefined ? undefined : { ranMs: now.ranMs - before.ranMs, waitedMs: now.waitedMs - before.waitedMs }
  }

  #since(pid: number, now: Map<number, Look>): Look {
    const time = processorTimeOf(pid)
    const before = this.#before.get(pid)
    if (time === null) return { pid, ranMs: 0, waitedMs: 0, allRanMs: 0 }
    const look = { pid, ...time, allRanMs: ranMsOfAllThreads(pid) ?? time.ranMs }
    now.set(pid, look)
    if (before === undefined) return { pid, ranMs: 0, waitedMs: 0, allRanMs: 0 }
    return { pid, ranMs: look.ranMs - before.ranMs, waitedMs: look.waitedMs - before.waitedMs, allRanMs: look.allRanMs - before.allRanMs }
  }
}

/** Of the first thread of a process, which serves, and of all: what others of its threads take, nobody else had. */
interface Look extends ProcessorTime {
  readonly pid: number
  readonly allRanMs: number
}

/** Whoever may use fewer processors than there are waits for those: that is how it was started, and nobody else's doing. */
const isPinned = (pid: number): boolean => (processorsAllowed(pid) ?? Infinity) < availableParallelism()
