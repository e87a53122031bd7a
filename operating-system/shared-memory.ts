import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { throwShortage } from './own-shortage.js'
import { onLinux } from './process-table.js'

/** A System V shared memory segment. It outlives the processes that used it until somebody removes it. */
export interface SharedMemorySegment {
  readonly id: number
  readonly key: number // signed 32 bits; 0 for a private one
  readonly creatorPid: number
  readonly attached: number
  readonly changedAtMs: number // epoch; its creation, unless its rights were changed later
}

/** Linux only (proc_sysvipc_shm(5)); elsewhere none are seen. Throws when the table is there and cannot be read. */
export function listSharedMemory(): SharedMemorySegment[] {
  return parseSharedMemory(readTable())
}

function readTable(): string {
  if (!onLinux) return ''
  try {
    return readFileSync('/proc/sysvipc/shm', 'utf8')
  } catch (thrown) {
    throwShortage(thrown)
    return '' // a kernel without System V IPC
  }
}

/** Looks again and again, at next to no cost while nothing changes. */
export class SharedMemoryWatch {
  #text = ''
  readonly #seen = new Set<number>()

  /** Segments that were not there at any look before. None when this look fails: the next one sees them. */
  fresh(): SharedMemorySegment[] {
    let text = this.#text
    try {
      text = readTable()
    } catch {
      return []
    }
    if (text === this.#text) return []
    this.#text = text
    const fresh = parseSharedMemory(text).filter(({ id }) => !this.#seen.has(id))
    for (const { id } of fresh) this.#seen.add(id)
    return fresh
  }
}

/** Columns are found by their name in the first line. */
export function parseSharedMemory(text: string): SharedMemorySegment[] {
  const [header = '', ...rows] = text.split('\n')
  const names = header.trim().split(/\s+/)
  return rows.filter((row) => row.trim() !== '').map((row) => {
    const values = row.trim().split(/\s+/)
    const column = (name: string): number => Number(values[names.indexOf(name)])
    return { id: column('shmid'), key: column('key'), creatorPid: column('cpid'), attached: column('nattch'), changedAtMs: column('ctime') * 1_000 }
  })
}

const foldersDeepMax = 4

/**
 * Keys of segments that belong to folders below this one: PostgreSQL takes the inode of its data folder for a key. It tells whose a segment is
 * when the process that made it lived too shortly to be seen. To be asked before the folder is removed.
 */
export function sharedMemoryKeysOf(directory: string, deepMax = foldersDeepMax): ReadonlySet<number> {
  const keys = new Set<number>()
  const visit = (folder: string, deep: number): void => {
    try {
      keys.add(Number(BigInt.asIntN(32, statSync(folder, { bigint: true }).ino)))
      if (deep === deepMax) return
      for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) visit(join(folder, entry.name), deep + 1)
    } catch (thrown) {
      throwShortage(thrown)
      // Removed in the meantime: then so is what it stood for.
    }
  }
  visit(directory, 0)
  keys.delete(0)
  return keys
}

/**
 * Removes segments that nobody uses, that one of these processes made or that have one of these keys, and that are not older than the
 * run: a killed PostgreSQL leaves one. Returns what was removed. Throws when it could not look or not run `ipcrm`.
 */
export async function removeOrphanedSharedMemory(
  creatorPids: ReadonlySet<number>,
  options: { readonly sinceMs: number; readonly keys?: ReadonlySet<number> },
): Promise<string[]> {
  const removed: string[] = []
  for (const segment of listSharedMemory()) {
    if (segment.attached > 0 || (!creatorPids.has(segment.creatorPid) && options.keys?.has(segment.key) !== true)) continue
    if (segment.changedAtMs < Math.floor(options.sinceMs / 1_000) * 1_000) continue
    try {
      await promisify(execFile)('ipcrm', ['-m', String(segment.id)])
      removed.push(`shared memory segment ${segment.id}`)
    } catch (thrown) {
      throwShortage(thrown)
      // Gone in the meantime, or ipcrm is not installed: a few bytes stay, nothing that runs.
    }
  }
  return removed
}

/** What lies in /dev/shm. Linux only. */
export function listSharedMemoryFiles(): string[] {
  if (!onLinux) return []
  try {
    return readdirSync('/dev/shm').map((name) => `/dev/shm/${name}`)
  } catch {
    return [] // a container without one
  }
}

/** Files in /dev/shm that a living process has mapped (shm_open(3)). Linux only. Throws when it could not look for want of something. */
export function mappedSharedMemoryOf(pid: number): string[] {
  if (!onLinux) return []
  try {
    const paths = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/ (\/dev\/shm\/[^\n]+)$/gm)
    return [...new Set([...paths].flatMap(([, path]) => (path === undefined || path.endsWith(' (deleted)') ? [] : [path])))]
  } catch (thrown) {
    throwShortage(thrown)
    return [] // it ended in the meantime
  }
}

/** Removes those of the /dev/shm files that are younger than the run and that no living process has mapped. */
export function removeUnmappedSharedMemory(paths: ReadonlySet<string>, options: { readonly sinceMs: number }): string[] {
  const present = [...paths].filter((path) => isYoungFile(path, options.sinceMs))
  if (present.length === 0) return []
  const mapped = new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => mappedSharedMemoryOf(Number(name))))
  return present.filter((path) => !mapped.has(path)).map((path) => {
    rmSync(path, { force: true })
    return `shared memory ${path}`
  })
}

function isYoungFile(path: string, sinceMs: number): boolean {
  if (!path.startsWith('/dev/shm/') || path.includes('/../')) return false
  try {
    return statSync(path).birthtimeMs >= sinceMs - 1_000
  } catch {
    return false
  }
}
