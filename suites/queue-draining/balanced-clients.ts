import { RequestTally } from '../../core/checks/request-tally.js'
import { leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { eachRequestOf, interventionsOf, isUnserved, witnessesOf } from '../../core/reading.js'
import type { DrainSpan } from './drain-span.js'
import { labels, loads } from './names.js'
import { bootBefore, ShareTally, type Share } from './share-of-replica.js'
import { judgeable } from './wording.js'

/** A request that timed out although it was planned this long before the drain, with no proof of where it was, may have hung before it. */
export const hungBeforeMs = 1_000

/** What the clients of the balancer saw of one drain. */
export interface BalancedClients {
  /** Those that are judged: without `hung` and `idle`. */
  readonly requests: RequestTally
  /** Of them: those that failed, how many of these before the drain was issued, and how many that would have failed however fast the balancer is. */
  readonly failed: RequestTally
  readonly failedBefore: number
  readonly failedAnyhow: number
  /** Of them: those proven to be in flight on the replica when the drain was issued. */
  readonly inFlight: RequestTally
  readonly hung: RequestTally
  /** Idle resets of what may be repeated: neither served nor failed. */
  readonly idle: RequestTally
  readonly share: Share
  /** Requests that ended by a failure of ours: what they would have got, nobody knows. */
  readonly givenUp: number
  /** When the first of all was planned; Infinity without any. */
  readonly firstPlannedAtMs: number
}

/** Looks at each request that was planned before `untilMs` once and keeps none. */
export function balancedClients(history: History, { span, untilMs, allowedMs }: { readonly span: DrainSpan; readonly untilMs: number; readonly allowedMs: number }): BalancedClients {
  const proven = new Set(witnessesOf(history, labels.behindBalancer).map((witness) => witness.request))
  // We stop the replica after so many windows: what failed before that, or was sent before the drain, would have failed with any window.
  const stoppedAtMs = leastOf(interventionsOf(history, 'stop').filter((one) => one.target === span.target && one.issuedAtMs > span.issuedAtMs).map((one) => one.issuedAtMs))
  const share = new ShareTally({ span, untilMs, allowedMs, boot: bootBefore(servedBefore(history, span), span) })
  const [requests, failed, inFlight, hung, idle] = [new RequestTally(), new RequestTally(), new RequestTally(), new RequestTally(), new RequestTally()]
  let [failedBefore, failedAnyhow, givenUp] = [0, 0, 0]
  const judge = (one: RequestEvent): void => {
    requests.add(one)
    share.add(one)
    if (proven.has(one.id)) inFlight.add(one)
    if (!isUnserved(one)) return
    failed.add(one)
    if (one.endedAtMs < span.issuedAtMs) failedBefore += 1
    if (one.endedAtMs < stoppedAtMs || one.plannedAtMs < span.issuedAtMs) failedAnyhow += 1
  }
  for (const one of plannedBefore(history, untilMs)) {
    if (!judgeable(one)) givenUp += one.load === loads.background ? 1 : 0
    else if (one.via !== 'balancer') continue
    else if (mayHaveHungBefore(one, span) && !proven.has(one.id)) hung.add(one)
    else if (isIdle(one)) idle.add(one)
    else judge(one)
  }
  return { requests, failed, failedBefore, failedAnyhow, inFlight, hung, idle, share: share.result(), givenUp, firstPlannedAtMs: leastOf([requests, hung, idle].map((one) => one.firstPlannedAtMs)) }
}

function* plannedBefore(history: History, untilMs: number): Generator<RequestEvent> {
  for (const one of eachRequestOf(history, loads.background, { fromMs: -Infinity, toMs: untilMs })) if (one.plannedAtMs < untilMs) yield one
  for (const one of eachRequestOf(history, loads.witness)) if (one.plannedAtMs < untilMs) yield one
}

const isIdle = (one: RequestEvent): boolean => one.outcome === 'reset-idle' && !isUnserved(one)

const mayHaveHungBefore = (one: RequestEvent, span: DrainSpan): boolean => one.outcome === 'timeout' && one.plannedAtMs < span.issuedAtMs - hungBeforeMs && one.endedAtMs >= span.issuedAtMs

/** What has a name of who answered and may have ended before the drain. */
function* servedBefore(history: History, span: DrainSpan): Generator<RequestEvent> {
  for (const one of eachRequestOf(history, loads.background, { fromMs: -Infinity, toMs: span.issuedAtMs })) if (judgeable(one) && one.via === 'balancer' && !isIdle(one)) yield one
}
