import { failed, inconclusive, passed, type Check, type Evidence } from '../../core/check.js'
import { listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, factOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { labels } from './names.js'
import { instancesOf, isFinding, replacedAtMs, unservedRuns, wholeSpan, type RollOutSpan } from './roll-out-span.js'
import { longestGapMs, shortages, unreadyRuns, type Shortage, type UnreadyRun } from './unready-runs.js'
import { rollOutVerdict } from './version-verdict.js'

/** The number of replicas that are ready never falls below all but the declared number while a release is rolled out. */
export const replicasAreReplacedAFewAtATime: Check = {
  id: 'replicas-are-replaced-a-few-at-a-time',
  requirement: 'UPGR-02',
  evaluate(history, thresholds) {
    const limit = (key: string): number => numberThreshold(thresholds, key)
    const span = wholeSpan(history, labels.upgrade, labels.half)
    if (isFinding(span)) return span
    const instances = instancesOf(history)
    const missingMax = maxUnavailableOf(history) ?? limit('max_unavailable')
    const resolutionMs = 1_000 / limit('sampling_hz')
    const runs = [...unreadyRuns(history, instances, span), ...unservedRuns(history, span)]
    const short = shortages(runs, missingMax, resolutionMs)
    const disturbed = disturbedHarness(history, span, limit('gap_ms_max'))
    if (short.length > 0) return disturbed ?? failed(sentenceOf(short, instances.length), short.map((one) => evidenceOf(one, missingMax)))
    const blocked = obstacle(history, span, { gapMsMax: limit('gap_ms_max'), missingMax, runs })
    if (blocked !== undefined) return inconclusive(blocked)
    const replaced = replacedAtMs(history, span)
    const unseen = instances.filter((instance) => !replaced.has(instance) && !runs.some((run) => run.instance === instance))
    if (unseen.length > 0) return inconclusive(`${listed(unseen)} ${unseen.length === 1 ? 'was' : 'were'} not seen to leave: either nothing was replaced, or the samples are too coarse`)
    // A replica that left and came back as it was has not been replaced, and says nothing of a roll-out.
    const unproven = rollOutVerdict(history, span, Infinity)
    if (unproven !== null) return inconclusive(unproven.summary)
    if (runs.length === 0) return passed(`none of ${instances.length} replicas was seen away while each was replaced by one that was ready; shortages of less than ${spanned(2 * resolutionMs)} cannot be seen`)
    const longestMs = greatestOf(runs.map((run) => run.toMs - run.fromMs))
    const unseenMs = Math.max(2 * resolutionMs, longestGapMs(history, instances, { window: span, runs }))
    return passed(
      `at most ${missingMax} of ${instances.length} replicas ${missingMax === 1 ? 'was' : 'were'} away at any time, each for up to ${spanned(longestMs)}; shortages of less than ${spanned(unseenMs)} cannot be seen`,
      runs.map((run) => ({ note: `${run.instance} was not ready`, measured: Math.round(run.toMs - run.fromMs), unit: 'ms' })),
    )
  },
}

function obstacle(history: History, span: RollOutSpan, { gapMsMax, missingMax, runs }: { readonly gapMsMax: number; readonly missingMax: number; readonly runs: readonly UnreadyRun[] }): string | undefined {
  const instances = instancesOf(history)
  if (instances.length <= missingMax) return `with ${instances.length} replicas and ${missingMax} allowed to be away nothing can be told apart`
  if (!span.end.ok) return `the roll-out was broken off: ${span.end.error ?? 'no reason given'}`
  const gapMs = longestGapMs(history, instances, { window: span, runs })
  return gapMs > gapMsMax ? `the samples have a gap of ${Number.isFinite(gapMs) ? `${Math.round(gapMs)} ms` : 'the whole roll-out'} while another replica was away, more than ${gapMsMax} ms` : undefined
}

function maxUnavailableOf(history: History): number | undefined {
  const value = (factOf(history, 'upgrade') as { readonly maxUnavailable?: number } | undefined)?.maxUnavailable
  return typeof value === 'number' ? value : undefined
}

function sentenceOf(short: readonly Shortage[], replicas: number): string {
  const worst = short.reduce((most, one) => (one.missing.length > most.missing.length ? one : most))
  const totalMs = short.reduce((sum, one) => sum + one.toMs - one.fromMs, 0)
  return `${worst.missing.length} of ${replicas} replicas (${listed(worst.missing)}) were away at the same time, for ${spanned(totalMs)}`
}

const evidenceOf = ({ missing, fromMs, toMs }: Shortage, missingMax: number): Evidence => ({
  note: `from ${Math.round(fromMs)} to ${Math.round(toMs)} ms ${listed(missing)} were not ready`,
  measured: missing.length,
  allowed: missingMax,
  unit: 'count',
})
