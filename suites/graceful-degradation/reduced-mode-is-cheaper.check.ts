import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { judgeQuantile } from '../../core/checks/quantile-limit.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, interventionsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { outcomesText, requestEvidence } from '../../core/checks/worst-finding.js'
import { latencyMs } from './fault-spans.js'
import { isServed, loadSpan } from './load-spans.js'
import { noisy } from './noise.js'
import { loads, reducedModeEntered, reducedModeLeft } from './overload-names.js'

/** Below both, there is nothing to save. */
const trivial = { ms: 4, bytes: 300 }
const stallMsMax = 1_000

/** DEGR-06: the reduced mode costs at most half, keeps what matters, and is left again. */
export const reducedModeIsCheaper: Check = {
  id: 'the-reduced-mode-is-cheaper-and-is-left-again',
  requirement: 'DEGR-06',
  evaluate(history, thresholds) {
    const refused = refusedSwitch(history)
    if (refused !== undefined) return refused
    const [usual, reduced, again] = [loads.usual, loads.reduced, loads.fullAgain].map((name) => loadSpan(history, name))
    if (usual === undefined) return inconclusive('the full mode was not measured')
    if (reduced === undefined || again === undefined) return inconclusive('the reduced mode, or the full mode after it, was not measured')
    const needed = numberThreshold(thresholds, 'requests')
    const costs = [usual, reduced, again].map((span) => costOf(span.requests))
    const short = [usual, reduced, again].find((span) => span.requests.filter(isServed).length < needed * 0.9)
    const broken = reduced.requests.filter((one) => one.outcome === 'wrong-content')
    const unmarked = reduced.requests.filter((one) => one.outcome === 'ok')
    const ratio = { bytes: costs[1]!.bytes / costs[0]!.bytes, ms: costs[1]!.ms / costs[0]!.ms }
    const allowed = numberThreshold(thresholds, 'cost_ratio_max')
    const evidence: Evidence[] = [
      { note: `bytes of a reduced answer over those of a full one (medians ${costs[1]!.bytes} and ${costs[0]!.bytes})`, measured: round(ratio.bytes), allowed, unit: 'ratio' },
      { note: `time of a reduced answer over that of a full one (medians ${Math.round(costs[1]!.ms)} and ${Math.round(costs[0]!.ms)} ms)`, measured: round(ratio.ms), allowed, unit: 'ratio' },
      requestEvidence({ note: 'answers in the reduced mode that lack core content', measured: broken.length, allowed: 0, unit: 'requests' }, broken),
      requestEvidence({ note: 'answers in the reduced mode without its marker', measured: unmarked.length, unit: 'requests' }, unmarked),
      ...enteredByItself(history),
    ]
    if (broken.length > 0) return failed(`${broken.length} of ${reduced.requests.length} answers in the reduced mode lack core content (${broken[0]?.detail ?? ''})`, evidence)
    if (short !== undefined) return inconclusive(`${short.requests.filter(isServed).length} of ${short.requests.length} requests were served in one of the modes (${outcomesText(short.requests.filter((one) => !isServed(one)))}), needs ${needed}`, evidence)
    if (costs[0]!.ms < trivial.ms && costs[0]!.bytes < trivial.bytes) return inconclusive('the operation is so cheap that no mode could be cheaper', evidence)
    if (Math.min(ratio.bytes, ratio.ms) > allowed) {
      const busy = ratio.bytes > allowed && unmarked.length === 0 ? noisy(history, { before: usual.window, window: reduced.window, limitMs: costs[0]!.ms }) : null
      return busy ?? failed(`the reduced mode costs ${percent(ratio.bytes)} of the bytes and ${percent(ratio.ms)} of the time of the full one${unmarked.length === 0 ? '' : `, and ${unmarked.length} of ${reduced.requests.length} answers do not carry its marker`}`, evidence)
    }
    if (unmarked.length > 0) return failed(`${unmarked.length} of ${reduced.requests.length} answers in the reduced mode do not carry its marker`, evidence)
    return judgeReturn(history, again.requests, { evidence, ratio, withinMs: numberThreshold(thresholds, 'back_within_s') * 1_000 })
  },
}

/** A switch that is refused is a mode that is not there. */
function refusedSwitch(history: History): Finding | undefined {
  const switches = [...interventionsOf(history, reducedModeEntered), ...interventionsOf(history, reducedModeLeft)]
  if (switches.length === 0) return inconclusive('the reduced mode was never entered')
  const open = switches.filter((one) => one.acknowledgedAtMs === undefined)
  const refused = open.find((one) => tookMsOf(one) !== undefined)
  if (refused === undefined) return open[0] === undefined ? undefined : inconclusive(`${open[0].name} on ${open[0].target} did not reach its end: ${open[0].error ?? 'the exercise was cut'}`)
  const finding = failed(`${refused.name} on ${refused.target} was refused: ${refused.error ?? 'no answer'}`)
  if (refused.detail['status'] !== undefined || refused.detail['exitCode'] !== undefined) return finding
  return disturbedHarness(history, { fromMs: refused.issuedAtMs, toMs: refused.issuedAtMs + (tookMsOf(refused) ?? 0) }, stallMsMax) ?? finding
}

/** Of a procedure that was carried out, whatever came of it. Without it nobody knows how it would have ended. */
function tookMsOf({ detail }: Intervention): number | undefined {
  return typeof detail['tookMs'] === 'number' ? detail['tookMs'] : undefined
}

/** Told and not judged: no service can declare it. */
function enteredByItself(history: History): Evidence[] {
  const overload = loadSpan(history, loads.overload)
  if (overload === undefined) return []
  const marked = overload.requests.filter((one) => one.outcome === 'degraded')
  return [requestEvidence({ note: 'answers under overload with the marker: a mode that was entered by itself', measured: marked.length, unit: 'requests' }, marked)]
}

interface Return {
  readonly evidence: readonly Evidence[]
  readonly ratio: { readonly bytes: number; readonly ms: number }
  readonly withinMs: number
}
function judgeReturn(history: History, again: readonly RequestEvent[], { evidence, ratio, withinMs }: Return): Finding {
  const leftAtMs = greatestOf(interventionsOf(history, reducedModeLeft).map((one) => one.acknowledgedAtMs ?? 0))
  const lastReduced = again.filter((one) => one.outcome === 'degraded').at(-1)
  const tookMs = lastReduced === undefined ? 0 : lastReduced.endedAtMs - leftAtMs
  const all: Evidence[] = [...evidence, { note: 'time from leaving the reduced mode to the last reduced answer', measured: Math.round(tookMs), allowed: withinMs, unit: 'ms' }]
  if (again.at(-1)?.outcome === 'degraded') {
    const watchedMs = (again.at(-1)?.endedAtMs ?? 0) - leftAtMs
    return watchedMs < withinMs ? inconclusive(`answers were still reduced ${Math.round(watchedMs)} ms after the mode was left, when nobody looked any longer`, all) : failed('the reduced mode was not left again', all)
  }
  if (tookMs > withinMs) return failed(`answers were reduced for ${Math.round(tookMs)} ms after the mode was left`, all)
  return passed(`the reduced mode costs ${percent(ratio.bytes)} of the bytes and ${percent(ratio.ms)} of the time, and full answers returned`, all, { strength: strengthOf(again.length) })
}

interface Cost {
  readonly bytes: number
  readonly ms: number
}
function costOf(requests: readonly RequestEvent[]): Cost {
  const served = requests.filter(isServed)
  const median = (values: readonly number[]): number => judgeQuantile({ values, quantile: 0.5, limit: 0 }).estimate ?? Number.NaN
  return { bytes: median(served.map((one) => one.bytesRead ?? 0)), ms: median(served.map(latencyMs)) }
}
const round = (value: number): number => Number(value.toFixed(2))
const percent = (share: number): string => `${Math.round(share * 100)} %`
