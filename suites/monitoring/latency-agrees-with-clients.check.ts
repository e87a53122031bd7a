import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { quantileOf } from '../../core/checks/quantile.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, factOf, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { enough, seenBy, type Seen } from './clients-saw.js'
import { bucketIndex, bucketOfQuantile, type Buckets } from './exposition.js'
import { deltasBetween, isFinding, type MetricDeltas } from './metric-deltas.js'
import { metricsFact, metricsLoads, slowFact, type MetricsFact, type SlowFact } from './names.js'

const stallMsMax = 250
/** So long a request may wait for a processor on its way, where the service does not see it. Requests that certainly last show what this hides. */
const queuedMsMax = 20

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
    if (buckets.bounds.at(-1) !== Infinity) return failed('the latency histogram has no bucket for everything (le="+Inf")')
    const miscounted = countFinding(history, { deltas, seen, thresholds })
    if (miscounted !== undefined) return miscounted
    const window = { fromMs: deltas.fromMs, toMs: deltas.toMs }
    const offMax = numberThreshold(thresholds, 'latency_bucket_off_max')
    const slow = slowRequests(history, { buckets, offMax, needed: numberThreshold(thresholds, 'slow') })
    if (slow !== undefined && slow.shown < slow.answered * (1 - numberThreshold(thresholds, 'count_deviation_ratio_max'))) {
      return failed(`clients waited ${slow.minDurationMs} ms and more for ${slow.answered} requests, the latency histogram has ${slow.shown} above ${slow.boundMs} ms`)
    }
    const compared = [0.5, 0.9].map((quantile) => compare(history, { deltas, seen, quantile, window }))
    const evidence = compared.map(({ note, off }): Evidence => ({ note, measured: off, allowed: offMax, unit: 'count' }))
    if (slow !== undefined) evidence.push({ note: `requests above ${slow.boundMs} ms in the histogram, of ${slow.answered} that lasted ${slow.minDurationMs} ms`, measured: slow.shown, allowed: slow.answered, unit: 'count' })
    const wrong = compared.filter(({ off }) => off > offMax)
    if (wrong.length > 0) {
      const text = wrong.map(({ note }) => note).join('; ')
      const littleLow = wrong.every(({ lowByMs }) => lowByMs > 0 && lowByMs < queuedMsMax)
      if (littleLow) return inconclusive(`the latency histogram is lower than what clients saw, by less than requests may wait on a busy machine: ${text}`, evidence)
      return disturbedHarness(history, window, stallMsMax) ?? failed(`the latency histogram is off: ${text}`, evidence)
    }
    return blindness(buckets, { compared, offMax, slow }, evidence) ?? passed(`the latency histogram shows what clients saw: ${compared.map(({ note }) => note).join('; ')}`, evidence)
  },
}

interface Counting {
  readonly deltas: MetricDeltas
  readonly seen: Seen
  readonly thresholds: ThresholdValues
}
/** The histogram counted each request once. It may have more routes than the counter: what it rose without requests of ours is allowed twice. */
function countFinding(history: History, { deltas, seen, thresholds }: Counting): Finding | undefined {
  const quiet = deltasBetween(history, 'quiet', 'before')
  if (isFinding(quiet)) return quiet
  const counted = deltas.buckets.counts.at(-1) ?? 0
  const ratioMax = numberThreshold(thresholds, 'count_deviation_ratio_max')
  const answered = seen.requests.length - seen.unanswered
  const scale = Math.max(1, (deltas.toMs - deltas.fromMs) / Math.max(1, quiet.toMs - quiet.fromMs))
  const instances = (factOf(history, metricsFact) as MetricsFact).instances.length
  const others = 2 * scale * ((quiet.buckets.counts.at(-1) ?? 0) + instances)
  if (counted >= answered * (1 - ratioMax) && counted <= seen.requests.length * (1 + ratioMax) + others) return undefined
  return failed(`the latency histogram counted ${counted} requests, clients saw ${answered}`)
}

interface Slow {
  readonly answered: number
  readonly minDurationMs: number
  /** How many the histogram has above this bound, which they all exceeded. */
  readonly shown: number
  readonly boundMs: number
}
/** Requests that certainly lasted; undefined when there were too few, or all of them are in buckets that the others may be in too. */
function slowRequests(history: History, { buckets, offMax, needed }: { readonly buckets: Buckets; readonly offMax: number; readonly needed: number }): Slow | undefined {
  const slow = factOf(history, slowFact) as SlowFact | undefined
  const answered = requestsOf(history, metricsLoads.slow).filter(({ outcome }) => outcome === 'ok').length
  if (slow === undefined || answered < needed) return undefined
  const perUnit = unitMs(history)
  const at = buckets.bounds.filter((bound) => bound * perUnit < slow.minDurationMs).length - 1 - offMax
  const bound = buckets.bounds[at]
  if (bound === undefined) return undefined
  return { answered, minDurationMs: slow.minDurationMs, shown: (buckets.counts.at(-1) ?? 0) - (buckets.counts[at] ?? 0), boundMs: Number((bound * perUnit).toPrecision(3)) }
}

interface Sight {
  readonly compared: readonly Compared[]
  readonly offMax: number
  readonly slow: Slow | undefined
}
/** What would be right whatever the service measures shows nothing: everything in the lowest bucket, or everything in the highest. */
function blindness({ bounds }: Buckets, { compared, offMax, slow }: Sight, evidence: readonly Evidence[]): Finding | undefined {
  if (!compared.some(({ highest }) => bounds.length - 1 - highest > offMax)) return inconclusive(`the histogram has ${bounds.length} buckets, too few above what clients saw to tell if it were too high`, evidence)
  if (slow !== undefined || compared.some(({ lowest }) => lowest > offMax)) return undefined
  return inconclusive('all requests were as fast as the lowest buckets, where those are too that nobody measures: declare an operation with minDuration', evidence)
}

const unitMs = (history: History): number => ((factOf(history, metricsFact) as MetricsFact).latencyUnit === 's' ? 1_000 : 1)

interface Compared {
  readonly note: string
  readonly off: number
  /** How far the bucket of the service ends below what clients saw; 0 when it does not. */
  readonly lowByMs: number
  /** Buckets between which everything is right. */
  readonly lowest: number
  readonly highest: number
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
function compare(history: History, { deltas: { buckets }, seen, quantile, window }: Question): Compared {
  const perUnit = unitMs(history)
  const tookMs = (one: RequestEvent): number => one.endedAtMs - (one.sentAtMs ?? one.plannedAtMs)
  const clientMs = quantileOf(seen.requests.filter(({ status }) => status !== undefined).map(tookMs), quantile).estimate
  const control = requestsOf(history, 'null-control', window).map(tookMs)
  const wayMs = control.length === 0 ? 0 : quantileOf(control, quantile).estimate
  const highest = bucketIndex(buckets.bounds, clientMs / perUnit)
  const lowest = bucketIndex(buckets.bounds, Math.max(0, clientMs - wayMs) / perUnit)
  const found = bucketOfQuantile(buckets, quantile) ?? 0
  const off = found > highest ? found - highest : Math.max(0, lowest - found)
  const bound = (index: number): string => (buckets.bounds[index] === Infinity ? 'more' : `${Number(((buckets.bounds[index] ?? 0) * perUnit).toPrecision(3))} ms`)
  return { note: `p${quantile * 100} up to ${bound(found)}, clients saw ${clientMs.toFixed(1)} ms`, off, lowByMs: found < lowest ? clientMs - wayMs - (buckets.bounds[found] ?? 0) * perUnit : 0, lowest, highest }
}
