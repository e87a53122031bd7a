import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import { eventsOf, type History } from '../../core/history.js'
import { isUnserved, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { disturbedAround, judgeFlip } from './effects.js'
import { flipLoad } from './names.js'
import { bootsIn, toggleRecordOf, type Flip, type ToggleRecord } from './toggle-record.js'

const requestsMin = 50

/** TOGL-04: every change is in force on every replica in time, while no replica restarts and no request fails. */
export const flipsReachEveryReplica: Check = {
  id: 'flips-reach-every-replica',
  requirement: 'TOGL-04',
  evaluate(history, thresholds) {
    const record = toggleRecordOf(history)
    if (record.instances.length < 2) return inconclusive(`${counted(record.instances.length, 'replica')} is known, needs 2`)
    const span = loadedSpan(history)
    const flips = span === undefined ? [] : record.flips.filter((one) => one.issuedAtMs >= span.fromMs && one.endAtMs <= span.toMs)
    if (span === undefined || flips.length === 0) return inconclusive('no flip was made under load')
    const window = { fromMs: flips[0]!.issuedAtMs, toMs: flips.at(-1)!.endAtMs }
    const limitMs = record.withinPromise(numberThreshold(thresholds, 'all_within_s') * 1_000)
    const rows = record.instances.map((instance) => rowOf(record, flips, { instance, limitMs }))
    const evidence = rows.map(evidenceOf)
    const late = lateFinding(history, rows, { limitMs, evidence })
    if (late !== undefined) return late
    const restarted = restartFinding(history, record, { window, restartsMax: numberThreshold(thresholds, 'restarts_max'), evidence })
    if (restarted !== undefined) return restarted
    return lossFinding(history, window, numberThreshold(thresholds, 'failed_max')) ?? enough(history, { rows, window, flipsMin: numberThreshold(thresholds, 'flips'), evidence })
  },
}

interface Row {
  readonly instance: string
  readonly tookMs: readonly number[]
  readonly wrong: readonly { readonly flip: Flip; readonly text: string }[]
  readonly nothing: readonly string[]
}

function rowOf(record: ToggleRecord, flips: readonly Flip[], { instance, limitMs }: { readonly instance: string; readonly limitMs: number }): Row {
  const judged = flips.map((flip) => ({ flip, verdict: judgeFlip(record, flip, { instance, limitMs }) }))
  return {
    instance,
    tookMs: judged.flatMap(({ verdict }) => (verdict.kind === 'effective' ? verdict.tookMs : [])),
    wrong: judged.flatMap(({ flip, verdict }) => (verdict.kind === 'wrong' ? { flip, text: verdict.text } : [])),
    nothing: judged.flatMap(({ verdict }) => (verdict.kind === 'nothing' ? verdict.reason : [])),
  }
}

const evidenceOf = ({ instance, tookMs, wrong }: Row): Evidence => ({
  note: `${instance}: followed ${counted(tookMs.length, 'flip')}, ${wrong.length} not in time; slowest`,
  ...(tookMs.length === 0 ? {} : { measured: Math.round(greatestOf(tookMs)), unit: 'ms' as const }),
})

/** From the first to the last request of the load that runs while toggles are flipped. */
function loadedSpan(history: History): Window | undefined {
  const load = requestsOf(history, flipLoad)
  if (load.length === 0) return undefined
  return { fromMs: load[0]!.plannedAtMs, toMs: load.reduce((latest, one) => Math.max(latest, one.endedAtMs), 0) }
}

function lateFinding(history: History, rows: readonly Row[], { limitMs, evidence }: { readonly limitMs: number; readonly evidence: readonly Evidence[] }): Finding | undefined {
  const wrong = rows.flatMap((one) => one.wrong)
  if (wrong.length === 0) return undefined
  const doubt = disturbedAround(history, wrong.map(({ flip }) => flip), limitMs)
  if (doubt !== null) return doubt
  const where = rows.filter((one) => one.wrong.length > 0).map(({ instance }) => instance)
  return failed(`changes did not reach ${listed(where)} in time: ${wrong[0]!.text}`, evidence)
}

function restartFinding(history: History, record: ToggleRecord, given: { readonly window: Window; readonly restartsMax: number; readonly evidence: readonly Evidence[] }): Finding | undefined {
  const { window, restartsMax, evidence } = given
  let starts = 0
  for (const event of eventsOf(history, 'platform')) {
    if (event.name === 'process-started' && record.instances.includes(event.target) && event.atMs >= window.fromMs && event.atMs <= window.toMs) starts += 1
  }
  const changed = record.instances.filter((instance) => bootsIn(record, instance, window).length > 1)
  const restarts = Math.max(starts, changed.length)
  if (restarts <= restartsMax) return undefined
  return failed(`${counted(restarts, 'replica')} restarted while toggles were flipped`, evidence)
}

function lossFinding(history: History, window: Window, failedMax: number): Finding | undefined {
  const lost = requestsOf(history, flipLoad, window).filter(isUnserved)
  if (lost.length <= failedMax) return undefined
  const evidence: Evidence = { note: 'requests that failed while toggles were flipped', measured: lost.length, allowed: failedMax, unit: 'requests', requests: lost.slice(0, 50).map(({ id }) => id) }
  return starvedMachine(history, window) ?? failed(`${counted(lost.length, 'request')} failed while toggles were flipped`, [evidence])
}

function enough(history: History, given: { readonly rows: readonly Row[]; readonly window: Window; readonly flipsMin: number; readonly evidence: readonly Evidence[] }): Finding {
  const { rows, window, flipsMin, evidence } = given
  const short = rows.find(({ tookMs }) => tookMs.length < flipsMin)
  if (short !== undefined) return inconclusive(`${short.instance} was seen to follow ${counted(short.tookMs.length, 'flip')}, needs ${flipsMin}${short.nothing[0] === undefined ? '' : `: ${short.nothing[0]}`}`, evidence)
  const load = requestsOf(history, flipLoad, window)
  const served = load.filter(({ outcome }) => outcome === 'ok' || outcome === 'degraded').length
  if (served < requestsMin) return inconclusive(`${counted(served, 'request')} succeeded while toggles were flipped, needs ${requestsMin}`, evidence)
  if (served < 0.99 * load.length) return inconclusive(`only ${served} of ${load.length} requests sent while toggles were flipped have a verdict`, evidence)
  const slowest = greatestOf(rows.flatMap(({ tookMs }) => tookMs))
  const flips = leastOf(rows.map(({ tookMs }) => tookMs.length))
  return passed(`${counted(flips, 'flip')} reached all of ${rows.length} replicas within ${spanned(slowest)}, without a restart, and none of ${served} requests failed`, evidence, { strength: strengthOf(served) })
}
