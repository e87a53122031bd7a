import { greatestOf } from '../../core/extremes.js'
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
  readonly late: readonly RequestEvent[]
  /** Attributed requests of all replicas after that: the chances to see one. */
  readonly watched: number
  /** Answers after that which name no replica: any of them may have been its own. */
  readonly unattributed: number
}

/**
 * The drain begins somewhere between its issue and its acknowledgement, so the time counts from the acknowledgement.
 * A request counts by when it was sent: a long one that was given to the replica in time may end late. Answers of
 * another boot come from a process that was never told to drain.
 */
export function shareOf({ requests, span, untilMs, allowedMs }: { readonly requests: readonly RequestEvent[]; readonly span: DrainSpan; readonly untilMs: number; readonly allowedMs: number }): Share {
  const sent = requests.filter((one) => one.load === loads.background)
  const own = sent.filter((one) => one.instance === span.target)
  const before = own.filter((one) => one.endedAtMs < span.issuedAtMs)
  const boot = before.findLast((one) => one.boot !== undefined)?.boot
  const draining = own.filter((one) => boot === undefined || one.boot === undefined || one.boot === boot)
  const limitMs = span.acknowledgedAtMs + allowedMs
  const after = draining.filter((one) => sentMs(one) > span.acknowledgedAtMs && sentMs(one) < untilMs)
  const lastMs = after.length === 0 ? undefined : greatestOf(after.map(sentMs)) - span.acknowledgedAtMs
  const watched = sent.filter((one) => sentMs(one) > limitMs && sentMs(one) < untilMs)
  return {
    before: before.length,
    lastMs,
    allowedMs,
    late: after.filter((one) => sentMs(one) > limitMs),
    watched: watched.filter((one) => one.instance !== undefined).length,
    unattributed: watched.filter((one) => one.instance === undefined && answered(one)).length,
  }
}

const sentMs = (request: RequestEvent): number => request.sentAtMs ?? request.plannedAtMs
