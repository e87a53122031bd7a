/** What the placeholders of an operation stand for. */
export interface Values {
  readonly key?: string
  readonly value?: string
  readonly durationMs?: number
  readonly token?: string
}
export type Placeholder = keyof Values

/** A text cut at its placeholders once, to be filled many times. */
export class Template {
  readonly placeholders: ReadonlySet<Placeholder>
  readonly #parts: readonly string[] // text and names of placeholders in turn

  constructor(text: string) {
    this.#parts = text.split(/\{(key|value|durationMs|token)\}/)
    this.placeholders = new Set(this.#parts.filter((_part, index) => index % 2 === 1) as Placeholder[])
  }

  /** `escape` is applied to what is put in, never to the text around it. A value that is not there leaves nothing. */
  fill(values: Values, escape: (text: string) => string = (text) => text): string {
    if (this.#parts.length === 1) return this.#parts[0]!
    let filled = ''
    this.#parts.forEach((part, index) => {
      filled += index % 2 === 0 ? part : escape(String(values[part as Placeholder] ?? ''))
    })
    return filled
  }
}

export const escapeInJson = (text: string): string => JSON.stringify(text).slice(1, -1)

/** The value at a JSON pointer (RFC 6901), or undefined when nothing stands there. */
export function atPointer(document: unknown, pointer: string): unknown {
  let found = document
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Record<string, unknown>)[name]
  }
  return found
}
