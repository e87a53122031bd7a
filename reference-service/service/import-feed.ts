import { isMapping } from './mapping.js'
import type { SourceRules } from './import-settings.js'

export interface Rejected {
  readonly line: number
  readonly reason: string
}
export interface Feed {
  readonly records: ReadonlyMap<string, unknown>
  readonly rejected: readonly Rejected[]
  /** Records of lines before the first that is malformed. */
  readonly beforeRejected: ReadonlyMap<string, unknown>
}

/** One JSON object a line, with `key` and `value`. Lines that are no record are rejected one by one. */
export function parseFeed(text: string): Feed {
  const records = new Map<string, unknown>()
  const beforeRejected = new Map<string, unknown>()
  const rejected: Rejected[] = []
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    try {
      const { key, value } = recordOf(line)
      if (records.has(key)) throw new Error(`the key ${key} is there twice`)
      records.set(key, value)
      if (rejected.length === 0) beforeRejected.set(key, value)
    } catch (error) {
      rejected.push({ line: index + 1, reason: (error as Error).message })
    }
  })
  return { records, rejected, beforeRejected }
}

function recordOf(line: string): { readonly key: string; readonly value: unknown } {
  let document: unknown
  try {
    document = JSON.parse(line)
  } catch {
    throw new Error('it is not JSON')
  }
  const { key, value } = isMapping(document) ? document : {}
  if (typeof key !== 'string' || key === '') throw new Error('expected a JSON object with "key", a text')
  if (value === undefined) throw new Error('expected a JSON object with "value"')
  return { key, value }
}

/** What the rules leave of a feed. */
export function underRules(records: ReadonlyMap<string, unknown>, { block, override }: SourceRules): Map<string, unknown> {
  const kept = [...records].filter(([key]) => !block.includes(key))
  return new Map(kept.map(([key, value]) => [key, Object.hasOwn(override, key) ? override[key] : value]))
}

export interface Changes {
  readonly put: ReadonlyMap<string, unknown>
  readonly remove: readonly string[]
}

/** What makes the present records those that are wanted. What a rejected line was about is not known, so nothing is removed then. */
export function changesBetween(present: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, unknown>, { removes, blocked }: { readonly removes: boolean; readonly blocked: readonly string[] }): Changes {
  const put = new Map([...wanted].filter(([key, value]) => present.get(key) !== canonical(value)))
  const remove = [...present.keys()].filter((key) => !wanted.has(key) && (removes || blocked.includes(key)))
  return { put, remove }
}

/** The same for the same value, whatever the order of keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) => (isMapping(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one))
}
