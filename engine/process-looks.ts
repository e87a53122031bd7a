import { processorTimeOf, type ProcessorTime } from '../operating-system/processor-time.js'

/** What a process did between two looks: its first thread, which serves, and all of them, for what others of its threads take nobody else had. */
export interface Interval extends ProcessorTime {
  readonly pid: number
  readonly allRanMs: number
  readonly windowMs: number
}

interface Look extends ProcessorTime {
  readonly allRanMs: number
}

/** Looks at processes again and again. */
export class ProcessLooks {
  #before = new Map<number, Look>()
  #lookedAtMs: number

  /** `familyOf`: a process and those that belong to it. `ranMsOf`: what all its threads ran since its start; null: as its first one. */
  constructor(atMs: number, private readonly familyOf: (pid: number) => readonly number[], private readonly ranMsOf: (pid: number) => number | null) {
    this.#lookedAtMs = atMs
  }

  /** Of each target since the last look. Who was not there then, or is gone now, has none. */
  at(atMs: number, pids: readonly (readonly [string, number])[]): readonly { readonly target: string; readonly intervals: readonly Interval[] }[] {
    const now = new Map<number, Look>()
    const windowMs = atMs - this.#lookedAtMs
    const found = pids.map(([target, pid]) => ({ target, intervals: this.familyOf(pid).flatMap((one) => this.#since(one, windowMs, now) ?? []) }))
    this.#before = now
    this.#lookedAtMs = atMs
    return found
  }

  #since(pid: number, windowMs: number, now: Map<number, Look>): Interval | undefined {
    const time = processorTimeOf(pid)
    if (time === null) return undefined
    const look = { ...time, allRanMs: this.ranMsOf(pid) ?? time.ranMs }
    now.set(pid, look)
    const before = this.#before.get(pid)
    return before === undefined ? undefined : { pid, windowMs, ranMs: look.ranMs - before.ranMs, waitedMs: look.waitedMs - before.waitedMs, allRanMs: look.allRanMs - before.allRanMs }
  }
}

/** A function of a process whose answer may be that of a short while ago. */
export function remembered<T>(of: (pid: number) => T, ageMsMax: number, clock: () => number): (pid: number) => T {
  const known = new Map<number, { readonly answer: T; readonly atMs: number }>()
  return (pid) => {
    const found = known.get(pid)
    if (found !== undefined && clock() - found.atMs < ageMsMax) return found.answer
    const answer = of(pid)
    known.set(pid, { answer, atMs: clock() })
    return answer
  }
}
