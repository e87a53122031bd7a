import { availableParallelism } from 'node:os'
import type { DriverPlatformEvent } from '../core/driver.js'
import type { ObservationEvent } from '../core/history.js'
import { ownNetwork, processorWaitProbe, virtualMachine, type ProcessorWait } from '../core/processor-waits.js'
import { hasProcessorQuota, processorsAllowed, ranMsOfAllThreads, stolenTime, withDescendantPids, type ProcessorTime } from '../operating-system/processor-time.js'
import { ProcessLooks, remembered, type Interval } from './process-looks.js'

const everyMs = 200
/** Less is what every process of a machine with something to do waits. */
const toldShareMin = 0.2
/** Components have many processes, a database above all, and every look at one takes time that the service then lacks. */
const looksPerLookAtComponents = 5
const familyAgeMsMax = 5_000

const isComponent = (target: string): boolean => target !== ownNetwork && !/^replica-\d+$/.test(target)

/**
 * How long what is on the way of a request had to wait for a processor, as observations `processor-wait`: replicas, components, our own balancer and fault proxies,
 * and the machine itself where a hypervisor gives its processors away. Our own echo server may be served well by a kernel that shares a machine by groups while a
 * container is starved, and the other way round: only what judges a process by its own waiting is just to it.
 */
export class ProcessorWaits {
  readonly #pids = new Map<string, number>()
  readonly #looks: ProcessLooks
  /** A database has a process for each connection, and other components are small: what their first threads run is nearly all. */
  readonly #looksAtComponents: ProcessLooks
  #turn = 0
  #shareOfComponents = 0
  #stolenBefore = stolenTime()
  #lookedAtMs: number
  readonly #timer: NodeJS.Timeout

  constructor(private readonly record: (event: ObservationEvent) => void, private readonly clock: () => number) {
    this.#lookedAtMs = clock()
    this.#looks = new ProcessLooks(this.#lookedAtMs, withDescendantPids, ranMsOfAllThreads)
    this.#looksAtComponents = new ProcessLooks(this.#lookedAtMs, remembered(withDescendantPids, familyAgeMsMax, clock), () => null)
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
    this.#lookedAtMs = atMs
    const near = this.#looks.at(atMs, [...this.#pids].filter(([target]) => !isComponent(target)))
    const isTurnOfComponents = (this.#turn += 1) % looksPerLookAtComponents === 0
    const components = isTurnOfComponents ? this.#looksAtComponents.at(atMs, [...this.#pids].filter(([target]) => isComponent(target))) : []
    if (isTurnOfComponents) this.#shareOfComponents = shareOf(components)
    const share = shareOf(near.filter(({ target }) => target !== ownNetwork)) + this.#shareOfComponents
    const service = { serviceRanMs: Math.round(share * windowMs), capacityMs: Math.round(windowMs * availableParallelism()) }
    for (const { target, intervals } of [...near, ...components]) {
      const worst = intervals.reduce<Interval | undefined>((found, one) => (found === undefined || one.waitedMs > found.waitedMs ? one : found), undefined)
      if (worst !== undefined && isTold(worst) && !isPinned(worst.pid)) this.#tell(target, { atMs, ...worst, ...service })
    }
    const stolen = { ...this.#stolen(), windowMs }
    if (isTold(stolen)) this.#tell(virtualMachine, { atMs, ...stolen, ...service })
  }

  #tell(target: string, { atMs, waitedMs, ranMs, windowMs, serviceRanMs, capacityMs }: ProcessorWait & { readonly atMs: number }): void {
    // The kernel counts a wait when it is over: it may have begun before the last look.
    const spannedMs = Math.max(windowMs, waitedMs + ranMs)
    const value: ProcessorWait = { waitedMs: Math.round(waitedMs), ranMs: Math.round(ranMs), windowMs: Math.round(spannedMs), serviceRanMs, capacityMs }
    this.record({ kind: 'observation', probe: processorWaitProbe, target, atMs, value })
  }

  /** Of one processor on average; nothing where the kernel does not count. */
  #stolen(): ProcessorTime {
    const before = this.#stolenBefore
    const now = (this.#stolenBefore = stolenTime())
    return before === undefined || now === undefined ? { ranMs: 0, waitedMs: 0 } : { ranMs: now.ranMs - before.ranMs, waitedMs: now.waitedMs - before.waitedMs }
  }
}

const isTold = ({ waitedMs, windowMs }: { readonly waitedMs: number; readonly windowMs: number }): boolean => waitedMs >= windowMs * toldShareMin

/** What processes ran, of the time that went by: 2 for two processors. */
const shareOf = (targets: readonly { readonly intervals: readonly Interval[] }[]): number =>
  targets.flatMap(({ intervals }) => intervals).reduce((sum, { allRanMs, windowMs }) => sum + allRanMs / windowMs, 0)

/** Whoever may use fewer processors than there are waits for those: that is how it was started, and nobody else's doing. */
const isPinned = (pid: number): boolean => (processorsAllowed(pid) ?? Infinity) < availableParallelism()
