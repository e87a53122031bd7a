import { appendFileSync, closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { Journal, JournalEntry } from '../core/driver.js'

export interface JournalFile extends Journal {
  close(): void
}

export interface JournalContents {
  /** Entries that were recorded and not done, in recorded order. */
  readonly open: readonly (JournalEntry & { readonly id: number })[]
  /** Lines that could not be read. One at the end is the write that the harness died in. */
  readonly damagedLines: number
}

/**
 * Opens a new journal: NDJSON lines `{ id, entry }` and `{ done: id }`. When `record` returns, what it speaks of can be undone by somebody else,
 * whatever happens to us. What may outlive this machine's power (a container, a replica elsewhere) is on its disk then (fdatasync).
 * Throws when the file exists.
 */
export function openJournal(file: string): JournalFile {
  const descriptor = openSync(file, 'ax', 0o600)
  let entries = 0
  return {
    record(entry) {
      entries += 1
      writeSync(descriptor, `${JSON.stringify({ id: entries, entry })}\n`)
      if (mayOutlivePower(entry)) fdatasyncSync(descriptor)
      return entries
    },
    // Not flushed: to undo twice does no harm, and everything in a journal is checked before it is acted on.
    done(id) {
      writeSync(descriptor, `${JSON.stringify({ done: id })}\n`)
    },
    close: () => closeSync(descriptor),
  }
}

/**
 * The kernel has a line as soon as it is written, and keeps it when the harness is killed. To wait for the disk as well is for what is still there
 * after the machine lost its power: processes are not, and in the time it takes nothing that is being measured is looked after.
 */
const mayOutlivePower = ({ kind }: JournalEntry): boolean => kind !== 'process-group'

/** For whoever cleans up after the one who wrote it, which may have died in the middle of a line. A journal that is gone stays gone. */
export function markDone(file: string, ids: readonly number[]): void {
  if (ids.length > 0 && existsSync(file)) appendFileSync(file, `\n${ids.map((id) => `${JSON.stringify({ done: id })}\n`).join('')}`)
}

/** Reads a journal that may still be written, or that ends in the middle of a line. A missing file is empty. */
export function readJournal(file: string): JournalContents {
  const open = new Map<number, JournalEntry & { readonly id: number }>()
  let damagedLines = 0
  for (const line of linesOf(file)) {
    const value = parseLine(line)
    if (value === null) damagedLines += 1
    else if ('done' in value) open.delete(value.done)
    else open.set(value.id, { ...value.entry, id: value.id })
  }
  return { open: [...open.values()], damagedLines }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

type Line = { readonly done: number } | { readonly id: number; readonly entry: JournalEntry }

function parseLine(line: string): Line | null {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  if ('done' in value) return typeof value.done === 'number' ? { done: value.done } : null
  if (!('id' in value) || typeof value.id !== 'number' || !('entry' in value)) return null
  return isEntry(value.entry) ? { id: value.id, entry: value.entry } : null
}

/** What is acted on must be whole: a pid without its start time could be anybody's. */
function isEntry(value: unknown): value is JournalEntry {
  const entry = value as Record<string, unknown> | null
  if (typeof entry !== 'object' || entry === null) return false
  if (entry['kind'] === 'process-group') return Number.isInteger(entry['pid']) && Number(entry['pid']) > 1 && typeof entry['startTime'] === 'string'
  if (entry['kind'] === 'directory') return typeof entry['path'] === 'string'
  if (entry['kind'] === 'program') return typeof entry['path'] === 'string' && typeof entry['what'] === 'string' && Array.isArray(entry['parameters'])
  return entry['kind'] === 'undo' && typeof entry['fault'] === 'string' && typeof entry['target'] === 'string'
}
