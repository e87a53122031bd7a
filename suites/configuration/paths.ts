import type { Parsed } from './format.js'

/** Reading, changing and comparing parsed configurations by JSON pointers (RFC 6901). */

const tokensOf = (pointer: string): string[] => pointer.split('/').slice(1).map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
const escaped = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')
const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

export function valueAt(parsed: Parsed, pointer: string): unknown {
  let found = parsed
  for (const token of tokensOf(pointer)) {
    if (!isContainer(found) || !Object.hasOwn(found, token)) return undefined
    found = found[token]
  }
  return found
}

/** A copy in which this stands there; `undefined` takes it away. Mappings on the way are made. */
export function withValue(parsed: Parsed, pointer: string, value: unknown): Parsed {
  const [token, ...rest] = tokensOf(pointer)
  if (token === undefined) return value
  const copy: Record<string, unknown> | unknown[] = Array.isArray(parsed) ? [...(parsed as unknown[])] : { ...(isContainer(parsed) ? parsed : {}) }
  const index = Array.isArray(copy) ? Number(token) : token
  const inside = (copy as Record<string | number, unknown>)[index]
  const next = rest.length === 0 ? value : withValue(inside, `/${rest.map(escaped).join('/')}`, value)
  if (next !== undefined) (copy as Record<string | number, unknown>)[index] = next
  else if (Array.isArray(copy)) copy.splice(Number(token), 1)
  else delete copy[token]
  return copy
}

/** Pointer and value, as JSON, of everything that holds nothing further; in the order in which it stands there. */
export function leaves(parsed: Parsed, at = ''): readonly (readonly [pointer: string, value: string])[] {
  if (!isContainer(parsed)) return [[at, JSON.stringify(parsed) ?? 'undefined']]
  const entries = Object.entries(parsed)
  if (entries.length === 0) return [[at, Array.isArray(parsed) ? '[]' : '{}']]
  return entries.flatMap(([key, value]) => leaves(value, `${at}/${escaped(key)}`))
}

export const isWithin = (pointer: string, others: readonly string[]): boolean => others.some((one) => pointer === one || pointer.startsWith(`${one}/`))

/** Where two configurations differ, whatever the order of keys; paths at or below `masked` are left out. */
export function differingPaths(before: Parsed, after: Parsed, masked: readonly string[] = []): string[] {
  const [a, b] = [new Map(leaves(before)), new Map(leaves(after))]
  return [...new Set([...a.keys(), ...b.keys()])].filter((pointer) => a.get(pointer) !== b.get(pointer) && !isWithin(pointer, masked))
}

/** Whether the same is there in the same order. */
export function sameInOrder(before: Parsed, after: Parsed, masked: readonly string[]): boolean {
  const ordered = (parsed: Parsed): string => JSON.stringify(leaves(parsed).filter(([pointer]) => !isWithin(pointer, masked)))
  return ordered(before) === ordered(after)
}

/** Lines of the first text that the second one does not have. */
export function missingLines(before: string, after: string): string[] {
  const left = new Map<string, number>()
  for (const line of after.split('\n')) left.set(line, (left.get(line) ?? 0) + 1)
  return before.split('\n').filter((line) => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count <= 0
  })
}

/** What kinds of places a configuration has, and which kind this one is. */
export type PlaceKind = 'scalar' | 'nested key' | 'list element'
export function kindOf(parsed: Parsed, pointer: string): PlaceKind {
  const tokens = tokensOf(pointer)
  let found = parsed
  for (const token of tokens) {
    if (Array.isArray(found)) return 'list element'
    found = isContainer(found) ? found[token] : undefined
  }
  return tokens.length > 1 ? 'nested key' : 'scalar'
}
