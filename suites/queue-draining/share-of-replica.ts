import { RequestTally } from '../../core/checks/request-tally.js'
import type { RequestEvent } from '../../core/history.js'
import type { DrainSpan } from './drain-span.js'
import { loads } from './names.js'
import { answered } from './wording.js'

/** How much of the balanced traffic a drained replica still got, and for how long. */
export interface Share {
  /** Answers of it before the drain was issued: without any nothing can be seen to fall. */
  readonly before: number
  /** When it was last given a request, after the acknowledgement; absent when never again. */
  readonly lastMs: number | undefined
  readonly allowedMs: number
  /** What it was given after that. */
  readonly late: RequestTally
  /** Attributed requests of all replicas after that: the chances to see one. */
  readonly watched: number
  /** Answers after that which name no replica: any of them may have been its own. */
  readonly unattributed: number
}

export interface ShareQuestion {
  readonly span: DrainSpan
  readonly untilMs: number
  readonly allowedMs: number
  /** Of the replica when it was told to drain. Answers of another boot come from a process that never was. */
  readonly boot: string | undefined
}

/**
 * The drain begins somewhere between its issue and its acknowledgement, so the time counts from the acknowledgement.
 * A request counts by when it was sent: a long one that was given to the replica in time may end late.
 */
export class ShareTally {
  readonly #question: ShareQuestion
  readonly #limitMs: number
  readonly #late = new RequestTally()
  #before = 0
  #lastAtMs = -Infinity
  #watched = 0
  #unattributed = 0

  constructor(question: ShareQuestion) {
    this.#question = question
    this.#limitMs = question.span.acknowledgedAtMs + question.allowedMs
  }

  add(one: RequestEvent): void {
    const { span, untilMs, boot } = this.#question
    if (one.load !== loads.background) return
    if (one.instance === span.target && one.endedAtMs < span.issuedAtMs) this.#before += 1
    const sentAtMs = one.sentAtMs ?? one.plannedAtMs
    if (sentAtMs >= untilMs) return
    const isLate = sentAtMs > this.#limitMs
    if (isLate && one.instance !== undefined) this.#watched += 1
    if (isLate && one.instance === undefined && answered(one)) this.#unattributed += 1
    const isOfAnotherBoot = boot !== undefined && one.boot !== undefined && one.boot !== boot
    if (one.instance !== span.target || isOfAnotherBoot || sentAtMs <= span.acknowledgedAtMs) return
    this.#lastAtMs = Math.max(this.#lastAtMs, sentAtMs)
    if (isLate) this.#late.add(one)
  }

  result(): Share {
    const { span, allowedMs } = this.#question
    const lastMs = this.#lastAtMs === -Infinity ? undefined : this.#lastAtMs - span.acknowledgedAtMs
    return { before: this.#before, lastMs, allowedMs, late: this.#late, watched: this.#watched, unattributed: this.#unattributed }
  }
}

/** The last boot that the replica named before it was told to drain. */
export function bootBefore(requests: Iterable<RequestEvent>, { target, issuedAtMs }: DrainSpan): string | undefined {
  let boot: string | undefined
  for (const one of requests) if (one.instance === target && one.endedAtMs < issuedAtMs) boot = one.boot ?? boot
  return boot
}
