import { readFileSync } from 'node:fs'
import { onLinux } from './process-table.js'

/** Of the first thread of a process, since its start. */
export interface ProcessorTime {
  readonly ranMs: number
  /** It could have run, and other processes had the processors. */
  readonly waitedMs: number
}

/** Null when the process is gone or the kernel does not count. Linux: Documentation/scheduler/sched-stats.rst, proc/<pid>/schedstat. */
export function processorTimeOf(pid: number): ProcessorTime | null {
  const [ran, waited] = numbersIn(`/proc/${pid}/schedstat`)
  return ran === undefined || waited === undefined ? null : { ranMs: ran / 1e6, waitedMs: waited / 1e6 }
}

const generationsMax = 4

/** A process and those below it: what serves may be the child of a shell or of an init. Linux: proc_pid_task_tid_children(5). */
export function withDescendantPids(pid: number, generations = generationsMax): readonly number[] {
  if (!onLinux || generations === 0) return [pid]
  return [pid, ...numbersIn(`/proc/${pid}/task/${pid}/children`).flatMap((child) => withDescendantPids(child, generations - 1))]
}

function numbersIn(file: string): readonly number[] {
  if (!onLinux) return []
  try {
    return readFileSync(file, 'latin1').trim().split(/\s+/).filter((word) => word !== '').map(Number)
  } catch {
    return [] // it has just ended
  }
}
