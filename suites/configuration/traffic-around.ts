import { evidenceRequestsMax, failed, inconclusive, passed, type Evidence, type Finding } from '../../core/check.js'
import { believedUnlessDisturbed, isCalm } from '../../core/checks/calm.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, isUnserved, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { backgroundLoad } from './experiment.js'

/** A stall of the harness longer than this could itself make requests fail or appear late. */
export const stallMsMax = 1_000

export interface TrafficAround {
  readonly requests: readonly RequestEvent[]
  readonly failing: readonly RequestEvent[]
  /** A failure, or undefined when not too many requests failed. */
  readonly failure: Finding | undefined
  /** Why nothing may be passed on this traffic; undefined when there was enough. */
  readonly tooLittle: string | undefined
  readonly evidence: Evidence
}

/** The background load of a window: how many requests there were, and whether more of them failed than may. */
export function trafficAround(history: History, window: Window, limits: { readonly what: string; readonly requestsMin: number; readonly failedRatioMax: number }): TrafficAround {
  const requests = requestsOf(history, backgroundLoad, window).filter((one) => one.outcome !== 'cancelled')
  const judge = (some: readonly RequestEvent[]): Finding => {
    const failing = some.filter(isUnserved)
    const allowed = Math.floor(some.length * limits.failedRatioMax)
    const note = `${failing.length} of ${some.length} requests failed ${limits.what}`
    const evidence: Evidence = { note, measured: failing.length, allowed, unit: 'requests', ...(failing.length === 0 ? {} : { requests: failing.slice(0, evidenceRequestsMax).map((one) => one.id) }) }
    return failing.length <= allowed ? passed(note, [evidence]) : failed(`${note}, for example ${failing[0]?.operation} with ${failing[0]?.outcome}`, [evidence])
  }
  const whole = judge(requests)
  const finding = believedUnlessDisturbed(whole, history, { window, stallMsMax, calmly: (spans) => judge(requests.filter(isCalm(spans))) })
  return {
    requests,
    failing: requests.filter(isUnserved),
    failure: finding.outcome === 'passed' ? undefined : finding,
    tooLittle: requests.length < limits.requestsMin ? `${requests.length} requests were sent ${limits.what}, needs ${limits.requestsMin}` : undefined,
    evidence: whole.evidence[0]!,
  }
}

/** When a part of the experiment was over, as the scenario said; undefined when it did not reach its end. */
export const endOf = (history: History, probe: 'burst-ended' | 'changes-ended' | 'refusals-ended'): number | undefined => observationsOf(history, probe)[0]?.atMs

/**
 * A failure to answer, or to do something in time, stands only while the harness was undisturbed: `limitMs` is the time it had. What was read
 * and is wrong needs no such excuse.
 */
export function unlessDisturbed(history: History, window: Window, { finding, limitMs = 0 }: { readonly finding: Finding; readonly limitMs?: number }): Finding {
  return finding.outcome === 'failed' ? (disturbedHarness(history, window, Math.max(stallMsMax, limitMs / 3)) ?? finding) : finding
}

export const nothingChanged = inconclusive('no configuration was archived or changed')
