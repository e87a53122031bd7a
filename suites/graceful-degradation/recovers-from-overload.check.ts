import { failed, inconclusive, passed, type Check, type Evidence } from '../../core/check.js'
import { believedUnderLoad, delayMs, isCalm } from '../../core/checks/calm.js'
import { judgeQuantile, quantileName } from '../../core/checks/quantile-limit.js'
import type { RequestEvent } from '../../core/history.js'
import type { Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { latencyMs } from './fault-spans.js'
import { capacityOf, isServed, lateGenerator, loadSpan, overloadOf } from './load-spans.js'
import { noisy } from './noise.js'
import { loads } from './overload-names.js'
import { restartedIn } from './restarts.js'

const stepMs = 250
/** Of the time to recover in: whoever waited for a processor for longer had too little of it to be judged. */
const waitedShareMax = 0.5
const countedShareMin = 0.5
const seconds = (ms: number): number => Math.round(ms / 100) / 10

/** DEGR-08: when the overload ends, half of the capacity is served as it was before, soon and without a restart. */
export const recoversFromOverload: Check = {
  id: 'the-service-recovers-from-overload-by-itself',
  requirement: 'DEGR-08',
  evaluate(history, thresholds) {
    const capacity = capacityOf(history, numberThreshold(thresholds, 'capacity_difference_max'))
    if (typeof capacity === 'string') return inconclusive(`the service was not overloaded: ${capacity}`)
    const [usual, overload, afterwards] = [loads.usual, loads.overload, loads.afterwards].map((name) => loadSpan(history, name))
    if (usual === undefined || overload === undefined) return inconclusive('the service was not overloaded: nothing was sent')
    if (afterwards === undefined) return inconclusive('nothing was sent after the overload')
    const unserved = overload.requests.filter((one) => !isServed(one)).length
    if (unserved < overload.requests.length * numberThreshold(thresholds, 'unserved_ratio_min')) return inconclusive(`the service served all but ${unserved} of ${overload.requests.length} requests under overload: there was nothing to recover from`)
    const deadlineMs = overloadOf(history)?.deadlineMs ?? 0
    const late = lateGenerator(overload, deadlineMs) ?? lateGenerator(afterwards, deadlineMs)
    if (late !== null) return late
    const { fromMs, toMs } = afterwards.window
    const restarted = restartedIn(history, { fromMs: overload.window.fromMs, toMs })
    if (restarted.length > numberThreshold(thresholds, 'restarts_max')) return failed(`${restarted.join(' and ')} was restarted under overload or after it`)
    const quantile = numberThreshold(thresholds, 'quantile')
    const usualMs = judgeQuantile({ values: usual.requests.filter(isServed).map(latencyMs), quantile, limit: 0 }).estimate
    if (usualMs === undefined) return inconclusive('half of the capacity was not served before the overload')
    const limits: Limits = { quantile, limitMs: usualMs * numberThreshold(thresholds, 'p99_factor_max'), thresholds }
    const backMs = firstGoodWindow(afterwards.requests, { fromMs, toMs }, limits)
    const withinMs = numberThreshold(thresholds, 'recover_within_s') * 1_000
    const evidence = (measuredMs: number): Evidence[] => [
      { note: `time until a window of ${numberThreshold(thresholds, 'window_s')} s was as usual (${quantileName(quantile)} up to ${Math.round(limits.limitMs)} ms)`, measured: seconds(measuredMs), allowed: withinMs / 1_000, unit: 's' },
      { note: `requests not served after the overload, by second: ${unservedPerSecond(afterwards.requests, fromMs, toMs).join(', ')}` },
    ]
    if (backMs !== undefined && backMs <= withinMs) return passed(`throughput and latency were as usual ${seconds(backMs)} s after the overload (${unserved} of ${overload.requests.length} requests had not been served)`, evidence(backMs))
    const watchedMs = toMs - fromMs - numberThreshold(thresholds, 'window_s') * 1_000
    if (watchedMs < withinMs * 0.95) return inconclusive(`the service was watched for ${seconds(watchedMs)} s after the overload, needs ${seconds(withinMs)} s`, evidence(watchedMs))
    const finding = failed(`half of its capacity was not served as usual within ${seconds(withinMs)} s after the overload`, evidence(backMs ?? watchedMs))
    const { window, requests } = afterwards
    return believedUnderLoad(finding, history, {
      window,
      deadlineMs,
      disturbed: (unwaited) => noisy(unwaited, { before: usual.window, window, limitMs: limits.limitMs }),
      calmly: (spans) => (isBackInTime(requests, { fromMs, toMs, withinMs, spans }, limits) ? inconclusive(finding.summary) : finding),
    })
  },
}

interface Limits {
  readonly quantile: number
  readonly limitMs: number
  readonly thresholds: ThresholdValues
}

interface Watch {
  readonly fromMs: number
  readonly toMs: number
  readonly withinMs: number
  readonly spans: readonly Window[]
}

/** Whether it may have been back in time, had nobody waited in these spans: by what they did not touch, and without the time that they took. */
function isBackInTime(requests: readonly RequestEvent[], { fromMs, toMs, withinMs, spans }: Watch, limits: Limits): boolean {
  if (delayMs(spans, { fromMs, toMs: fromMs + withinMs }) > withinMs * waitedShareMax) return true
  const backMs = firstGoodWindow(requests, { fromMs, toMs }, limits, isCalm(spans))
  return backMs !== undefined && backMs - delayMs(spans, { fromMs, toMs: fromMs + backMs }) <= withinMs
}

/** After how long the first window begins that meets the limits with at least half of its requests left; no window may reach beyond the end. */
function firstGoodWindow(requests: readonly RequestEvent[], { fromMs, toMs }: Window, { quantile, limitMs, thresholds }: Limits, isCounted: (one: RequestEvent) => boolean = () => true): number | undefined {
  const lengthMs = numberThreshold(thresholds, 'window_s') * 1_000
  const successMin = numberThreshold(thresholds, 'success_min')
  for (let atMs = fromMs; atMs + lengthMs <= toMs + stepMs; atMs += stepMs) {
    const planned = requests.filter((one) => one.plannedAtMs >= atMs && one.plannedAtMs < atMs + lengthMs)
    const inside = planned.filter(isCounted)
    const served = inside.filter(isServed)
    const { above } = judgeQuantile({ values: inside.map(latencyMs), quantile, limit: limitMs })
    if (inside.length > 0 && inside.length >= planned.length * countedShareMin && served.length >= inside.length * successMin && above <= inside.length * (1 - quantile)) return atMs - fromMs
  }
  return undefined
}

function unservedPerSecond(requests: readonly RequestEvent[], fromMs: number, toMs: number): number[] {
  return Array.from({ length: Math.ceil((toMs - fromMs) / 1_000) }, (_, index) => requests.filter((one) => !isServed(one) && Math.floor((one.plannedAtMs - fromMs) / 1_000) === index).length)
}
