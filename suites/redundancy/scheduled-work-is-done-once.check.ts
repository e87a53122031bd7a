import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import { eventsOf, type History } from '../../core/history.js'
import { disturbedHarness, factOf, observationsOf, type Intervention, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { duplicatesIn, leftOutBetween, longestBlindMs, periodsOf, scheduleHistory, seenIn, type ScheduleHistory, type SeenEffect } from './scheduled-effects.js'

/** Every period has one effect, whoever is there, and the loss of the replica that does the work leaves out a few at most. */
export const scheduledWorkIsDoneOnce: Check = {
  id: 'scheduled-work-is-done-once',
  requirement: 'RDND-04',
  evaluate(history, thresholds) {
    const schedule = scheduleHistory(history)
    if (schedule === undefined) return inconclusive('scheduled work was not watched')
    const duplicates = duplicatesIn(schedule.effects)
    const evidence = evidenceOf(schedule, duplicates)
    const allowed = numberThreshold(thresholds, 'duplicates_max')
    if (duplicates.length > allowed) {
      const performers = [...new Set(duplicates.map(({ by }) => by))]
      return failed(`${counted(duplicates.length, 'effect')} beyond the first of a period in ${counted(periodsOf(schedule.effects), 'period')} (allowed ${allowed}), by ${listed(performers)}`, evidence)
    }
    const span = spansOf(schedule)
    if (typeof span === 'string') return inconclusive(span, evidence)
    return judge(history, { schedule, ...span, evidence }, thresholds)
  },
}

interface Spans {
  readonly kill: Intervention
  /** From the first effect that was seen to be new to the last one before the kill. */
  readonly before: Window
  /** From the kill to the release. */
  readonly after: Window
}

function spansOf({ effects, kill, last, releasedAtMs }: ScheduleHistory): Spans | string {
  const first = effects.find((one) => !one.first)
  if (first === undefined) return 'no scheduled effect was seen'
  if (kill === undefined) return 'no replica was killed'
  if (last === undefined) return 'no scheduled effect was seen before the kill'
  if (last.by !== kill.target) return `the last effect before the kill was done by ${last.by}, and ${kill.target} was killed`
  if (kill.witnessedAtMs === undefined) return `the death of ${kill.target} was not witnessed${kill.error === undefined ? '' : `: ${kill.error}`}`
  if (releasedAtMs === undefined) return `the absence of ${kill.target} did not reach its end`
  return { kill, before: { fromMs: first.seenAtMs, toMs: last.seenAtMs }, after: { fromMs: kill.issuedAtMs, toMs: releasedAtMs } }
}

interface Judged extends Spans {
  readonly schedule: ScheduleHistory
  readonly evidence: readonly Evidence[]
}

function judge(history: History, { schedule, kill, before, after, evidence }: Judged, thresholds: ThresholdValues): Finding {
  const { periodMs, effects } = schedule
  const atFirst = seenIn(effects, { fromMs: before.fromMs - 1, toMs: before.toMs })
  const later = seenIn(effects, after)
  const missedBefore = leftOutBetween(atFirst, periodMs)
  const beyond = periodsOf(atFirst) - Math.ceil((before.toMs - before.fromMs) / periodMs) - 2
  // One period at each end may be seen outside.
  const missedAfter = Math.max(0, Math.floor((after.toMs - after.fromMs) / periodMs) - 1 - periodsOf(later))
  const limits = { before: numberThreshold(thresholds, 'missed_before_kill_max'), after: numberThreshold(thresholds, 'missed_after_kill_max') }
  const silentMs = after.toMs - Math.max(after.fromMs, greatestOf(later.map(({ seenAtMs }) => seenAtMs)))
  const faults = [
    ...(beyond > numberThreshold(thresholds, 'duplicates_max') ? [`${counted(periodsOf(atFirst), 'effect')} were seen in ${spanned(before.toMs - before.fromMs)}, with a period of ${spanned(periodMs)}`] : []),
    ...(missedBefore > limits.before ? [`${counted(missedBefore, 'period')} had no effect while all replicas were there (allowed ${limits.before})`] : []),
    ...(missedAfter > limits.after ? [`${counted(missedAfter, 'period')} had no effect after ${kill.target}, which did the work, had been killed (allowed ${limits.after})`] : []),
    ...(silentMs > (limits.after + 1) * periodMs && missedAfter <= limits.after ? [`nothing was done in the last ${spanned(silentMs)} without ${kill.target}`] : []),
  ]
  const whole = { fromMs: before.fromMs, toMs: after.toMs }
  const blind = blindness(schedule, { before, after })
  if (faults.length > 0) {
    if (blind !== undefined) return inconclusive(blind, evidence)
    return disturbedHarness(history, whole, 2 * periodMs) ?? failed(listed(faults), evidence)
  }
  const reasons = [...(blind === undefined ? [] : [blind]), ...missingIn(history, { kill, before, after, periodMs }, thresholds), ...strangers(history, [...atFirst, ...later])]
  if (reasons.length > 0) return inconclusive(listed(reasons), evidence)
  const performers = [...new Set(later.map(({ by }) => by))]
  return passed(
    `each of ${counted(periodsOf(effects), 'period')} had one effect; ${listed(performers)} went on after ${kill.target}, which had done the work, was killed, with ${missedAfter === 0 ? 'none' : missedAfter} left out`,
    evidence,
    { strength: strengthOf(periodsOf(atFirst) + periodsOf(later)) },
  )
}

/** What was done stays in the list, so a gap between readings hides nothing; only at the end it does, or when it is as long as what is looked for. */
function blindness({ readAtMs, periodMs }: ScheduleHistory, { before, after }: Omit<Spans, 'kill'>): string | undefined {
  const atEndMs = after.toMs - Math.max(after.fromMs, greatestOf(readAtMs.filter((atMs) => atMs <= after.toMs)))
  const longestMs = Math.max(longestBlindMs(readAtMs, before), longestBlindMs(readAtMs, after))
  if (atEndMs > 2 * periodMs) return `what was done could not be read for the last ${spanned(atEndMs)}`
  return longestMs > 8 * periodMs ? `what was done could not be read for ${spanned(longestMs)}` : undefined
}

interface Watched extends Spans {
  readonly periodMs: number
}
function missingIn(history: History, { kill, before, after, periodMs }: Watched, thresholds: ThresholdValues): string[] {
  const needed = numberThreshold(thresholds, 'periods')
  const periods = (window: Window): number => Math.round((window.toMs - window.fromMs) / periodMs)
  const restarted = [...eventsOf(history, 'platform')].some((one) => one.name === 'process-started' && one.target === kill.target && one.atMs > (kill.witnessedAtMs ?? 0) && one.atMs < after.toMs)
  const back = observationsOf(history, 'rotation', kill.target).some((one) => one.atMs > after.toMs && (one.value as { readonly inRotation?: boolean }).inRotation === true)
  return [
    ...(periods(before) < needed ? [`only ${periods(before)} of ${counted(needed, 'period')} were watched before the kill`] : []),
    ...(periods(after) < needed ? [`only ${periods(after)} of ${counted(needed, 'period')} were watched after the kill`] : []),
    ...(restarted ? [`${kill.target} was started again before it was released`] : []),
    ...(back ? [] : [`${kill.target} was not seen back in rotation after its release`]),
  ]
}

/** Effects by somebody who is no replica: then nothing tells who does the work. */
function strangers(history: History, effects: readonly SeenEffect[]): string[] {
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  const unknown = [...new Set(effects.map(({ by }) => by).filter((by) => !instances.includes(by)))]
  return unknown.length === 0 ? [] : [`effects were done by ${listed(unknown)}, which ${unknown.length === 1 ? 'is no replica' : 'are no replicas'} of the service`]
}

function evidenceOf({ effects, kill }: ScheduleHistory, duplicates: readonly SeenEffect[]): Evidence[] {
  const by = new Map<string, number>()
  for (const one of effects) by.set(one.by, (by.get(one.by) ?? 0) + 1)
  const later = kill === undefined ? [] : effects.filter(({ first, seenAtMs }) => !first && seenAtMs > kill.issuedAtMs)
  return [
    { note: `effects seen, by ${[...by].map(([name, count]) => `${name} ${count}`).join(', ') || 'nobody'}`, measured: effects.length, unit: 'count' },
    { note: `effects beyond the first of a period${duplicates.length === 0 ? '' : `, for example of ${duplicates[0]?.slot}`}`, measured: duplicates.length, allowed: 0, unit: 'count' },
    ...(kill === undefined ? [] : [{ note: `effects seen after ${kill.target} had been killed`, measured: later.length, unit: 'count' as const }]),
  ]
}
