import { listPids, listProcesses, onLinux, readProcesses, type ProcessEntry, type ProcessIdentity } from './process-table.js'

/**
 * How long a process that was found to be foreign is not looked at again. A pid is given to another process only
 * after all others were, which takes far longer.
 */
const foreignForMs = 5_000

/**
 * Spares whoever looks at the process table again and again the reading of what is not his: that costs a supervisor
 * more than everything else it does. Rests on that nothing foreign becomes ours but by becoming known.
 */
export class ForeignProcesses {
  #pids: ReadonlySet<number> = new Set()
  #sinceMs = -Infinity

  /** Every living process but those that are known to be foreign. */
  others(known: readonly ProcessIdentity[]): ProcessEntry[] {
    if (!onLinux) return listProcesses()
    const now = performance.now()
    if (now - this.#sinceMs >= foreignForMs) this.#forget(now)
    const startTimes = new Map(known.map(({ pid, startTime }) => [pid, startTime]))
    const table = readProcesses(listPids().filter((pid) => !this.#pids.has(pid) || startTimes.has(pid)))
    const becameKnown = table.some(({ pid, startTime }) => this.#pids.has(pid) && startTimes.get(pid) === startTime)
    if (!becameKnown) return table
    this.#forget(now) // what descends from it was taken for foreign, too
    return listProcesses()
  }

  /** `table` is what `others` gave, `ours` what was found to be ours in it. */
  learn(table: readonly ProcessEntry[], ours: readonly ProcessEntry[]): void {
    const kept = new Set(ours.map(({ pid }) => pid))
    // Only what was seen alive: the number of what was not may go to a fork at any time.
    this.#pids = new Set([...this.#pids, ...table.map(({ pid }) => pid)].filter((pid) => !kept.has(pid)))
  }

  #forget(nowMs: number): void {
    this.#pids = new Set()
    this.#sinceMs = nowMs
  }
}
