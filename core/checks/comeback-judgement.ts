import type { Evidence } from '../check.js'
import type { History } from '../history.js'
import { disturbedHarness, harnessHealth, type Window } from '../reading.js'
import type { Comeback } from './comeback.js'
import { spanned } from './counted.js'

/** One instance that was expected back after one fault. */
export interface ExpectedComeback {
  readonly what: string // 'replica-1 after kill-1'
  readonly fromMs: number
  readonly limitMs: number
  readonly comeback: Comeback
}

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
  for (const { what, fromMs, limitMs, comeback } of expected) {
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
