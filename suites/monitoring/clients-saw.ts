import { inconclusive, type Finding } from '../../core/check.js'
import { listed } from '../../core/checks/counted.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { classes, classOf, deltasBetween, isFinding, type Counts, type MetricDeltas, type StatusClass } from './metric-deltas.js'
import { metricsFact, metricsLoads, type MetricsFact } from './names.js'

/** What clients got of the known mix. */
export interface Seen {
  readonly requests: readonly RequestEvent[]
  readonly counts: Counts
  /** Without an answer of the service nobody knows whether it counted them. */
  readonly unanswered: number
}
export function seenBy(history: History): Seen {
  const requests = Object.values(metricsLoads).flatMap((load) => requestsOf(history, load))
  const counts: Record<StatusClass, number> = { success: 0, 'client error': 0, 'server error': 0 }
  let unanswered = 0
  for (const { status, outcome } of requests) {
    if (status === undefined || status < 200 || status > 599 || outcome === 'truncated' || outcome === 'timeout') unanswered += 1
    else counts[classOf(Math.floor(status / 100) as 2 | 3 | 4 | 5)] += 1
  }
  return { requests, counts, unanswered }
}

export function enough(seen: Seen, thresholds: ThresholdValues): Finding | undefined {
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
export function background(history: History, { deltas, seen, ratioMax }: { readonly deltas: MetricDeltas; readonly seen: Seen; readonly ratioMax: number }): Counts | Finding {
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
