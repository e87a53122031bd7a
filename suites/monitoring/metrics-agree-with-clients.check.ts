import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { listed } from '../../core/checks/counted.js'
import { quantileOf } from '../../core/checks/quantile.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, factOf, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { bucketIndex, bucketOfQuantile } from './exposition.js'
import { classes, classOf, deltasBetween, isFinding, type Counts, type MetricDeltas, type StatusClass } from './metric-deltas.js'
import { metricsFact, metricsLoads, type MetricsFact } from './names.js'

const stallMsMax = 250

/** MONI-01: the counters of the service rose by what clients saw, errors as errors. */
export const countersAgreeWithClients: Check = {
  id: 'counters-agree-with-clients',
  requirement: 'MONI-01',
  evaluate(history, thresholds) {
    const deltas = deltasBetween(history, 'before', 'after')
    if (isFinding(deltas)) return deltas
    if (deltas.faults.length > numberThreshold(thresholds, 'parse_errors_max')) return failed(deltas.faults.slice(0, 3).join('; '))
    const seen = seenBy(history)
    const evidence = classes.map((one): Evidence => ({ note: `requests counted as ${one}; clients saw ${seen.counts[one]}`, measured: deltas.counts[one], allowed: seen.counts[one], unit: 'count' }))
    const doubt = enough(seen, thresholds) ?? background(history, { deltas, seen, ratioMax: numberThreshold(thresholds, 'count_deviation_ratio_max') })
    if (doubt !== undefined && 'outcome' in doubt) return { ...doubt, evidence: [...evidence, ...doubt.evidence] }
    const others = doubt ?? { success: 0, 'client error': 0, 'server error': 0 }
    if (deltas.unknownStatus > 0) return failed(`${deltas.unknownStatus} requests were counted under a label ${labelOf(history)} that is no HTTP status`, evidence)
    const wrong = classes.filter((one) => {
      const allowed = numberThreshold(thresholds, 'count_deviation_ratio_max') * seen.counts[one]
      return deltas.counts[one] < seen.counts[one] - allowed || deltas.counts[one] > seen.counts[one] + allowed + others[one]
    })
    if (wrong.length > 0) return failed(`clients saw ${listed(wrong.map((one) => `${seen.counts[one]} of ${one}`))}, the metrics counted ${listed(wrong.map((one) => String(deltas.counts[one])))}`, evidence)
    return passed(`the metrics counted what clients saw: ${listed(classes.map((one) => `${deltas.counts[one]} of ${one}`))}`, evidence)
  },
}

interface Seen {
  readonly requests: readonly RequestEvent[]
  readonly counts: Counts
  /** Without an answer of the service nobody knows whether it counted them. */
  readonly unanswered: number
}
function seenBy(history: History): Seen {
  const requests = Object.values(metricsLoads).flatMap((load) => requestsOf(history, load))
  const counts: Record<StatusClass, number> = { success: 0, 'client error': 0, 'server error': 0 }
  let unanswered = 0
  for (const { status, outcome } of requests) {
    if (status === undefined || status < 200 || status > 599 || outcome === 'truncated' || outcome === 'timeout') unanswered += 1
    else counts[classOf(Math.floor(status / 100) as 2 | 3 | 4 | 5)] += 1
  }
  return { requests, counts, unanswered }
}

function enough(seen: Seen, thresholds: ThresholdValues): Finding | undefined {
  const ratioMax = numberThreshold(thresholds, 'count_deviation_ratio_max')
  if (seen.unanswered > ratioMax * seen.requests.length) return inconclusive(`${seen.unanswered} of ${seen.requests.length} requests were not answered, so that nobody knows whether they were counted`)
  const wanted: readonly (readonly [StatusClass, number])[] = [
    ['success', numberThreshold(thresholds, 'successes')],
    ['client error', numberThreshold(thresholds, 'errors')],
    ['server error', numberThreshold(thresholds, 'errors')],
  ]
  const few = wanted.filter(([one, count]) => seen.counts[one] < count * (1 - ratioMax))
  if (few.length === 0) return undefined
  return inconclusive(`clients saw ${listed(few.map(([one, count]) => `${seen.counts[one]} of ${one}, needed are ${count}`))}`)
}

/** What others sent meanwhile, as far as a span without requests of ours shows it; a finding when it is too much to compare anything. */
function background(history: History, { deltas, seen, ratioMax }: { readonly deltas: MetricDeltas; readonly seen: Seen; readonly ratioMax: number }): Counts | Finding {
  const quiet = deltasBetween(history, 'quiet', 'before')
  if (isFinding(quiet)) return quiet
  const scale = Math.max(1, (deltas.toMs - deltas.fromMs) / Math.max(1, quiet.toMs - quiet.fromMs))
  const counts = Object.fromEntries(classes.map((one) => [one, quiet.counts[one] * scale])) as Counts
  // Reading the metrics may be counted too, and that does not grow with the span.
  const instances = (factOf(history, metricsFact) as MetricsFact).instances.length
  const others = Math.max(0, classes.reduce((sum, one) => sum + quiet.counts[one], 0) - instances) * scale
  if (others > ratioMax * seen.requests.length) return inconclusive(`about ${Math.round(others)} requests of others were counted in the same time, more than ${ratioMax * 100} % of ours`)
  return { ...counts, success: Math.min(counts.success, others) + instances }
}

const labelOf = (history: History): string => (factOf(history, metricsFact) as MetricsFact).statusLabel

/** MONI-01: the histogram of the service shows the latency that clients saw, as far as its buckets can. */
export const latencyAgreesWithClients: Check = {
  id: 'latency-agrees-with-clients',
  requirement: 'MONI-01',
  evaluate(history, thresholds) {
    const deltas = deltasBetween(history, 'before', 'after')
    if (isFinding(deltas)) return deltas
    const { buckets } = deltas
    const seen = seenBy(history)
    const few = enough(seen, thresholds)
    if (few !== undefined) return few
    const counted = buckets.counts.at(-1) ?? 0
    if (buckets.bounds.at(-1) !== Infinity) return failed('the latency histogram has no bucket for everything (le="+Inf")')
    const ratioMax = numberThreshold(thresholds, 'count_deviation_ratio_max')
    const answered = seen.requests.length - seen.unanswered
    if (counted < answered * (1 - ratioMax)) return failed(`the latency histogram counted ${counted} requests, clients saw ${answered}`)
    const window = { fromMs: deltas.fromMs, toMs: deltas.toMs }
    const compared = [0.5, 0.9].map((quantile) => compare(history, { deltas, seen, quantile, window }))
    const evidence = compared.map(({ note, off }): Evidence => ({ note, measured: off, allowed: numberThreshold(thresholds, 'latency_bucket_off_max'), unit: 'count' }))
    const wrong = compared.filter(({ off }) => off > numberThreshold(thresholds, 'latency_bucket_off_max'))
    if (wrong.length === 0) return passed(`the latency histogram shows what clients saw: ${compared.map(({ note }) => note).join('; ')}`, evidence)
    return disturbedHarness(history, window, stallMsMax) ?? failed(`the latency histogram is off: ${wrong.map(({ note }) => note).join('; ')}`, evidence)
  },
}

interface Question {
  readonly deltas: MetricDeltas
  readonly seen: Seen
  readonly quantile: number
  readonly window: Window
}
/**
 * How many buckets a quantile of the service lies away from the clients'. A client also sees the way to the service and back; how much
 * that is, the null control says, which goes the same way. So anything from the client's value less that down to its bucket is right.
 */
function compare(history: History, { deltas: { buckets }, seen, quantile, window }: Question): { readonly note: string; readonly off: number } {
  const fact = factOf(history, metricsFact) as MetricsFact
  const perUnit = fact.latencyUnit === 's' ? 1_000 : 1
  const tookMs = (one: RequestEvent): number => one.endedAtMs - (one.sentAtMs ?? one.plannedAtMs)
  const clientMs = quantileOf(seen.requests.filter(({ status }) => status !== undefined).map(tookMs), quantile).estimate
  const control = requestsOf(history, 'null-control', window).map(tookMs)
  const wayMs = control.length === 0 ? 0 : quantileOf(control, quantile).estimate
  const highest = bucketIndex(buckets.bounds, clientMs / perUnit)
  const lowest = bucketIndex(buckets.bounds, Math.max(0, clientMs - wayMs) / perUnit)
  const found = bucketOfQuantile(buckets, quantile) ?? 0
  const off = found > highest ? found - highest : Math.max(0, lowest - found)
  const bound = (index: number): string => (buckets.bounds[index] === Infinity ? 'more' : `${Number(((buckets.bounds[index] ?? 0) * perUnit).toPrecision(3))} ms`)
  return { note: `p${quantile * 100} up to ${bound(found)}, clients saw ${clientMs.toFixed(1)} ms`, off }
}
