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

const numbersIn = (file: string): readonly number[] => textOf(file).split(/\s+/).filter((word) => word !== '').map(Number) // none when it has just ended

const groupFiles = [
  // Control groups, version 2: "max 100000" is no quota.
  { line: /^0::(\/.*)$/m, file: (path: string) => `/sys/fs/cgroup${path}/cpu.max`, isQuota: (text: string) => !text.startsWith('max') },
  // Version 1: -1 is none.
  { line: /^\d+:(?:[\w,]*,)?cpu(?:,[\w,]*)?:(\/.*)$/m, file: (path: string) => `/sys/fs/cgroup/cpu${path}/cpu.cfs_quota_us`, isQuota: (text: string) => Number(text) > 0 },
]

/** Whether the group of a process may use only so much of the processors (CFS bandwidth). False where that cannot be read. Linux: cgroup-v2.rst, sched-bwc.rst. */
export function hasProcessorQuota(pid: number, read = textOf): boolean {
  const groups = read(`/proc/${pid}/cgroup`)
  return groupFiles.some(({ line, file, isQuota }) => {
    const path = line.exec(groups)?.[1]
    const text = path === undefined ? '' : read(file(path))
    return text !== '' && isQuota(text)
  })
}

function textOf(file: string): string {
  if (!onLinux) return ''
  try {
    return readFileSync(file, 'latin1').trim()
  } catch {
    return ''
  }
}
