import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import { believed, isCalm } from '../../core/checks/calm.js'
import { highestQuantile, quantileOf } from '../../core/checks/quantile.js'
import { quantileName } from '../../core/checks/quantile-limit.js'
import { outcomesText, requestEvidence } from '../../core/checks/worst-finding.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import { acknowledged } from '../../core/ledger.js'
import type { RequestEvent } from '../../core/history.js'
import { factOf, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { aloneLoad, besideLoad, floodLoad, limitFact, type LimitFact } from './names.js'

const quantiles = [0.99, 0.9, 0.5] as const

/** ACCS-03: while one caller is refused for going beyond its limit, another one within its own notices nothing. */
export const neighboursAreLeftAlone: Check = {
  id: 'neighbours-are-left-alone',
  requirement: 'ACCS-03',
  evaluate(history, thresholds) {
    const limit = factOf(history, limitFact) as LimitFact | undefined
    const alone = requestsOf(history, aloneLoad)
    const beside = requestsOf(history, besideLoad)
    const flood = requestsOf(history, floodLoad)
    if (limit === undefined || beside.length === 0 || flood.length === 0) return inconclusive('no neighbour was crowded')
    const refused = flood.filter((one) => one.status === 429)
    const evidence: Evidence[] = [
      { note: `of ${flood.length} requests of the other caller were refused with 429`, measured: refused.length, unit: 'requests' },
      { note: `of ${beside.length} requests of the neighbour succeeded beside it, ${alone.filter(acknowledged).length} of ${alone.length} alone`, measured: beside.filter(acknowledged).length, unit: 'requests' },
    ]
    if (refused.length < numberThreshold(thresholds, 'limited_ratio_min') * flood.length) return inconclusive('the other caller was not limited, so that nothing protected the neighbour', evidence)
    const before = alone.filter((one) => !acknowledged(one))
    if (before.length > 0) return inconclusive(`the neighbour was not served alone either: ${outcomesText(before)}`, evidence)
    const window: Window = { fromMs: leastOf(beside.map((one) => one.plannedAtMs)), toMs: greatestOf(beside.map((one) => one.endedAtMs)) }
    const judge = (requests: readonly RequestEvent[]): Finding => judgeNeighbour({ alone, beside: requests, thresholds, evidence })
    return believed(judge(beside), history, { window, calmly: (spans) => judge(beside.filter(isCalm(spans))) })
  },
}

interface Given {
  readonly alone: readonly RequestEvent[]
  readonly beside: readonly RequestEvent[]
  readonly thresholds: ThresholdValues
  readonly evidence: readonly Evidence[]
}

const latencies = (requests: readonly RequestEvent[]): number[] => requests.map((one) => one.endedAtMs - one.plannedAtMs)

function judgeNeighbour({ alone, beside, thresholds, evidence }: Given): Finding {
  const hit = beside.filter((one) => !acknowledged(one) && one.outcome !== 'cancelled' && one.outcome !== 'reset-idle')
  if (hit.length > numberThreshold(thresholds, 'b_refusals_max')) {
    return failed(`${counted(hit.length, 'request')} of ${beside.length} of a neighbour within its limit ${hit.length === 1 ? 'was' : 'were'} not served: ${outcomesText(hit)}`, [...evidence, requestEvidence({ note: 'requests of the neighbour that were not served', measured: hit.length, unit: 'requests' }, hit)])
  }
  const served = beside.filter(acknowledged)
  const needed = numberThreshold(thresholds, 'b_requests_min')
  if (served.length < needed || alone.length < needed) return inconclusive(`${served.length} requests of the neighbour were served beside the other caller and ${alone.length} alone, needs ${needed}`, evidence)
  return latencyFinding({ alone, beside: served, thresholds, evidence })
}

function latencyFinding({ alone, beside, thresholds, evidence }: Given): Finding {
  const found = highestQuantile(latencies(beside), quantiles)
  if (found === undefined) return inconclusive(`${counted(beside.length, 'request')} are too few to compare latencies`, evidence)
  const usualMs = quantileOf(latencies(alone), found.q).estimate
  const allowedMs = usualMs * numberThreshold(thresholds, 'b_p99_factor_max') + numberThreshold(thresholds, 'b_p99_slack_ms')
  const name = quantileName(found.q)
  const all: Evidence[] = [...evidence, { note: `${name} of the neighbour's latency, ${Math.round(usualMs)} ms alone`, measured: Math.round(found.estimate), allowed: Math.round(allowedMs), unit: 'ms' }]
  if (found.lower > allowedMs) return failed(`${name} of a neighbour's latency rose from ${Math.round(usualMs)} to ${Math.round(found.estimate)} ms beside a caller that exceeds its limit`, all)
  if (found.upper === undefined || found.upper > allowedMs) return inconclusive(`${name} of the neighbour's latency may be above ${Math.round(allowedMs)} ms or not`, all)
  return passed(`a neighbour within its limit was served ${beside.length} times without a refusal, ${name} of its latency was ${Math.round(found.estimate)} ms beside another caller at three times its quota`, all, { strength: strengthOf(beside.length) })
}
