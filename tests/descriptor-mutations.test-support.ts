import fc from 'fast-check'

/** Small and large changes to a document and to its text, as typing and copying make them. */
type Path = readonly (string | number)[]

/** Every place in a document, the root left out. */
export function placesIn(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return at.length === 0 ? [] : [at]
  const below = Object.entries(value).flatMap(([key, one]) => placesIn(one, [...at, Array.isArray(value) ? Number(key) : key]))
  return at.length === 0 ? below : [at, ...below]
}

const oddText = fc.oneof(
  fc.constantFrom('', ' ', '{key}', '{kee}', '{a:host}', '${HOME}', '${NOT_SET_ANYWHERE}', '${X:-}', 'GET /', 'GET //evil', 'POST /a b', '/..//', '#/a/~1', 'header:', '5s', '1e9s', '99999999m', '-1s', '0ms', '__proto__', 'constructor', '(', '^(a+)+$', '\u0000', '\ud800', '🚢', 'node', 'SIGKILL', 'DRAIN-03', '2027-02-30'),
  fc.string({ maxLength: 30 }),
)
export const oddValue = fc.oneof(
  oddText,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [[]], [null], { __proto__: null }, { http: 'GET /x' }),
  fc.jsonValue({ maxDepth: 3 }),
)

export type Mutation =
  | { readonly kind: 'replace' | 'remove' | 'double' | 'rename'; readonly place: number; readonly value: unknown; readonly name: string }
  | { readonly kind: 'move'; readonly place: number; readonly from: number }

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('replace' as const, 'remove' as const, 'double' as const, 'rename' as const), place: fc.nat(), value: oddValue, name: oddText }),
  fc.record({ kind: fc.constant('move' as const), place: fc.nat(), from: fc.nat() }),
)

/** A copy of the document with the mutations applied one after the other. */
export function mutated(document: unknown, mutations: readonly Mutation[]): unknown {
  const copy = structuredClone(document)
  for (const one of mutations) {
    const places = placesIn(copy)
    const place = places[one.place % Math.max(1, places.length)]
    if (place !== undefined) apply(copy, place, one.kind === 'move' ? { ...one, value: structuredClone(valueAt(copy, places[one.from % places.length] ?? [])) } : one)
  }
  return copy
}

const valueAt = (document: unknown, path: Path): unknown => path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], document)

function apply(document: unknown, place: Path, { kind, value, name }: { readonly kind: Mutation['kind']; readonly value: unknown; readonly name?: string }): void {
  const parent = valueAt(document, place.slice(0, -1)) as Record<string | number, unknown>
  const key = place.at(-1) ?? ''
  if (kind === 'replace' || kind === 'move') parent[key] = value
  else if (kind === 'double' && Array.isArray(parent)) parent.push(parent[Number(key)])
  else if (kind === 'remove' && Array.isArray(parent)) parent.splice(Number(key), 1)
  else if (kind === 'remove') delete parent[key]
  else if (!Array.isArray(parent)) Object.defineProperty(parent, name ?? '', { value: parent[key], enumerable: true, configurable: true, writable: true })
}

/** One change of the text itself: cut, repeated or with something put in. */
export interface TextEdit {
  readonly at: number
  readonly length: number
  readonly put: string
}
export const textEdit: fc.Arbitrary<TextEdit> = fc.record({ at: fc.nat(), length: fc.nat({ max: 40 }), put: fc.oneof(oddText, fc.constantFrom('\t', '\n', ': ', '- ', '&a ', '*a', '<<: ', '!!js/function ', '%', '---\n', '{', '}', '"', '? ')) })
export function edited(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce((now, { at, length, put }) => {
    const start = at % (now.length + 1)
    return now.slice(0, start) + put + now.slice(start + length)
  }, text)
}
