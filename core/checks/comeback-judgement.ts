import { evidenceRequestsMax, type Evidence } from '../check.js'
import { greatestOf, leastOf } from '../extremes.js'
import type { History, RequestEvent } from '../history.js'
import { disturbedHarness, harnessHealth, type Window } from '../reading.js'
import type { Comeback, Service } from './comeback.js'
import { counted, spanned } from './counted.js'

/** One instance that was expected back after one fault. */
export interface ExpectedComeback {
  readonly what: string // 'replica-1 after kill-1'
  readonly fromMs: number
  readonly limitMs: number
  readonly comeback: Comeback
  /** How many direct requests it has to serve from the first one that succeeded on, without a failure. Not given: most of them. */
  readonly requestsMin?: number
}

/** A stall of the harness that can make a request fail by itself, and how near to the request trouble of ours counts. */
const requestStallMsMax = 1_000
const disturbanceNearMs = 250

export interface ComebackJudgement {
  /** What is outside the limits, one for each instance that did not come back or came back late. */
  readonly failures: readonly Evidence[]
  /** Why it cannot be said of some; empty when it can be said of all. */
  readonly doubts: readonly string[]
  readonly back: readonly Evidence[]
  readonly slowestMs: number
}

/** Sorts comebacks into those that hold, those that do not, and those the history cannot tell. */
export function judgeComebacks(history: History, expected: readonly ExpectedComeback[]): ComebackJudgement {
  const failures: Evidence[] = []
  const doubts: string[] = []
  const back: Evidence[] = []
  let slowestMs = 0
  for (const { what, fromMs, limitMs, comeback, requestsMin } of expected) {
    const service = comeback.state === 'back' || comeback.state === 'late' ? judgeService(history, what, { ...comeback, requestsMin }) : {}
    if (service.failure !== undefined) failures.push(service.failure)
    if (service.doubt !== undefined) doubts.push(service.doubt)
    const allowed = { allowed: limitMs, unit: 'ms' as const }
    if (comeback.state === 'unknown') {
      doubts.push(comeback.reason)
    } else if (comeback.state === 'back') {
      slowestMs = Math.max(slowestMs, comeback.tookMs)
      back.push({ note: `${what}: ready again after ${spanned(comeback.tookMs)}, ${comeback.proof}`, measured: Math.round(comeback.tookMs), ...allowed })
    } else {
      const window = { fromMs, toMs: fromMs + (comeback.state === 'late' ? comeback.tookMs : comeback.watchedMs) }
      const doubt = comeback.state === 'late' ? disturbedHarness(history, window, limitMs / 10)?.summary : blindHarness(history, window)
      if (doubt === undefined) failures.push({ ...failureOf(what, comeback), ...allowed, requests: comeback.requests })
      else doubts.push(doubt)
    }
  }
  return { failures, doubts, back, slowestMs }
}

/** Requests that came after the first success: one that fails is a failure, too few of them are a doubt. */
function judgeService(history: History, what: string, service: Service & { readonly requestsMin: number | undefined }): { readonly failure?: Evidence; readonly doubt?: string } {
  const { served, failing, requestsMin } = service
  if (requestsMin === undefined) return {}
  const sent = served + failing.length
  if (failing.length > 0) {
    const doubt = excuseFor(history, failing)
    if (doubt !== undefined) return { doubt }
    const requests = failing.slice(0, evidenceRequestsMax).map((one) => one.id)
    return { failure: { note: `${what}: ${failing.length} of ${counted(sent, 'request')} failed once it served again`, measured: failing.length, allowed: 0, unit: 'requests', requests } }
  }
  return sent < requestsMin ? { doubt: `only ${counted(sent, 'request')} of ${requestsMin} could be judged for ${what}` } : {}
}

/** An answer of the service needs no excuse; a request without one may have failed because of us. */
function excuseFor(history: History, failing: readonly RequestEvent[]): string | undefined {
  if (failing.some((one) => one.status !== undefined)) return undefined
  const window = {
    fromMs: leastOf(failing.map((one) => one.plannedAtMs)) - disturbanceNearMs,
    toMs: greatestOf(failing.map((one) => one.endedAtMs)) + disturbanceNearMs,
  }
  return disturbedHarness(history, window, requestStallMsMax)?.summary
}

function failureOf(what: string, comeback: Extract<Comeback, { state: 'late' | 'not-back' }>): Evidence {
  if (comeback.state === 'late') return { note: `${what}: ready again only after ${spanned(comeback.tookMs)}`, measured: Math.round(comeback.tookMs) }
  return { note: `${what}: not back after ${spanned(comeback.watchedMs)} (${comeback.saw})`, measured: Math.round(comeback.watchedMs) }
}

/** Why the harness may not have been able to see a service that was there, or undefined: only a long blindness hides a long absence. */
function blindHarness(history: History, window: Window): string | undefined {
  const { controlFailed, controlRequests, stallMsMax } = harnessHealth(history, window)
  if (2 * controlFailed > controlRequests) return `the harness did not reach its own echo server either: ${controlFailed} of ${controlRequests} requests failed`
  if (2 * stallMsMax > window.toMs - window.fromMs) return `the harness stalled for ${spanned(stallMsMax)} while it watched`
  return undefined
}
