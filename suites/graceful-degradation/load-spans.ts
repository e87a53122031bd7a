import type { Finding } from '../../core/check.js'
import { listed } from '../../core/checks/counted.js'
import { inconclusive } from '../../core/check.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, inWindow, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { capacityProbe, capturedRetryAfter, overloadFact, type Capacity, type OverloadFact } from './overload-names.js'

/** One load of the overload scenario: what was sent, and when. */
export interface LoadSpan {
  readonly requests: readonly RequestEvent[]
  /** From the first planned instant to the last. */
  readonly window: Window
  readonly ratePerSecond: number
}

export function loadSpan(history: History, load: string): LoadSpan | undefined {
  const requests = requestsOf(history, load).filter((one) => one.outcome !== 'cancelled')
  if (requests.length < 2) return undefined
  const planned = requests.map((one) => one.plannedAtMs)
  const window = { fromMs: leastOf(planned), toMs: greatestOf(planned) }
  return { requests, window, ratePerSecond: ((requests.length - 1) * 1_000) / (window.toMs - window.fromMs) }
}

export const overloadOf = (history: History): OverloadFact | undefined => factOf(history, overloadFact) as OverloadFact | undefined

export const isServed = (request: RequestEvent): boolean => request.outcome === 'ok' || request.outcome === 'degraded'
/** Turned away with a word for it: the client knows that nothing was done, and why. */
export const isExplicitRefusal = (request: RequestEvent): boolean => request.status === 429 || request.status === 503
export const saysWhen = (request: RequestEvent): boolean => request.captured?.[capturedRetryAfter] !== undefined

/** What the service can do per second, or why that is not known. */
export function capacityOf(history: History, differenceMax: number): number | string {
  const all = observationsOf(history, capacityProbe).map((one) => one.value as Capacity)
  if (all.length === 0) return 'its capacity was not measured'
  const measured = all.filter((one) => one.saturated).map((one) => one.goodputPerSecond)
  const highest = greatestOf(all.map((one) => one.offeredPerSecond))
  if (measured.length === 0) return `it did all of the ${Math.round(highest)} requests per second that were offered: it is faster than it can be overloaded here`
  const last = agreed(measured)
  if (last === undefined) return `its capacity was measured once only (${Math.round(measured[0] ?? 0)} per second)`
  if (last.mean <= 0) return 'it served nothing when its capacity was measured'
  return last.difference > differenceMax ? `its capacity is not reproducible: ${listed(measured.map((one) => String(Math.round(one))))} requests per second` : last.mean
}

/** What the last two measurements say together: their mean, and how far they lie apart as a share of it. Undefined for less than two. */
export function agreed(measured: readonly number[]): { readonly mean: number; readonly difference: number } | undefined {
  const [first, second] = measured.slice(-2)
  if (first === undefined || second === undefined) return undefined
  const mean = (first + second) / 2
  return { mean, difference: mean <= 0 ? 0 : Math.abs(first - second) / mean }
}

/** So much of the clients' deadline may pass before a request is on its way: connecting takes its time when many wait. */
const lateShareOfDeadline = 0.25
const lateShareMax = 0.05

/** Why a load was not the one that was planned, or null: the generator sent too many requests too late. */
export function lateGenerator({ requests }: LoadSpan, deadlineMs: number): Finding | null {
  const sent = requests.filter((one) => one.sentAtMs !== undefined)
  const late = sentLate(requests, deadlineMs)
  if (late.length <= sent.length * lateShareMax) return null
  return inconclusive(`the load generator was saturated: ${late.length} of ${sent.length} requests were sent more than ${deadlineMs * lateShareOfDeadline} ms late`, [
    { note: 'requests that were sent late', measured: late.length, allowed: Math.floor(sent.length * lateShareMax), unit: 'requests' },
  ])
}

export const sentLate = (requests: readonly RequestEvent[], deadlineMs: number): RequestEvent[] =>
  requests.filter((one) => (one.sentAtMs ?? one.plannedAtMs) - one.plannedAtMs > deadlineMs * lateShareOfDeadline)

/** Later than this, and what was due in the meantime is sent all at once. */
const burstMs = 50

/**
 * Requests that no burst of ours got in the way of. After a stall the generator sends what it owes at the same moment, which
 * is more than was planned; until clients would have given up, a refusal may be its doing.
 */
export function withoutBursts(requests: readonly RequestEvent[], deadlineMs: number): RequestEvent[] {
  const bursts = requests
    .filter((one) => one.sentAtMs !== undefined && one.sentAtMs - one.plannedAtMs > burstMs)
    .map((one) => ({ fromMs: one.plannedAtMs, toMs: (one.sentAtMs ?? one.plannedAtMs) + deadlineMs }))
  return requests.filter((one) => !bursts.some((burst) => inWindow(one.plannedAtMs, burst)))
}
