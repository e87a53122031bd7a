import { appendFileSync, readFileSync } from 'node:fs'
import type { ProcessEntry, ProcessIdentity } from './process-table.js'
import { mappedSharedMemoryOf } from './shared-memory.js'

/** Name of the record in the folder of a deployment. */
export const processRecordName = 'processes.ndjson'

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
  readonly #seen = new Map<string, number>()
  readonly #sharedMemory = new Set<string>()
  constructor(file: string) {
    this.#file = file
  }

  /** May be called with the same processes again: shared memory may be mapped a while after the start. */
  add(entries: readonly ProcessEntry[]): void {
    const lines: string[] = []
    for (const { pid, startTime } of entries) {
      const key = `${pid} ${startTime}`
      const times = this.#seen.get(key) ?? 0
      this.#seen.set(key, times + 1)
      if (times === 0) lines.push(JSON.stringify({ pid, startTime }))
      if (times >= mappingsReadMax) continue
      for (const path of mappedSharedMemoryOf(pid)) {
        if (this.#sharedMemory.has(path)) continue
        this.#sharedMemory.add(path)
        lines.push(JSON.stringify({ sharedMemory: path }))
      }
    }
    if (lines.length > 0) appendFileSync(this.#file, lines.map((line) => `${line}\n`).join(''))
  }
}
/** A program maps what it shares when it starts; reading that again and again would only cost time. */
const mappingsReadMax = 5

/** Empty when there is no record. Lines that are torn are left out. */
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
  } catch {
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
