import { atJsonPointer } from '../../core/json-pointer.js'
import type { History } from '../../core/history.js'
import type { ReadValue } from '../../core/procedure.js'
import { observationsOf } from '../../core/reading.js'
import type { ExceptionsFact } from './names.js'

/** What the collector has of one type from one instance. */
export interface Collected {
  readonly type: string
  readonly instance: string
  readonly count: number
  /** Fields of it that are empty. */
  readonly missing: readonly string[]
}

/** The last reading of the collector under a name; undefined when it could not be read, or is no list. */
export function collectedIn(history: History, name: string, fact: ExceptionsFact): readonly Collected[] | undefined {
  const read = observationsOf(history, name).at(-1)?.value as ReadValue | undefined
  if (read?.outcome !== 'read') return undefined
  return collectedOf(read.value, fact.fields)
}

export function collectedOf(value: unknown, fields: ExceptionsFact['fields']): readonly Collected[] | undefined {
  if (!Array.isArray(value)) return undefined
  const all = value.map((one: unknown) => {
    const text = (pointer: string): string => {
      const found = atJsonPointer(one, pointer)
      return typeof found === 'string' || typeof found === 'number' ? String(found) : ''
    }
    const count = fields.count === undefined ? 1 : Number(atJsonPointer(one, fields.count))
    const named = { type: text(fields.type), stack: text(fields.stack), release: text(fields.release), instance: text(fields.instance) }
    return { type: named.type, instance: named.instance, count, missing: Object.entries(named).flatMap(([name, found]) => (found === '' ? [name] : [])) }
  })
  // Nothing can be compared with what is no number: it would agree with everything.
  return all.every(({ count }) => Number.isFinite(count)) ? all : undefined
}

/** How much each key rose from one reading to the next. */
export function riseBy(before: readonly Collected[], after: readonly Collected[], key: (one: Collected) => string): ReadonlyMap<string, number> {
  const rise = new Map<string, number>()
  for (const one of after) rise.set(key(one), (rise.get(key(one)) ?? 0) + one.count)
  for (const one of before) rise.set(key(one), (rise.get(key(one)) ?? 0) - one.count)
  return rise
}
export const totalOf = (all: readonly Collected[]): number => all.reduce((sum, { count }) => sum + count, 0)
