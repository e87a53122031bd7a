import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { answeredOf, behavioursOf, changeLabels, isReadable, notShown, planOf, showsAll, type Answered, type ConfigurationPlan, type SeenBehaviour } from './experiment.js'
import { endOf, nothingChanged, trafficAround, unlessDisturbed } from './traffic-around.js'

/** CONF-02: every instance shows each change in time, and no request pays for it. */
export const changesTakeEffectEverywhere: Check = {
  id: 'configuration-changes-take-effect-everywhere',
  requirement: 'CONF-02',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return nothingChanged
    if (plan.unusable !== undefined) return inconclusive(plan.unusable)
    if (plan.settings.length === 0) return inconclusive('no setting that can be seen in behaviour is declared')
    const changes = changeLabels.map((label) => judgeChange(history, plan, { label, thresholds }))
    const broken = changes.find(({ finding }) => finding?.outcome === 'failed') ?? changes.find(({ finding }) => finding !== undefined)
    if (broken?.finding?.outcome === 'failed') return broken.finding
    return judgeTraffic(history, thresholds, { changes, doubt: broken?.finding })
  },
}

interface JudgedChange {
  readonly finding?: Finding
  readonly answered?: Answered
  readonly slowestMs: number
  readonly evidence: readonly Evidence[]
}

function judgeTraffic(history: History, thresholds: ThresholdValues, { changes, doubt }: { readonly changes: readonly JudgedChange[]; readonly doubt: Finding | undefined }): Finding {
  const fromMs = changes[0]?.answered?.startedAtMs
  const toMs = endOf(history, 'changes-ended')
  if (fromMs === undefined || toMs === undefined) return doubt ?? inconclusive('the changes did not reach their end')
  const traffic = trafficAround(history, { fromMs, toMs }, { what: 'around the changes', requestsMin: numberThreshold(thresholds, 'requests_min'), failedRatioMax: numberThreshold(thresholds, 'failed_ratio_max') })
  if (traffic.failure?.outcome === 'failed') return traffic.failure
  if (doubt !== undefined) return doubt
  if (traffic.failure !== undefined) return traffic.failure
  if (traffic.tooLittle !== undefined) return inconclusive(traffic.tooLittle)
  const slowestMs = greatestOf(changes.map((one) => one.slowestMs))
  return passed(`${changes.length} changes were in force on every instance within ${spanned(slowestMs)}, and ${traffic.evidence.note}`, [...changes.flatMap((one) => one.evidence), traffic.evidence], {
    strength: strengthOf(traffic.requests.length),
  })
}

function judgeChange(history: History, plan: ConfigurationPlan, { label, thresholds }: { readonly label: string; readonly thresholds: ThresholdValues }): JudgedChange {
  const answered = answeredOf(history, 'config.apply', label)
  const none = { slowestMs: 0, evidence: [] }
  if (answered === undefined) return { ...none, finding: inconclusive(`the change to configuration ${label} was never made`) }
  const window = { fromMs: answered.startedAtMs, toMs: answered.startedAtMs + answered.tookMs }
  if (!answered.ok) return { ...none, answered, finding: unlessDisturbed(history, window, { finding: failed(`the change to configuration ${label} was not accepted: ${answered.error ?? ''}`) }) }
  const shownBefore = plan.instances.filter((via) => {
    const before = stateBefore(history, via, answered.startedAtMs)
    return before === undefined || showsAll(plan, label, before)
  })
  if (shownBefore.length > 0) return { ...none, answered, finding: inconclusive(`${listed(shownBefore)} was not seen without configuration ${label} before it was applied`) }
  const limitMs = Math.min(plan.effectiveWithinMs, numberThreshold(thresholds, 'effective_within_s') * 1_000)
  const sightings = plan.instances.map((via) => sightingOf(history, plan, { label, via, ackedAtMs: window.toMs, limitMs }))
  const late = sightings.filter((one) => one.problem !== undefined)
  const worst = late.find((one) => one.conclusive) ?? late[0]
  if (worst !== undefined) {
    const finding = worst.conclusive ? failed(`${worst.problem} after a change that was accepted`, [{ note: worst.problem ?? '', measured: late.length, allowed: 0, unit: 'count' }]) : inconclusive(worst.problem ?? '')
    return { ...none, answered, finding: unlessDisturbed(history, { fromMs: window.fromMs, toMs: window.toMs + limitMs }, { finding, limitMs }) }
  }
  const slowestMs = greatestOf(sightings.map((one) => one.tookMs))
  return { answered, slowestMs, evidence: [{ note: `slowest instance to show configuration ${label}`, measured: Math.round(slowestMs), allowed: limitMs, unit: 'ms' }] }
}

/** The last behaviour that was read to its end before this instant, whatever was in force. */
function stateBefore(history: History, via: string, beforeMs: number): SeenBehaviour | undefined {
  return ['found', ...changeLabels, 'restored', 'before B once more'].flatMap((label) => behavioursOf(history, label, via)).filter((one) => one.atMs <= beforeMs && isReadable(one)).sort((a, b) => a.atMs - b.atMs).at(-1)
}

interface Sighting {
  readonly tookMs: number
  readonly problem?: string
  readonly conclusive: boolean
}

/** When an instance showed all of a change for good. */
function sightingOf(history: History, plan: ConfigurationPlan, { label, via, ackedAtMs, limitMs }: { readonly label: string; readonly via: string; readonly ackedAtMs: number; readonly limitMs: number }): Sighting {
  const seen = behavioursOf(history, label, via)
  const first = seen.find((one) => showsAll(plan, label, one))
  const last = seen.at(-1)
  if (last === undefined) return { tookMs: 0, conclusive: false, problem: `${via} was not looked at after the change to ${label}` }
  const tookMs = Math.max(0, (first ?? last).atMs - ackedAtMs)
  if (first === undefined) {
    return { tookMs, conclusive: last.sentAtMs - ackedAtMs >= 0.9 * limitMs && isReadable(last), problem: `${via} did not show ${notShown(plan, label, last).join(', ')} of configuration ${label} within ${spanned(tookMs)}` }
  }
  if (tookMs > limitMs) return { tookMs, conclusive: true, problem: `${via} showed configuration ${label} only after ${spanned(tookMs)}, allowed are ${spanned(limitMs)}` }
  const relapse = seen.find((one) => one.sentAtMs > first.atMs && isReadable(one) && !showsAll(plan, label, one))
  if (relapse !== undefined) return { tookMs, conclusive: true, problem: `${via} showed configuration ${label} and then no more (${notShown(plan, label, relapse).join(', ')})` }
  return { tookMs, conclusive: true }
}
