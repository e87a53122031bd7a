import type { InstanceId } from '../../core/history.js'
import type { Identity } from '../../core/service-descriptor.js'
import type { AnswerHeaders } from './exchange.js'

export interface SeenIdentity {
  readonly value: string // as the service calls itself
  readonly boot?: string
  readonly atMs: number
}

/**
 * Which instance an answer came from. What an instance calls itself is learnt from answers on its direct address;
 * a name that two of them use says nothing, and is from then on recorded raw like one that nobody uses.
 */
export class Identities {
  readonly #instanceHeader: string | undefined
  readonly #bootHeader: string | undefined
  readonly #byValue = new Map<string, InstanceId>()
  readonly #ambiguous = new Set<string>()
  readonly last = new Map<InstanceId, SeenIdentity>()

  constructor(identity: Identity | undefined) {
    this.#instanceHeader = identity?.instanceHeader.toLowerCase()
    this.#bootHeader = identity?.bootHeader?.toLowerCase()
  }

  get ambiguous(): readonly string[] {
    return [...this.#ambiguous]
  }

  instanceNamed(value: string): InstanceId | undefined {
    return this.#byValue.get(value)
  }

  /** Reads an answer. `direct` is the instance whose own address it came from. */
  read(headers: AnswerHeaders, atMs: number, direct?: InstanceId): { readonly instance?: string; readonly boot?: string } {
    const value = headerOf(headers, this.#instanceHeader)
    const boot = headerOf(headers, this.#bootHeader)
    if (value === undefined) return boot === undefined ? {} : { boot }
    if (direct !== undefined) this.#learn(value, direct)
    const instance = this.#byValue.get(value)
    if (instance !== undefined) this.last.set(instance, { value, atMs, ...(boot === undefined ? {} : { boot }) })
    return { instance: instance ?? value, ...(boot === undefined ? {} : { boot }) }
  }

  #learn(value: string, instance: InstanceId): void {
    const known = this.#byValue.get(value)
    if (known === instance || this.#ambiguous.has(value)) return
    if (known === undefined) {
      this.#byValue.set(value, instance)
      return
    }
    this.#byValue.delete(value)
    this.#ambiguous.add(value)
  }
}

function headerOf(headers: AnswerHeaders, name: string | undefined): string | undefined {
  const value = name === undefined ? undefined : headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
