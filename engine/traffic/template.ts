/** What the placeholders of an operation stand for: those that traffic fills itself, and whatever else a scenario gives. */
export interface Values {
  readonly key?: string
  readonly value?: string
  readonly durationMs?: number
  readonly token?: string
  readonly [name: string]: string | number | undefined
}
/** Filled by traffic itself; without a value they leave nothing. Any other name without a value stays as it is, like the braces of JSON. */
const ownPlaceholders: ReadonlySet<string> = new Set(['key', 'value', 'durationMs', 'token'])
const placeholderForm = /\{([A-Za-z][A-Za-z0-9_]*)\}/

/** A text cut at its placeholders once, to be filled many times. */
export class Template {
  readonly placeholders: ReadonlySet<string>
  readonly #parts: readonly string[] // text and names of placeholders in turn

  constructor(text: string) {
    this.#parts = text.split(placeholderForm)
    this.placeholders = new Set(this.#parts.filter((_part, index) => index % 2 === 1))
  }

  /** `escape` is applied to what is put in, never to the text around it. A value that is not there leaves nothing. */
  fill(values: Values, escape: (text: string) => string = (text) => text): string {
    if (this.#parts.length === 1) return this.#parts[0]!
    let filled = ''
    this.#parts.forEach((part, index) => {
      if (index % 2 === 0) filled += part
      else if (values[part] !== undefined || ownPlaceholders.has(part)) filled += escape(String(values[part] ?? ''))
      else filled += `{${part}}`
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
