import { inconclusive, type Check, type Finding } from '../core/check.js'
import { messageOf, SeaworthyError } from '../core/errors.js'
import { formProblemOf } from '../core/finding-form.js'
import { eventsOf, type GateEvent, type History, type IncompleteEvent } from '../core/history.js'
import { withoutWaits } from '../core/processor-waits.js'
import type { RequirementId, ThresholdValues } from '../core/requirement.js'

export interface Judgement {
  readonly requirement: RequirementId
  readonly check: string
  readonly finding: Finding
}

/**
 * Judges one history. Assumptions come first: with a baseline that was not healthy nothing can be said, and an exercise
 * that did not reach its end can fail but never pass. A check that throws gives `error`, never a verdict.
 * Throws only SeaworthyError of an unreadable history.
 */
export function judge(history: History, checks: readonly Check[], thresholds: (requirement: RequirementId) => ThresholdValues): readonly Judgement[] {
  const fitness = fitnessOf(history)
  const calm = withoutWaits(history)
  return checks.map((check) => ({
    requirement: check.requirement,
    check: check.id,
    finding: fitness.baseline ?? tempered(inDoubt(check, { history, calm }, thresholds(check.requirement)), fitness.incomplete),
  }))
}

interface Fitness {
  readonly baseline: Finding | undefined
  readonly incomplete: IncompleteEvent | undefined
}

/** What we broke, or what was cut off, weighs more than a fault that could not be made: after it not even a failure can be believed. */
const seriousness: Readonly<Record<IncompleteEvent['cause'], number>> = { intervention: 0, deadline: 0, interrupted: 1, harness: 2 }

function fitnessOf(history: History): Fitness {
  let baseline: GateEvent | undefined
  let incomplete: IncompleteEvent | undefined
  for (const event of eventsOf(history, 'gate')) if (event.name === 'baseline') baseline = event
  for (const event of eventsOf(history, 'incomplete')) if (incomplete === undefined || seriousness[event.cause] > seriousness[incomplete.cause]) incomplete = event
  if (baseline !== undefined && !baseline.passed) return { baseline: inconclusive(`baseline not healthy: ${baseline.reason ?? 'unknown'}`), incomplete }
  if (baseline === undefined && incomplete?.cause === 'harness') return { baseline: broken(incomplete), incomplete }
  if (baseline === undefined) {
    return { baseline: inconclusive(incomplete === undefined ? 'the baseline was never checked' : `the baseline was never reached: ${incomplete.reason}`), incomplete }
  }
  return { baseline: undefined, incomplete }
}

/**
 * That a replica waited for a processor is asked only where a check would fail otherwise, and makes that inconclusive at best, or a failure of what it does not excuse: who
 * holds what is asked of it while it starves, holds it.
 */
function inDoubt(check: Check, { history, calm }: { readonly history: History; readonly calm: History }, thresholds: ThresholdValues): Finding {
  const finding = evaluate(check, calm, thresholds)
  if (finding.outcome !== 'failed' || calm === history) return finding
  const doubt = evaluate(check, history, thresholds)
  return doubt.outcome === 'inconclusive' || doubt.outcome === 'failed' ? doubt : finding
}

function evaluate(check: Check, history: History, thresholds: ThresholdValues): Finding {
  try {
    return held(check, check.evaluate(history, thresholds))
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) throw thrown
    return { outcome: 'error', summary: `the check ${check.id} broke: ${messageOf(thrown)}`, evidence: [] }
  }
}

/** An answer that is no finding is an error of that check; one that passed on nothing has not passed. */
function held(check: Check, answer: Finding): Finding {
  const problem = formProblemOf(answer)
  if (problem !== undefined) return { outcome: 'error', summary: `the check ${check.id} answered with ${problem}`, evidence: [] }
  if (answer.outcome !== 'passed' || answer.strength?.n !== 0) return answer
  return inconclusive(`nothing was observed: ${answer.summary}`, answer.evidence, { strength: answer.strength })
}

const broken = (incomplete: IncompleteEvent): Finding => ({ outcome: 'error', summary: `the harness broke: ${incomplete.reason}`, evidence: [] })

/**
 * What remains of a finding when the exercise was cut short. `failed` stays, since one valid witness is enough, unless the
 * harness itself broke or the user stopped it: then "did not come back" may only mean that nobody waited.
 */
function tempered(finding: Finding, incomplete: IncompleteEvent | undefined): Finding {
  if (incomplete === undefined) return finding
  if (incomplete.cause === 'harness') return broken(incomplete)
  if (finding.outcome === 'error') return finding
  if (finding.outcome === 'failed' && incomplete.cause !== 'interrupted') return finding
  return { ...finding, outcome: 'inconclusive', summary: `the exercise did not reach its end: ${incomplete.reason}` }
}

/** Whether the service was healthy at first and the exercise got to its end: then what is undecided is not so for want of either. */
export function isWhole(history: History): boolean {
  const { baseline, incomplete } = fitnessOf(history)
  return baseline === undefined && incomplete === undefined
}

/** Why a scenario was cut short, for the report. */
export function incompleteReason(history: History): string | null {
  for (const event of eventsOf(history, 'incomplete')) return event.reason
  return null
}
