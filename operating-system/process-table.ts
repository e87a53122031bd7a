import { readdirSync, readFileSync } from 'node:fs'
import { isShortage, throwShortage } from './own-shortage.js'
import { listWithPs } from './process-table-ps.js'

/** A pid alone is not a process: pids are used again. Together with the start time it is. */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque; equal only for the same process. Holds the boot of the machine, so that it survives a reboot. */
  readonly startTime: string
}
export interface ProcessEntry extends ProcessIdentity {
  readonly ppid: number
  readonly pgid: number
  readonly state: string // one letter as in ps(1): R, S, D, T (stopped), Z (zombie) …
  readonly command: string // short name
}

export const onLinux = process.platform === 'linux'

/** Every living process that may be seen. Zombies are left out: they run nothing and hold nothing. Throws when it has not the means to look. */
export function listProcesses(): ProcessEntry[] {
  if (!onLinux) return listWithPs()
  return readProcesses(listPids())
}

/** Those of these pids that live. */
export function readProcesses(pids: readonly number[]): ProcessEntry[] {
  return pids.flatMap((pid) => readProcess(pid) ?? [])
}

/** Pids of everything there is, zombies included. Linux only. */
export function listPids(): number[] {
  return readdirSync('/proc').flatMap((name) => (isDigit(name.charCodeAt(0)) ? [Number(name)] : []))
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** The process with this pid, or null when there is none (or only its zombie). */
export function readProcess(pid: number): ProcessEntry | null {
  if (!onLinux) return listWithPs(pid)[0] ?? null
  const entry = readStat(pid)
  return entry === null || isDead(entry.state) ? null : entry
}

/**
 * Start time of the process with this pid; also of a zombie that nobody has waited for yet. Null: no such pid, or it could not be looked at. Whoever
 * has just started it goes on without, and finds it by its marker later; whether a process is gone is for `isAlive` to say.
 */
export function processStartTime(pid: number): string | null {
  try {
    return (onLinux ? readStat(pid) : listWithPs(pid)[0])?.startTime ?? null
  } catch (thrown) {
    if (isShortage(thrown)) return null
    throw thrown
  }
}

export function isAlive(pid: number, startTime: string): boolean {
  return readProcess(pid)?.startTime === startTime
}

/** Costs next to nothing, other than to look for its members. A zombie counts. */
export function groupExists(pgid: number): boolean {
  try {
    return process.kill(-pgid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export function groupMembers(pgid: number, table: readonly ProcessEntry[] = listProcesses()): ProcessEntry[] {
  return table.filter((entry) => entry.pgid === pgid)
}

/**
 * The roots that still live, everything in process groups that a root leads or led, and all descendants of these.
 * A group counts while one root is a member of it, be it not the leader: as long as it has members its number is not
 * given to another. Parent links matter: a process such as a PostgreSQL backend makes a session, and so a group, of
 * its own.
 */
export function processTree(
  roots: readonly ProcessIdentity[],
  table: readonly ProcessEntry[] = listProcesses(),
): ProcessEntry[] {
  const byPid = new Map(table.map((entry) => [entry.pid, entry]))
  const pids = new Set(roots.map((root) => root.pid))
  const living = roots.flatMap((root) => {
    const entry = byPid.get(root.pid)
    return entry?.startTime === root.startTime ? [entry] : []
  })
  const groups = new Set(living.map((entry) => entry.pgid).filter((pgid) => pids.has(pgid)))
  return withDescendants([...living, ...table.filter((entry) => groups.has(entry.pgid))], table)
}

/** The given processes and everything below them. `except` and what is below it is not entered. */
export function withDescendants(
  found: readonly ProcessEntry[],
  table: readonly ProcessEntry[],
  except: ReadonlySet<number> = new Set(),
): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>()
  for (const entry of table) {
    const siblings = children.get(entry.ppid)
    if (siblings === undefined) children.set(entry.ppid, [entry])
    else siblings.push(entry)
  }
  const tree = new Map<number, ProcessEntry>()
  const open = [...found]
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (tree.has(entry.pid) || except.has(entry.pid)) continue
    tree.set(entry.pid, entry)
    open.push(...(children.get(entry.pid) ?? []))
  }
  return [...tree.values()]
}

/** The whole command line for people, at most 200 characters; the short name when it cannot be read. */
export function commandLineOf(entry: ProcessEntry): string {
  if (!onLinux) return entry.command
  const text = readCommandLine(entry.pid)?.replaceAll('\0', ' ').trim()
  return text === undefined || text === '' ? entry.command : text.slice(0, 200)
}

function readCommandLine(pid: number): string | null {
  try {
    return readText(`/proc/${pid}/cmdline`)
  } catch {
    return null // for people only
  }
}

const isDead = (state: string): boolean => state === 'Z' || state === 'X'

/** Field numbers are those of proc_pid_stat(5); the command may hold blanks and parentheses. */
function readStat(pid: number): ProcessEntry | null {
  const text = readText(`/proc/${pid}/stat`)
  if (text === null) return null
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  const fields = text.slice(close + 2).split(' ') // fields[0] is field 3, state
  return {
    pid,
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    state: fields[0] ?? '?',
    startTime: `${bootOfThisMachine()}-${fields[19] ?? '?'}`,
    command: text.slice(open + 1, close),
  }
}

let knownBoot: string | undefined
/** Start times count from the boot, so that without it a process of an earlier boot could look like one of now. */
function bootOfThisMachine(): string {
  knownBoot ??= readText('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? 'boot'
  return knownBoot
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    throwShortage(thrown)
    return null // it ended in the meantime, or belongs to somebody else
  }
}
