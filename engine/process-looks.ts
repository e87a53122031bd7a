import { processorTimeOf, ranMsOfAllThreads, type ProcessorTime } from '../operating-system/processor-time.js'

/** What a process did between two looks: its first thread, which serves. */
export interface Interval extends ProcessorTime {
  readonly pid: number
  readonly windowMs: number
}
export interface FamilyLook {
  readonly target: string
  readonly intervals: readonly Interval[]
  /** What all threads of the family ran, those included that have ended meanwhile: others had nothing of that. */
  readonly allRanMs: number
}

/** Looks at processes again and again. */
export class ProcessLooks {
  #before = new Map<number, ProcessorTime>()
  #ranBefore = new Map<number, number>()
  #lookedAtMs: number

  /** `familyOf`: a process and those that belong to it. */
  constructor(atMs: number, private readonly familyOf: (pid: number) => readonly number[]) {
    this.#lookedAtMs = atMs
  }

  /** Of each target since the last look. Who was not there then, or is gone now, has no interval. */
  at(atMs: number, pids: readonly (readonly [string, number])[]): readonly FamilyLook[] {
    const now = new Map<number, ProcessorTime>()
    const ranNow = new Map<number, number>()
    const windowMs = atMs - this.#lookedAtMs
    const found = pids.map(([target, pid]) => {
      const family = this.familyOf(pid)
      const intervals = family.flatMap((one) => this.#since(one, windowMs, now) ?? [])
      const allRanMs = family.reduce((sum, one) => sum + (ranMsOfAllThreads(one) ?? 0), 0)
      ranNow.set(pid, allRanMs)
      return { target, intervals, allRanMs: Math.max(0, allRanMs - (this.#ranBefore.get(pid) ?? allRanMs)) }
    })
    this.#before = now
    this.#ranBefore = ranNow
    this.#lookedAtMs = atMs
    return found
  }

  #since(pid: number, windowMs: number, now: Map<number, ProcessorTime>): Interval | undefined {
    const time = processorTimeOf(pid)
    if (time === null) return undefined
    now.set(pid, time)
    const before = this.#before.get(pid)
    // Times go forward only: with less than before it is another process that was given the number.
    if (before === undefined || time.ranMs < before.ranMs || time.waitedMs < before.waitedMs) return undefined
    return { pid, windowMs, ranMs: time.ranMs - before.ranMs, waitedMs: time.waitedMs - before.waitedMs }
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
