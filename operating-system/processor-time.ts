import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
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

/** The kernel's unit of time towards programs, USER_HZ, on every architecture that Node runs on. */
export const ticksPerSecond = 100

/**
 * What all threads of a process ran since its start, and those of its children that have ended and were waited for, to a tick of 10 ms. Null when it is gone.
 * The sum over a family goes on evenly when one of it ends. Linux: proc_pid_stat(5), utime, stime, cutime and cstime.
 */
export function ranMsOfAllThreads(pid: number): number | null {
  // The name of the program stands in brackets and may hold anything.
  const fields = textOf(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? []
  const ticks = Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])
  return Number.isFinite(ticks) ? (ticks * 1_000) / ticksPerSecond : null
}

/**
 * What an average processor of this machine did since its start: `waitedMs`, the time in which a hypervisor let somebody else run. Undefined where the kernel does
 * not count. Linux: proc_stat(5), the line `cpu`.
 */
export function stolenTime(read = textOf): ProcessorTime | undefined {
  const [first = '', ...processors] = read('/proc/stat').split('\n').filter((line) => line.startsWith('cpu'))
  const [user, nice, system, , , irq, softirq, steal] = first.split(/\s+/).slice(1).map(Number)
  if (user === undefined || nice === undefined || system === undefined || irq === undefined || softirq === undefined || steal === undefined || processors.length === 0) return undefined
  const msOf = (ticks: number): number => (ticks * 1_000) / ticksPerSecond / processors.length
  return { ranMs: msOf(user + nice + system + irq + softirq), waitedMs: msOf(steal) }
}

/** How long all processors together were idle or waited for a disk since the start of this machine, and how many there are; none where that cannot be read. Linux: proc_stat(5). */
export function idleTicks(read = textOf): { readonly processors: number; readonly ticks: number } {
  const [first = '', ...processors] = read('/proc/stat').split('\n').filter((line) => line.startsWith('cpu'))
  const [, , , idle = Number.NaN, waiting = Number.NaN] = first.split(/\s+/).slice(1).map(Number)
  return Number.isNaN(idle + waiting) ? { processors: 0, ticks: 0 } : { processors: processors.length, ticks: idle + waiting }
}

/** On how many processors a process may run; undefined where that cannot be read. Linux: proc_pid_status(5), Cpus_allowed_list: "0-3,8". */
export function processorsAllowed(pid: number, read = textOf): number | undefined {
  const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(read(`/proc/${pid}/status`))?.[1]
  return list?.split(',').reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return sum + to - from + 1
  }, 0)
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

/**
 * Whether a process may use only so much of the processors, or cannot know: its group or one above it has a quota, or the group is named and cannot be seen. Groups outside of what a container
 * sees are not known. Linux: cgroup-v2.rst, sched-bwc.rst.
 */
export function mayUseOnlySomeOf(pid: number, read = textOf): boolean {
  const groups = read(`/proc/${pid}/cgroup`)
  // Where both versions are there, the processors belong to the older one if it names them.
  const found = groupFiles.toReversed().flatMap(({ line, file, isQuota }) => {
    const path = line.exec(groups)?.[1]
    return path === undefined ? [] : [{ path, file, isQuota }]
  })[0]
  if (found === undefined) return false
  const { path, file, isQuota } = found
  if (read(join(dirname(file(path)), 'cgroup.procs')) === '') return true
  return withThoseAbove(path).map((one) => read(normalize(file(one)))).some((text) => text !== '' && isQuota(text))
}

const withThoseAbove = (path: string): readonly string[] => (path === '/' ? [path] : [path, ...withThoseAbove(dirname(path))])

function textOf(file: string): string {
  if (!onLinux) return ''
  try {
    return readFileSync(file, 'latin1').trim()
  } catch {
    return ''
  }
}
