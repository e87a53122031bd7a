import type { FeedRecord } from '../../core/declarations/import.js'
import { eventsOf, type History } from '../../core/history.js'
import { atJsonPointer } from '../../core/json-pointer.js'
import type { ReadValue } from '../../core/procedure.js'
import { observationsOf } from '../../core/reading.js'
import { doneObservation, recordsAfter, type ImportDone, type ImportFact, type ImportName } from './names.js'

/** Records of a list as it was read; undefined when it is no list. Entries without a key have the key ''. */
export function listedRecords(read: ReadValue, { key, value }: Pick<ImportFact, 'key' | 'value'>): readonly FeedRecord[] | undefined {
  if (read.outcome !== 'read' || !Array.isArray(read.value)) return undefined
  return read.value.map((entry: unknown) => [textOf(atJsonPointer(entry, key)), textOf(atJsonPointer(entry, value))] as const)
}
const textOf = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value))

export interface Comparison {
  readonly missing: readonly string[]
  readonly surplus: readonly string[]
  /** There with another value. */
  readonly different: readonly string[]
  readonly duplicates: readonly string[]
  readonly deviations: number
}

export function compare(expected: readonly FeedRecord[], found: readonly FeedRecord[]): Comparison {
  const wanted = new Map(expected)
  const there = new Map(found)
  const missing = [...wanted.keys()].filter((key) => !there.has(key))
  const surplus = [...there.keys()].filter((key) => !wanted.has(key))
  const duplicates = found.map(([key]) => key).filter((key, index, keys) => keys.indexOf(key) !== index)
  const different = found.filter(([key, value]) => wanted.has(key) && wanted.get(key) !== value).map(([key]) => key)
  return { missing, surplus, different, duplicates, deviations: missing.length + surplus.length + different.length + duplicates.length }
}

const some = (keys: readonly string[]): string => `${keys.length} (${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''})`
export function deviationText({ missing, surplus, different, duplicates }: Comparison): string {
  const parts = Object.entries({ missing, 'too many': surplus, different, twice: duplicates }).filter(([, keys]) => keys.length > 0)
  return parts.map(([name, keys]) => `${name}: ${some(keys)}`).join(', ') || 'no deviation'
}

/** One import as a history tells of it. */
export interface ImportRecord extends ImportDone {
  /** All imported records afterwards; undefined when they could not be read. */
  readonly after: readonly FeedRecord[] | undefined
  readonly atMs: number
}

export function importOf(history: History, fact: ImportFact, name: ImportName): ImportRecord | undefined {
  const [done] = observationsOf(history, doneObservation, name)
  if (done === undefined) return undefined
  let last: ReadValue | undefined
  for (const event of eventsOf(history, 'observation')) if (event.probe === recordsAfter(name)) last = event.value as ReadValue
  return { ...(done.value as ImportDone), after: last === undefined ? undefined : listedRecords(last, fact), atMs: done.atMs }
}
