import type { DescriptorPath } from './descriptor-contradiction.js'

/** Filled by traffic itself in every operation. */
export const placeholdersOfTraffic = ['key', 'value', 'durationMs', 'token']

/** A text of the document, and where it stands. */
export interface PlacedText {
  readonly at: DescriptorPath
  readonly text: string
}

/** Every text within a value of the document. Keys are not among them. */
export function textsIn(value: unknown, at: DescriptorPath): readonly PlacedText[] {
  if (typeof value === 'string') return [{ at, text: value }]
  if (typeof value !== 'object' || value === null) return []
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value) ? value.map((one: unknown, index) => [index, one] as const) : Object.entries(value)
  return entries.flatMap(([key, one]) => textsIn(one, [...at, key]))
}

/** The first name in the texts that is not among the known ones, and where it stands. `form` is global, and its first group is the name. */
export function unknownName(texts: readonly PlacedText[], form: RegExp, known: readonly string[]): { readonly at: DescriptorPath; readonly name: string } | undefined {
  for (const { at, text } of texts) {
    for (const [, name = ''] of text.matchAll(form)) {
      if (!known.includes(name)) return { at, name }
    }
  }
  return undefined
}

/** Whether the placeholder stands anywhere in a value of the document, keys included. */
export const mentions = (value: unknown, name: string): boolean => JSON.stringify(value).includes(`{${name}}`)

/** Names as the document writes them: `{key}, {value}`. */
export const inBraces = (names: readonly string[], separator = ', '): string => names.map((one) => `{${one}}`).join(separator)
