import { isDeepStrictEqual } from 'node:util'
import type { Operation } from '../../core/service-descriptor.js'
import { keptBytesMax, type ReceivedBody } from './received-body.js'
import type { Seen } from './classification.js'
import type { AnswerHeaders } from './exchange.js'
import { atPointer, escapeInJson, Template, type Values } from './template.js'

export interface FilledRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** An operation made ready: its templates cut, its promises ready to be compared with answers. */
export class CompiledOperation {
  readonly operation: Operation
  readonly placeholders: ReadonlySet<string>
  /** Answers are looked into, so their bodies are needed. */
  readonly readsBody: boolean
  readonly #path: Template
  readonly #headers: readonly (readonly [string, Template])[]
  readonly #body: Template | undefined
  readonly #json: JsonPromises
  readonly #degradedJson: JsonPromises
  readonly #bodyEndsWith: Template | undefined
  readonly #status: ReadonlySet<number>

  constructor(operation: Operation) {
    this.operation = operation
    this.#path = new Template(operation.path)
    const headers = Object.entries(operation.headers)
    const typed = headers.some(([name]) => name.toLowerCase() === 'content-type')
    if (operation.body !== undefined && !typed) headers.push(['content-type', 'application/json'])
    this.#headers = headers.map(([name, text]) => [name, new Template(text)] as const)
    this.#body = operation.body === undefined ? undefined : new Template(JSON.stringify(operation.body))
    const { status, json, bodyEndsWith, degraded } = operation.expect
    this.#status = new Set(status)
    this.#json = promisesOf(json)
    this.#degradedJson = promisesOf(degraded?.json ?? {})
    this.#bodyEndsWith = bodyEndsWith === undefined ? undefined : new Template(bodyEndsWith)
    const places = [...Object.values(operation.capture ?? {}), ...(degraded === undefined ? [] : [degraded.marker])]
    this.readsBody = this.#json.length + this.#degradedJson.length > 0 || bodyEndsWith !== undefined || places.some((place) => 'pointer' in place)
    this.placeholders = new Set([this.#path, this.#body, ...this.#headers.map(([, template]) => template)].flatMap((template) => [...(template?.placeholders ?? [])]))
  }

  fill(values: Values): FilledRequest {
    const headers: Record<string, string> = {}
    for (const [name, template] of this.#headers) headers[name] = template.fill(values)
    return { path: this.#path.fill(values, encodeURIComponent), headers, body: this.#body?.fill(values, escapeInJson) }
  }

  /** What the operation wants to keep of an answer: nothing for a header or a place that is not there. */
  captured(headers: AnswerHeaders, body: ReceivedBody): Readonly<Record<string, unknown>> | undefined {
    const wanted = Object.entries(this.operation.capture ?? {})
    if (wanted.length === 0) return undefined
    const document = body.whole ? parsed(body.text())?.value : undefined
    const found = wanted.map(([name, place]) => [name, 'header' in place ? headers[place.header] : atPointer(document, place.pointer)] as const)
    return Object.fromEntries(found.filter(([, value]) => value !== undefined))
  }

  /** Whether an answer carries the declared marker of degraded ones: it is there and not empty, false, 0 or null. */
  marked(headers: AnswerHeaders, body: ReceivedBody): boolean {
    const marker = this.operation.expect.degraded?.marker
    if (marker === undefined) return false
    const found = 'header' in marker ? headers[marker.header] : body.whole ? atPointer(parsed(body.text())?.value, marker.pointer) : undefined
    return says(found)
  }

  /** Why a complete answer is not what was promised, or undefined. An empty list of statuses means any 2xx. */
  problem(status: number, body: ReceivedBody, values: Values, marked = false): Seen['problem'] {
    const expected = this.#status.size === 0 ? status >= 200 && status < 300 : this.#status.has(status)
    if (!expected) return { of: 'status', text: `status ${status}, expected ${[...this.#status].join(' or ') || '2xx'}` }
    const text = marked ? jsonProblem(this.#degradedJson, body, values) : this.#contentProblem(body, values)
    return text === undefined ? undefined : { of: 'content', text: text.slice(0, 200) }
  }

  #contentProblem(body: ReceivedBody, values: Values): string | undefined {
    if (this.#bodyEndsWith !== undefined) {
      const ending = this.#bodyEndsWith.fill(values)
      if (!body.end().endsWith(ending)) return `${body.bytes} bytes end with ${brief(body.end().slice(-60))}, expected ${brief(ending)}`
    }
    return jsonProblem(this.#json, body, values)
  }
}

type JsonPromises = readonly { readonly pointer: string; readonly expected: Template }[]
const promisesOf = (json: Readonly<Record<string, unknown>>): JsonPromises =>
  Object.entries(json).map(([pointer, value]) => ({ pointer, expected: new Template(JSON.stringify(value) ?? 'null') }))

function says(marker: unknown): boolean {
  if (typeof marker === 'object' && marker !== null) return Object.keys(marker).length > 0
  return marker !== undefined && marker !== null && !['', 'false', '0'].includes(String(marker))
}

function jsonProblem(promises: JsonPromises, body: ReceivedBody, values: Values): string | undefined {
  if (promises.length === 0) return undefined
  if (!body.whole) return `the body of ${body.bytes} bytes is longer than the ${keptBytesMax} that are read as JSON`
  const document = parsed(body.text())
  if (document === undefined) return `the body is not JSON: ${brief(body.text().slice(0, 60))}`
  for (const { pointer, expected } of promises) {
    const found = atPointer(document.value, pointer)
    const wanted: unknown = JSON.parse(expected.fill(values, escapeInJson))
    if (!isDeepStrictEqual(found, wanted)) return `${pointer} is ${brief(found)}, expected ${brief(wanted)}`
  }
  return undefined
}

const brief = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80)

/** The document a text is, or undefined when it is not JSON. */
export function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}
