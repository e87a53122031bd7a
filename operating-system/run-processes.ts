import { readFileSync, readlinkSync } from 'node:fs'
import { sep } from 'node:path'
import { ForeignProcesses } from './foreign-processes.js'
import { throwShortage } from './own-shortage.js'
import { pidsByEnvironmentWithPs } from './process-table-ps.js'
import {
  listProcesses,
  onLinux,
  processTree,
  withDescendants,
  type ProcessEntry,
  type ProcessIdentity,
} from './process-table.js'

/** Every process of a run carries this variable: its value is the run's id, or the id, a slash and more. */
export const markerVariable = 'SEAWORTHY_RUN'

/** All by which the processes of a run, or of one deployment in it, can be told from all others. */
export interface RunTrace {
  /** Value of the marker; `run-1` also stands for `run-1/anything`. */
  readonly marker: string
  /** Folder in which our log files lie: a process whose stdout or stderr ends there is ours. */
  readonly directory: string
  /** Processes known to be ours, such as the leaders of our process groups. */
  readonly known: readonly ProcessIdentity[]
  /** Not to be found, and nothing below them. */
  readonly except?: readonly number[]
}

/** The marker is in the environment a process was started with. */
export function processesWithMarker(marker: string, table: readonly ProcessEntry[] = listProcesses()): ProcessEntry[] {
  return sortByMarker(marker, table).marked
}

/** Undecided: there is nothing to read, as for a process that is just executing another program. */
function sortByMarker(marker: string, table: readonly ProcessEntry[]): { readonly marked: ProcessEntry[]; readonly undecided: ProcessEntry[] } {
  const accepts = (value: string): boolean => value === marker || value.startsWith(`${marker}/`)
  if (!onLinux) {
    const pids = new Set(pidsByEnvironmentWithPs(markerVariable, accepts))
    return { marked: table.filter((entry) => pids.has(entry.pid)), undecided: [] }
  }
  const assignment = `${markerVariable}=`
  const marked: ProcessEntry[] = []
  const undecided: ProcessEntry[] = []
  for (const entry of table) {
    const environment = environmentOf(entry.pid)
    if (environment === '') undecided.push(entry)
    else if (!environment.includes(assignment)) continue
    else if (environment.split('\0').some((line) => line.startsWith(assignment) && accepts(line.slice(assignment.length)))) marked.push(entry)
  }
  return { marked, undecided }
}

/** Processes whose stdout or stderr is a file under this folder. Empty where /proc is missing. */
export function processesWritingInto(directory: string, table: readonly ProcessEntry[] = listProcesses()): ProcessEntry[] {
  if (!onLinux) return []
  return table.filter((entry) => [1, 2].some((descriptor) => linkOf(entry.pid, descriptor).startsWith(directory + sep)))
}

/**
 * Everything that belongs to a run and lives. No single mark is enough: a program that sets its process title
 * (PostgreSQL) overwrites the environment it was started with, a daemon leaves its group and its parent, and
 * whatever closes its output has no log file. Never this process itself. `foreign` is for who looks several times.
 */
export function findRunProcesses(trace: RunTrace, foreign = new ForeignProcesses()): ProcessEntry[] {
  const except = new Set([process.pid, ...(trace.except ?? [])])
  const table = foreign.others(trace.known)
  const living = processTree(trace.known, table)
  const known = new Set(living.map(({ pid }) => pid))
  const unknown = table.filter(({ pid, pgid }) => !known.has(pid) && pgid !== groupOfTheKernel)
  const { marked, undecided } = sortByMarker(trace.marker, unknown)
  const writing = processesWritingInto(trace.directory, unknown)
  const found = [...living, ...marked, ...writing]
  // What is excepted is ours all the same.
  foreign.learn(table, [...withDescendants(found, table), ...undecided])
  return withDescendants(found, table, except)
}

/** Threads of the kernel have neither an environment nor files. */
const groupOfTheKernel = 0

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch (thrown) {
    throwShortage(thrown)
    return '' // it ended, or belongs to another user and so not to us
  }
}

function linkOf(pid: number, descriptor: number): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`)
  } catch {
    return ''
  }
}
