import { readFileSync } from 'node:fs'
import type { ProcessEntry, ProcessIdentity } from './process-table.js'
import { appendTo } from './open-log.js'
import { throwShortage } from './own-shortage.js'
import { listSharedMemoryFiles, mappedSharedMemoryOf } from './shared-memory.js'

/** Name of the record in the folder of a deployment. */
export const processRecordName = 'processes.ndjson'

/**
 * Name of a file that is in the folder of a deployment from before its first process until everything of it is known to be gone. While it is
 * there the folder stays: without its record and its data folders nobody could tell whose a process or shared memory is.
 */
export const notEndedName = 'not-ended'

export interface RecordedProcesses {
  readonly processes: readonly ProcessIdentity[]
  readonly sharedMemoryFiles: readonly string[]
}

/**
 * Remembers on disk every process that was ever seen as ours. It is how a process is known after its parent
 * died and it was handed to init, and whose shared memory is whose. Several processes may append to one file: a
 * line is one write.
 */
export class ProcessRecord {
  readonly #file: string
  readonly #seen = new Set<string>()
  readonly #mappingsRead = new Map<string, number>()
  readonly #sharedMemory = new Set<string>()
  #filesSinceMs: ReadonlyMap<string, number> = new Map()
  constructor(file: string) {
    this.#file = file
  }

  /** May be called with the same processes again: shared memory may be mapped a while after the start. */
  add(entries: readonly ProcessEntry[]): void {
    const lines: string[] = []
    const mayMapMore = this.#anyFreshFile()
    for (const { pid, startTime } of entries) {
      const key = `${pid} ${startTime}`
      if (!this.#seen.has(key)) lines.push(JSON.stringify({ pid, startTime }))
      this.#seen.add(key)
      const times = this.#mappingsRead.get(key) ?? 0
      if (!mayMapMore || times >= mappingsReadMax) continue
      this.#mappingsRead.set(key, times + 1)
      for (const path of mappedBy(pid)) {
        if (this.#sharedMemory.has(path)) continue
        this.#sharedMemory.add(path)
        lines.push(JSON.stringify({ sharedMemory: path }))
      }
    }
    if (lines.length > 0) appendTo(this.#file, lines.map((line) => `${line}\n`).join(''))
  }

  /** Whether there is shared memory that came lately and is nobody's yet. To read what all processes have mapped is dear. */
  #anyFreshFile(): boolean {
    const now = performance.now()
    this.#filesSinceMs = new Map(listSharedMemoryFiles().map((path) => [path, this.#filesSinceMs.get(path) ?? now]))
    return [...this.#filesSinceMs].some(([path, sinceMs]) => !this.#sharedMemory.has(path) && now - sinceMs < freshForMs)
  }
}
/** The next look sees what this one could not: what is known is written all the same. */
function mappedBy(pid: number): string[] {
  try {
    return mappedSharedMemoryOf(pid)
  } catch {
    return []
  }
}
/** A program maps what it shares when it starts; reading that again and again would only cost time. */
const mappingsReadMax = 5
/** Whoever makes a file maps it soon, but a busy computer may take its time. */
const freshForMs = 10_000

/** Empty when there is no record. Lines that are torn are left out. Throws when it could not be read for want of something. */
export function readProcessRecord(file: string): RecordedProcesses {
  const processes: ProcessIdentity[] = []
  const sharedMemoryFiles: string[] = []
  for (const line of readLines(file)) {
    const value = parse(line)
    if (typeof value['pid'] === 'number' && typeof value['startTime'] === 'string') {
      processes.push({ pid: value['pid'], startTime: value['startTime'] })
    }
    if (typeof value['sharedMemory'] === 'string') sharedMemoryFiles.push(value['sharedMemory'])
  }
  return { processes, sharedMemoryFiles }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch (thrown) {
    throwShortage(thrown)
    return []
  }
}

function parse(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
