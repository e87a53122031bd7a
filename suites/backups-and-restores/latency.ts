import type { Evidence } from '../../core/check.js'
import { highestQuantile, quantileOf, samplesFor } from '../../core/checks/quantile.js'
import type { RequestEvent } from '../../core/history.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { wasOk } from './vocabulary.js'

const quantiles = [0.95, 0.99] as const

export interface LatencyJudgement {
  /** `too-few`: there are not enough requests to speak of a high quantile. */
  readonly outcome: 'failed' | 'passed' | 'inconclusive' | 'too-few'
  readonly summary: string
  readonly evidence: readonly Evidence[]
}

const latenciesOf = (requests: readonly RequestEvent[]): number[] => requests.filter(wasOk).map((one) => one.endedAtMs - one.plannedAtMs)

/**
 * Latency during something against the usual one, by the highest quantile that there are enough requests for, and by the limits of
 * confidence that make both passing and failing harder. Thresholds `p99_factor_max` and `p99_slack_ms`.
 */
export function judgeLatency({ during, before, what }: { readonly during: readonly RequestEvent[]; readonly before: readonly RequestEvent[]; readonly what: string }, thresholds: ThresholdValues): LatencyJudgement {
  const usual = latenciesOf(before)
  const found = highestQuantile(latenciesOf(during), quantiles)
  if (found === undefined || usual.length < samplesFor(quantiles[0])) {
    return { outcome: 'too-few', summary: `${during.length} requests fell into ${what} and ${before.length} into the time before, at least ${samplesFor(quantiles[0])} are needed to compare their latency`, evidence: [] }
  }
  const usualMs = quantileOf(usual, found.q).estimate
  const allowedMs = usualMs * numberThreshold(thresholds, 'p99_factor_max') + numberThreshold(thresholds, 'p99_slack_ms')
  const name = `p${found.q * 100}`
  const evidence: Evidence[] = [{ note: `${name} of latency during ${what}, ${Math.round(usualMs)} ms before`, measured: Math.round(found.estimate), allowed: Math.round(allowedMs), unit: 'ms' }]
  const limits = `its 95 % limits are ${Math.round(found.lower)} ms and ${found.upper === undefined ? 'unknown' : `${Math.round(found.upper)} ms`}`
  if (found.lower > allowedMs) return { outcome: 'failed', summary: `${name} of latency was ${Math.round(found.estimate)} ms during ${what}, at most ${Math.round(allowedMs)} ms are allowed`, evidence }
  if (found.upper === undefined || found.upper > allowedMs) return { outcome: 'inconclusive', summary: `${name} of latency during ${what} may be above ${Math.round(allowedMs)} ms or not: ${limits}`, evidence }
  return { outcome: 'passed', summary: `${name} of latency stayed at ${Math.round(found.estimate)} ms`, evidence }
}
