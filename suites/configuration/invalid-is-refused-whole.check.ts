import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { interventionsOf, observationsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { answeredOf, behavioursOf, changeLabels, isReadable, notShown, parsedArchive, planOf, refusalLabels, showsAll, type ConfigurationPlan, type SeenBehaviour } from './experiment.js'
import { differingPaths } from './paths.js'
import { endOf, nothingChanged, trafficAround, unlessDisturbed } from './traffic-around.js'

type RefusalLabel = (typeof refusalLabels)[number]
const what: Readonly<Record<RefusalLabel, string>> = { syntax: 'a text that no parser reads', type: 'a value of a wrong type', half: 'valid changes with one invalid value among them' }

/** CONF-08: what is invalid is refused, changes nothing, and does not wait for the next start to do harm. */
export const invalidIsRefusedWhole: Check = {
  id: 'invalid-configuration-is-refused-whole',
  requirement: 'CONF-08',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return nothingChanged
    if (plan.unusable !== undefined) return inconclusive(plan.unusable)
    if (plan.settings.length === 0) return inconclusive('no setting that can be seen in behaviour is declared')
    if (answeredOf(history, 'config.apply', 'B once more')?.ok !== true || !plan.instances.every((via) => behavioursOf(history, 'B once more', via).some((one) => showsAll(plan, 'B once more', one)))) {
      return inconclusive('a valid configuration was not seen to be accepted and to take effect on every instance before invalid ones were given')
    }
    const attempts = refusalLabels.map((label) => judgeAttempt(history, plan, { label, thresholds }))
    const arms = [...attempts, judgeTraffic(history, thresholds), judgeRestart(history, plan, thresholds)]
    const worst = arms.find((one) => one.outcome === 'failed') ?? arms.find((one) => one.outcome !== 'passed')
    if (worst !== undefined) return worst
    const [traffic, restart] = arms.slice(attempts.length)
    return passed(`${counted(attempts.length, 'invalid configuration')} were refused and changed nothing on any instance; ${traffic?.summary}; ${restart?.summary}`, arms.flatMap((one) => one.evidence), traffic?.strength === undefined ? {} : { strength: traffic.strength })
  },
}

function judgeAttempt(history: History, plan: ConfigurationPlan, { label, thresholds }: { readonly label: RefusalLabel; readonly thresholds: ThresholdValues }): Finding {
  const answered = answeredOf(history, 'config.apply', label)
  if (answered === undefined) return inconclusive(`${what[label]} was not given: no invalid value is declared, or the experiment was cut`)
  const looks = plan.instances.flatMap((via) => behavioursOf(history, label, via))
  const endMs = answered.startedAtMs + answered.tookMs
  const window: Window = { fromMs: answered.startedAtMs, toMs: Math.max(endMs, greatestOf(looks.map((one) => one.atMs))) }
  const limitMs = numberThreshold(thresholds, 'reject_within_s') * 1_000
  const evidence: Evidence = { note: `${what[label]}: ${answered.error ?? 'accepted'}`, measured: Math.round(answered.tookMs), allowed: limitMs, unit: 'ms' }
  const broken = (summary: string): Finding => failed(summary, [evidence])
  if (answered.ok) return failed(`${what[label]} was accepted`, [evidence])
  const changed = looks.find((one) => isReadable(one) && !showsAll(plan, label, one))
  if (changed !== undefined) return broken(`${what[label]} was refused, and yet ${changed.via} changed: ${notShown(plan, label, changed).join(', ')}`)
  const reborn = looks.find((one) => {
    const [before, now] = [bootOf(behavioursOf(history, 'B once more', one.via).at(-1)), bootOf(one)]
    return before !== undefined && now !== undefined && before !== now
  })
  if (reborn !== undefined) return broken(`${reborn.via} was restarted when ${what[label]} was given`)
  const difference = archiveDifference(history, plan, label)
  if (difference !== undefined) return difference.length > 0 ? broken(`${what[label]} was refused, and yet the archive differs in ${listed(difference)}`) : finished()
  return inconclusive(`no archive was taken after ${what[label]} had been refused`)

  function finished(): Finding {
    if (answered?.status === undefined && answered?.exitCode === undefined) return unlessDisturbed(history, window, { finding: broken(`${what[label]} was given and not answered: ${answered?.error ?? ''}`) })
    if (answered.tookMs > limitMs) return unlessDisturbed(history, window, { finding: broken(`${what[label]} was refused only after ${spanned(answered.tookMs)}, allowed are ${spanned(limitMs)}`), limitMs })
    // What is applied all the same would show as late as a valid change does.
    const watchMs = Math.max(0.5 * numberThreshold(thresholds, 'watch_s') * 1_000, slowestChangeMs(history, plan))
    const unseen = plan.instances.filter((via) => !looks.some((one) => one.via === via && isReadable(one) && one.sentAtMs - endMs >= watchMs))
    if (unseen.length > 0) return inconclusive(`${listed(unseen)} was not watched for long enough after ${what[label]} had been refused`)
    return passed('refused', [evidence])
  }
}

/** How long after its acknowledgement the slowest valid change was seen on every instance, as far as it was. */
function slowestChangeMs(history: History, plan: ConfigurationPlan): number {
  const tookMs = changeLabels.flatMap((label) => {
    const answered = answeredOf(history, 'config.apply', label)
    if (answered === undefined) return []
    return plan.instances.map((via) => (behavioursOf(history, label, via).find((one) => showsAll(plan, label, one))?.sentAtMs ?? 0) - answered.startedAtMs - answered.tookMs)
  })
  return Math.max(0, greatestOf(tookMs))
}

/** Paths in which the archive after an attempt differs from the one before all attempts; undefined without both. */
function archiveDifference(history: History, plan: ConfigurationPlan, label: string): string[] | undefined {
  const [before, after] = [parsedArchive(history, plan, 'B once more'), parsedArchive(history, plan, label)]
  if ('problem' in before || 'problem' in after) return undefined
  const [a, again] = [parsedArchive(history, plan, 'A'), parsedArchive(history, plan, 'A once more')]
  const noise = 'problem' in a || 'problem' in again ? [] : differingPaths(a.parsed, again.parsed)
  return differingPaths(before.parsed, after.parsed, [...plan.volatile, ...noise])
}

function judgeTraffic(history: History, thresholds: ThresholdValues): Finding {
  const fromMs = answeredOf(history, 'config.apply', refusalLabels[0])?.startedAtMs
  const toMs = endOf(history, 'refusals-ended')
  if (fromMs === undefined || toMs === undefined) return inconclusive('the refusals did not reach their end')
  const traffic = trafficAround(history, { fromMs, toMs }, { what: 'around the refusals', requestsMin: numberThreshold(thresholds, 'requests_min'), failedRatioMax: 0 })
  if (traffic.failure !== undefined) return traffic.failure
  return traffic.tooLittle === undefined ? passed(traffic.evidence.note, [traffic.evidence], { strength: strengthOf(traffic.requests.length) }) : inconclusive(traffic.tooLittle)
}

/** A start after the refusals: from what was stored, not from what was in memory. */
function judgeRestart(history: History, plan: ConfigurationPlan, thresholds: ThresholdValues): Finding {
  const event = observationsOf(history, 'restarted').at(-1)
  if (event === undefined) return inconclusive('no instance was restarted after the refusals')
  const { target } = event
  const { ready, tookMs } = event.value as { readonly ready: boolean; readonly tookMs: number }
  const started = interventionsOf(history, 'start', 'restart').at(-1)
  const limitMs = numberThreshold(thresholds, 'restart_ready_within_s') * 1_000
  const evidence: Evidence[] = [{ note: `${target}: time until ready after its restart`, measured: tookMs, allowed: limitMs, unit: 'ms' }]
  const window = { fromMs: event.atMs - tookMs, toMs: event.atMs }
  if (started?.witnessedAtMs === undefined) return inconclusive(`the start of ${target} was not witnessed`)
  if (!ready || tookMs > limitMs) return unlessDisturbed(history, window, { finding: failed(`after the refusals ${target} was restarted and not ready within ${spanned(Math.min(tookMs, limitMs))}`, evidence), limitMs: Math.min(tookMs, limitMs) })
  const looks = behavioursOf(history, 'restarted', target)
  const last = looks.at(-1)
  if (last === undefined || !isReadable(last)) return inconclusive(`${target} was not looked at after its restart`)
  const bootBefore = bootOf(behavioursOf(history, 'B once more', target).at(-1))
  if (bootBefore !== undefined && bootBefore === bootOf(last)) return inconclusive(`${target} has the same boot id after its restart`)
  const watchedMs = last.sentAtMs - event.atMs
  const shown = looks.some((one) => showsAll(plan, 'restarted', one))
  if (!shown && watchedMs < 0.9 * plan.effectiveWithinMs) return inconclusive(`${target} was watched for ${spanned(Math.max(0, watchedMs))} after its restart, needs ${spanned(plan.effectiveWithinMs)}`)
  if (!shown) return failed(`after the refusals ${target} was restarted and came back with another configuration: ${notShown(plan, 'restarted', last).join(', ')}`, evidence)
  return passed(`${target} came back from a restart with the old configuration after ${spanned(tookMs)}`, evidence)
}

const bootOf = (seen: SeenBehaviour | undefined): string | undefined => (seen === undefined ? undefined : Object.values(seen.values)[0]?.boot)
