import type { Instance } from '../../core/driver.js'
import type { ProofGrade } from '../../core/history.js'
import type { TrafficContext } from './context.js'
import { effectCount } from './effects.js'
import type { Completed, Ongoing } from './recording-client.js'
import type { WitnessOperation } from './witness-operation.js'

/** Proof C: sent at least this long and this many round trips ago (VAL-01). */
const sentBeforeMs = 50
const roundTrips = 5

export interface WitnessRequestOptions {
  readonly ongoing: Ongoing
  readonly instance: Instance
  readonly made: WitnessOperation
  readonly direct: boolean
}

/** Through a balancer only an answer that has begun says where a request is: another may not even have arrived. */
export const canBeProven = (options: { readonly direct: boolean; readonly made: WitnessOperation }): boolean =>
  options.direct || options.made.means === 'stream'

/** One request that is to be proven to be executing in an instance. */
export class WitnessRequest {
  readonly ongoing: Ongoing
  readonly completed: Promise<Completed>
  ended = false
  proof: { readonly grade: ProofGrade; readonly atMs: number } | undefined
  readonly #context: TrafficContext
  readonly #options: WitnessRequestOptions

  constructor(context: TrafficContext, options: WitnessRequestOptions) {
    this.#context = context
    this.#options = options
    this.ongoing = options.ongoing
    this.completed = options.ongoing.completed.then((completed) => {
      this.ended = true
      return completed
    })
  }

  /** Whether waiting may still prove it: it is neither proven nor ended nor answered by another instance. */
  get open(): boolean {
    return !this.ended && this.proof === undefined && canBeProven(this.#options) && !this.#isElsewhere()
  }

  get executing(): boolean {
    return !this.ended && this.ongoing.exchange()?.ending === undefined
  }

  /** Looks whether a proof is there by now. */
  look(): void {
    const exchange = this.ongoing.exchange()
    if (this.proof !== undefined || exchange === undefined || !this.executing) return
    const atMs = this.#context.clock()
    if (this.#options.made.means === 'stream') {
      if (exchange.body.bytes > 0 && this.#isAccepted(exchange.status) && this.#isHere()) this.proof = { grade: 'A', atMs }
      return
    }
    if (!canBeProven(this.#options) || exchange.sentAtMs === undefined) return
    const waitMs = Math.max(sentBeforeMs, roundTrips * (exchange.wire?.connectMs ?? 0))
    if (atMs - exchange.sentAtMs >= waitMs) this.proof = { grade: 'C', atMs }
  }

  /** Raises a proof C when the service itself counts the effect while the request still goes on. */
  async confirm(): Promise<void> {
    const { made, instance } = this.#options
    const { key } = this.ongoing
    if (this.proof?.grade !== 'C' || key === undefined || made.operation.operation.effect === undefined) return
    const count = await effectCount(this.#context, instance, { operation: made.operation.operation, key })
    if (count !== undefined && count > 0 && this.executing) this.proof = { grade: 'B', atMs: this.#context.clock() }
  }

  #isAccepted(status: number | undefined): boolean {
    const { expect } = this.#options.made.operation.operation
    if (status === undefined) return false
    return expect.status.length === 0 ? status >= 200 && status < 300 : expect.status.includes(status)
  }

  /** A direct answer is from here unless it names another instance; through the balancer only a matching identity counts. */
  #isHere(): boolean {
    const answeredBy = this.#answeredBy()
    if (answeredBy === this.#options.instance.id) return true
    return this.#options.direct && !this.#context.instances.some(({ id }) => id === answeredBy)
  }

  #isElsewhere(): boolean {
    return this.ongoing.exchange()?.status !== undefined && this.#options.made.means === 'stream' && !this.#isHere()
  }

  #answeredBy(): string | undefined {
    const exchange = this.ongoing.exchange()
    if (exchange?.status === undefined) return undefined
    return this.#context.identities.read(exchange.headers, this.#context.clock(), this.#options.direct ? this.#options.instance.id : undefined).instance
  }
}
