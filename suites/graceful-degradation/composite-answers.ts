import { isDeepStrictEqual } from 'node:util'
import type { History, RequestEvent } from '../../core/history.js'
import { calmBefore, requestsIn } from './fault-spans.js'
import { capturedMissing, capturedPart, type DeclaredDegradation } from './names.js'

/** What the parts of a composite answer are when nothing is wrong. */
export class UsualParts {
  readonly #byKey = new Map<string, readonly unknown[]>()
  readonly requests: readonly RequestEvent[]

  constructor(history: History, declared: DeclaredDegradation, operation: string) {
    this.requests = requestsIn(history, calmBefore(history, declared), [operation]).filter((one) => one.outcome === 'ok')
    for (const request of this.requests) {
      for (const { name } of declared.composite?.parts ?? []) {
        const value = request.captured?.[capturedPart(name)]
        const place = `${request.key ?? ''} ${name}`
        const known = this.#byKey.get(place) ?? []
        if (value !== undefined && !known.some((one) => isDeepStrictEqual(one, value))) this.#byKey.set(place, [...known, value])
      }
    }
  }

  /** Whether a part of an answer is there and what it usually is for this key; a part that is never the same only has to be there. */
  isWhole(request: RequestEvent, part: string): boolean {
    const value = request.captured?.[capturedPart(part)]
    const usual = this.#byKey.get(`${request.key ?? ''} ${part}`) ?? []
    if (value === undefined || (value === null && !usual.includes(null))) return false
    return usual.length !== 1 || isDeepStrictEqual(usual[0], value)
  }

  /** Whether every part was seen in some normal answer, so that they can be told apart. */
  knows(parts: readonly string[]): boolean {
    return parts.every((part) => this.requests.some((one) => one.captured?.[capturedPart(part)] !== undefined))
  }
}

/** Whether an answer names a part among what is missing: in a list, as a key, or as a text. */
export function names(request: RequestEvent, part: string): boolean {
  const missing = request.captured?.[capturedMissing]
  if (Array.isArray(missing)) return missing.includes(part) || missing.some((one) => typeof one === 'object' && one !== null && Object.values(one as object).includes(part))
  if (typeof missing === 'object' && missing !== null) return Object.hasOwn(missing, part)
  return typeof missing === 'string' && missing.split(/[^A-Za-z0-9_-]+/).includes(part)
}
