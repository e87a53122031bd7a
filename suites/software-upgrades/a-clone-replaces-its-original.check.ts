import { failed, inconclusive, passed, strengthOf, type Check, type Evidence } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { acknowledged, whyUnread } from '../../core/ledger.js'
import type { ReadValue } from '../../core/procedure.js'
import { countsAsLost, factOf, interventionsOf, observationsOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { disturbances, isCalm } from '../../core/checks/calm.js'
import { cloneLoads, clonePoint, type ClonePoint } from './clone-points.js'
import { failureEvidence } from './failed-requests.js'
import { keptWrites, ledgerEvidence } from './kept-writes.js'

/** A component is swapped for its upgraded clone: nothing acknowledged is missing, the interruption is short, and who was refused was told so. */
export const aCloneReplacesItsOriginal: Check = {
  id: 'a-clone-replaces-its-original',
  requirement: 'UPGR-07',
  evaluate(history, thresholds) {
    const limit = (key: string): number => numberThreshold(thresholds, key)
    const times = timesOf(history)
    const refusal = refusedStep(history)
    if (refusal !== undefined) return failed(`the clone could not be made: ${refusal}`)
    if (times === undefined) return inconclusive('the component was not cloned and swapped to the end')
    const writes = requestsOf(history, cloneLoads.writes).filter((one) => one.outcome !== 'cancelled')
    const kept = keptWrites(history, [cloneLoads.writes], cloneLoads.reads)
    if (kept.lost.length > limit('lost_max')) {
      const late = kept.lost.filter(({ acknowledgedAtMs: at }) => at !== undefined && at >= times.begunMs && at <= times.swappedMs).length
      return failed(`${kept.lost.length} of ${kept.acknowledged.length} acknowledged writes are missing on the clone, ${late} of them written between the beginning of the clone and the swap`, [ledgerEvidence('acknowledged writes that the clone does not have', kept.lost)])
    }
    const judged = judgeInterruption(history, writes, { times, thresholds })
    if (judged.finding !== undefined) return judged.finding
    const reasons = [...missing(history, { writes, times, thresholds }), ...(kept.unread.length > 0 ? [`${kept.unread.length} acknowledged writes could not be read back${whyUnread(history, cloneLoads.reads)}`] : [])]
    if (reasons.length > 0) return inconclusive(listed(reasons))
    const between = acknowledgedIn(writes, times.begunMs, times.swapMs).length
    return passed(
      `all ${kept.acknowledged.length} acknowledged writes are on the clone, ${between} of them acknowledged between its beginning and the swap; writes were interrupted for ${spanned(judged.longestMs)}`,
      [{ note: 'longest time without an acknowledged write', measured: Math.round(judged.longestMs), allowed: interruptionMax(history, thresholds), unit: 'ms' }],
      { strength: strengthOf(between) },
    )
  },
}

interface Times {
  readonly begunMs: number
  readonly freezeMs: number
  readonly swapMs: number
  readonly swappedMs: number
}

function timesOf(history: History): Times | undefined {
  const at = (point: ClonePoint): number | undefined => observationsOf(history, clonePoint, point)[0]?.atMs
  const [begunMs, freezeMs, swapMs, swappedMs] = [at('clone-begun'), at('freeze-begun'), at('swap-begun'), at('swapped')]
  if (begunMs === undefined || freezeMs === undefined || swapMs === undefined || swappedMs === undefined) return undefined
  return { begunMs, freezeMs, swapMs, swappedMs }
}

/** A step of the declared procedure that ended with an error. */
function refusedStep(history: History): string | undefined {
  for (const { target, value } of observationsOf(history, clonePoint)) {
    const { ok, error } = (typeof value === 'object' && value !== null ? value : {}) as { readonly ok?: boolean; readonly error?: string }
    if (ok === false) return `${target.replace(/-ended$/, '')}: ${error ?? 'it was refused'}`
  }
  return undefined
}

const acknowledgedIn = (writes: readonly RequestEvent[], fromMs: number, toMs: number): RequestEvent[] => writes.filter((one) => acknowledged(one) && one.endedAtMs >= fromMs && one.endedAtMs <= toMs)

/** What is declared, and never more than the threshold allows. */
function interruptionMax(history: History, thresholds: ThresholdValues): number {
  const declared = (factOf(history, 'clone') as { readonly interruptionMs?: number } | undefined)?.interruptionMs ?? Infinity
  return Math.min(declared, numberThreshold(thresholds, 'interruption_s_max') * 1_000)
}

interface Judging {
  readonly times: Times
  readonly thresholds: ThresholdValues
}

function judgeInterruption(history: History, writes: readonly RequestEvent[], { times, thresholds }: Judging): { readonly longestMs: number; readonly finding?: ReturnType<typeof failed> } {
  const window = { fromMs: times.begunMs, toMs: Math.max(times.swappedMs, greatestOf(writes.map((one) => one.endedAtMs))) }
  const spans = disturbances(history, window)
  const unanswered = writes.filter((one) => one.endedAtMs >= times.begunMs && one.status === undefined && countsAsLost(one))
  const firm = unanswered.filter(isCalm(spans))
  const longestMs = longestInterruptionMs(writes, window)
  const allowedMs = interruptionMax(history, thresholds)
  if (firm.length > numberThreshold(thresholds, 'unanswered_during_freeze_max')) {
    return { longestMs, finding: failed(`${firm.length} writes got no answer while the component was swapped`, [failureEvidence('writes without an answer', firm)]) }
  }
  if (longestMs > allowedMs) {
    const evidence: Evidence[] = [{ note: 'longest time without an acknowledged write', measured: Math.round(longestMs), allowed: allowedMs, unit: 'ms' }]
    const summary = `writes were interrupted for ${spanned(longestMs)}, more than ${spanned(allowedMs)}`
    return { longestMs, finding: spans.length > 0 ? inconclusive(`the harness was disturbed while ${summary}`, evidence) : failed(summary, evidence) }
  }
  return unanswered.length > 0 && firm.length < unanswered.length ? { longestMs, finding: inconclusive(`${counted(unanswered.length - firm.length, 'write')} got no answer while the harness was disturbed`) } : { longestMs }
}

/** Between two acknowledgements: a write that is held back and acknowledged late was interrupted as one that was refused. To the last write when none followed. */
function longestInterruptionMs(writes: readonly RequestEvent[], { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): number {
  const answered = acknowledgedIn(writes, fromMs, toMs).map((one) => one.endedAtMs).sort((a, b) => a - b)
  const edges = [fromMs, ...answered, Math.max(fromMs, greatestOf(writes.map((one) => one.plannedAtMs)))]
  return Math.max(0, greatestOf(edges.slice(1).map((atMs, index) => atMs - edges[index]!)))
}

/** What a pass would lack. */
function missing(history: History, { writes, times, thresholds }: Judging & { readonly writes: readonly RequestEvent[] }): string[] {
  const limit = (key: string): number => numberThreshold(thresholds, key)
  const between = acknowledgedIn(writes, times.begunMs, times.swapMs).length
  const refusedAllTheTime = between === 0 && writes.some((one) => one.plannedAtMs >= times.begunMs && one.endedAtMs <= times.swapMs && one.status !== undefined)
  const after = writes.filter((one) => acknowledged(one) && one.plannedAtMs >= times.swappedMs).length
  const component = (factOf(history, 'clone') as { readonly component?: string } | undefined)?.component
  const stopped = interventionsOf(history, 'stop', 'original').some((one) => one.target === component && one.witnessedAtMs !== undefined)
  return [
    ...(between < limit('acked_between_clone_and_swap_min') && !refusedAllTheTime ? [`only ${between} of at least ${limit('acked_between_clone_and_swap_min')} writes were acknowledged between the beginning of the clone and the swap`] : []),
    ...(after < limit('acked_after_swap_min') ? [`only ${after} of at least ${limit('acked_after_swap_min')} writes were acknowledged after the swap`] : []),
    ...(stopped ? [] : ['the original was not seen to end, so the clone may never have been used']),
    ...sameRelease(history),
  ]
}

/** A clone of the same release would be a move, not an upgrade. */
function sameRelease(history: History): string[] {
  if ((factOf(history, 'clone') as { readonly version?: boolean } | undefined)?.version !== true) return []
  const read = (role: string): unknown => (observationsOf(history, 'clone-version', role).at(-1)?.value as ReadValue | undefined)?.value
  const [original, clone] = [read('original'), read('clone')]
  if (original === undefined || clone === undefined) return ['the releases of the original and the clone could not be read']
  return String(original) === String(clone) ? [`the original and the clone are both of release ${String(clone)}`] : []
}
