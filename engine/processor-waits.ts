import { availableParallelism } from 'node:os'
import type { DriverPlatformEvent } from '../core/driver.js'
import type { ObservationEvent } from '../core/history.js'
import { ownNetwork, processorWaitProbe, virtualMachine, type ProcessorWait } from '../core/processor-waits.js'
import { hasProcessorQuota, processorsAllowed, stolenTime, withDescendantPids, type ProcessorTime } from '../operating-system/processor-time.js'
import { ProcessLooks, remembered, type FamilyLook, type Interval } from './process-looks.js'

const everyMs = 200
/** Less is what every process of a machine with something to do waits. */
const toldShareMin = 0.2
/** Components have many processes, a database above all, and every look at one takes time that the service then lacks. */
const looksPerLookAtComponents = 5
const familyAgeMsMax = 5_000

const tellsProcess: ReadonlySet<DriverPlatformEvent['name']> = new Set(['process-started', 'process-found', 'network-started'])
const isComponent = (target: string): boolean => target !== ownNetwork && !/^replica-\d+$/.test(target)

/**
 * How long what is on the way of a request had to wait for a processor, as observations `processor-wait`: replicas, components, our own balancer and fault proxies,
 * and the machine itself where a hypervisor gives its processors away. Our own echo server may be served well by a kernel that shares a machine by groups while a
 * container is starved, and the other way round: only what judges a process by its own waiting is just to it.
 */
export class ProcessorWaits {
  readonly #pids = new Map<string, number>()
  readonly #looks: ProcessLooks
  readonly #looksAtComponents: ProcessLooks
  /** Not told yet: what the service took itself is known when its components have been looked at for the same time. */
  #held: Held[] = []
  #lookedAtComponentsMs: number
  #stolenBefore = stolenTime()
  #lookedAtMs: number
  readonly #timer: NodeJS.Timeout

  constructor(private readonly record: (event: ObservationEvent) => void, private readonly clock: () => number) {
    this.#lookedAtMs = this.#lookedAtComponentsMs = clock()
    this.#looks = new ProcessLooks(this.#lookedAtMs, withDescendantPids)
    this.#looksAtComponents = new ProcessLooks(this.#lookedAtMs, remembered(withDescendantPids, familyAgeMsMax, clock))
    this.#timer = setInterval(() => this.#look(), everyMs)
    this.#timer.unref()
  }

  /**
   * Tells which process something is. Numbers of processes on other machines say nothing here and are not told by their drivers. One that may use only so
   * much of the processors waits for its own quota, and is not looked at: that is how it is configured, and nobody else's doing.
   */
  see({ name, target, detail }: DriverPlatformEvent): void {
    const pid = detail['pid']
    if (tellsProcess.has(name) && typeof pid === 'number' && pid > 0 && !hasProcessorQuota(pid)) this.#pids.set(target, pid)
    if (name === 'process-exited') this.#pids.delete(target)
  }

  stop(): void {
    clearInterval(this.#timer)
    if (this.#held.length > 0) this.#lookAtComponents(this.#lookedAtMs)
  }

  #look(): void {
    const atMs = this.clock()
    const windowMs = atMs - this.#lookedAtMs
    if (windowMs <= 0) return
    this.#lookedAtMs = atMs
    const looks = this.#looks.at(atMs, [...this.#pids].filter(([target]) => !isComponent(target)))
    const stolen = { ...this.#stolen(), windowMs }
    this.#held.push({ atMs, windowMs, serviceRanMs: ranMsOf(looks.filter(({ target }) => target !== ownNetwork)), waits: [...looks.flatMap(worstOf), ...(isTold(stolen) ? [{ target: virtualMachine, ...stolen }] : [])] })
    if (this.#held.length >= looksPerLookAtComponents) this.#lookAtComponents(atMs)
  }

  /** The share that components took is spread evenly over the looks at the others that lie in the same time. */
  #lookAtComponents(atMs: number): void {
    const windowMs = atMs - this.#lookedAtComponentsMs
    const components = this.#looksAtComponents.at(atMs, [...this.#pids].filter(([target]) => isComponent(target)))
    const share = ranMsOf(components) / windowMs
    for (const held of this.#held) for (const wait of held.waits) this.#tell(wait, held.atMs, { serviceRanMs: held.serviceRanMs + share * held.windowMs, windowMs: held.windowMs })
    const serviceRanMs = this.#held.reduce((sum, held) => sum + held.serviceRanMs, ranMsOf(components))
    for (const wait of components.flatMap(worstOf)) this.#tell(wait, atMs, { serviceRanMs, windowMs })
    this.#lookedAtComponentsMs = atMs
    this.#held = []
  }

  #tell({ target, waitedMs, ranMs, windowMs }: Wait, atMs: number, service: { readonly serviceRanMs: number; readonly windowMs: number }): void {
    // The kernel counts a wait when it is over: it may have begun before the last look.
    const spannedMs = Math.max(windowMs, waitedMs + ranMs)
    const value: ProcessorWait = {
      waitedMs: Math.round(waitedMs),
      ranMs: Math.round(ranMs),
      windowMs: Math.round(spannedMs),
      serviceRanMs: Math.round(service.serviceRanMs),
      capacityMs: Math.round(service.windowMs * availableParallelism()),
    }
    this.record({ kind: 'observation', probe: processorWaitProbe, target, atMs, value })
  }

  /** Of one processor on average; nothing where the kernel does not count. */
  #stolen(): ProcessorTime {
    const before = this.#stolenBefore
    const now = (this.#stolenBefore = stolenTime())
    return before === undefined || now === undefined ? { ranMs: 0, waitedMs: 0 } : { ranMs: now.ranMs - before.ranMs, waitedMs: now.waitedMs - before.waitedMs }
  }
}

interface Wait extends ProcessorTime {
  readonly target: string
  readonly windowMs: number
}
interface Held {
  readonly atMs: number
  readonly windowMs: number
  readonly serviceRanMs: number
  readonly waits: readonly Wait[]
}

const isTold = ({ waitedMs, windowMs }: { readonly waitedMs: number; readonly windowMs: number }): boolean => waitedMs >= windowMs * toldShareMin

/** Who of a family waited longest, where that is worth telling. */
function worstOf({ target, intervals }: FamilyLook): readonly Wait[] {
  const worst = intervals.reduce<Interval | undefined>((found, one) => (found === undefined || one.waitedMs > found.waitedMs ? one : found), undefined)
  return worst === undefined || !isTold(worst) || isPinned(worst.pid) ? [] : [{ target, ...worst }]
}

const ranMsOf = (looks: readonly FamilyLook[]): number => looks.reduce((sum, { allRanMs }) => sum + allRanMs, 0)

/** Whoever may use fewer processors than there are waits for those: that is how it was started, and nobody else's doing. */
const isPinned = (pid: number): boolean => (processorsAllowed(pid) ?? Infinity) < availableParallelism()
