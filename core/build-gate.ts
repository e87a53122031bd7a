import type { Outcome } from './outcome.js'
import type { BaselineReport, RequirementReport, RunReport } from './run-report.js'

/** Seen not to hold, or not there. */
export const isBroken = (outcome: Outcome | null | undefined): boolean => outcome === 'failed' || outcome === 'missing'
/** Asked and not answered. */
export const isOpen = (outcome: Outcome | null): boolean => outcome === 'inconclusive' || outcome === 'error'

/** Passed before, and was seen not to hold now; what a waiver accepts is none. */
export const isRegression = (before: Outcome | null | undefined, after: Outcome | null, waived: boolean): boolean => before === 'passed' && isBroken(after) && !waived

/** Whether an outcome says that a requirement holds or that it does not. */
export const isJudged = (outcome: Outcome | null | undefined): boolean => outcome === 'passed' || isBroken(outcome)

const ownValue = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined => (record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined)

/** The run that an outcome of a baseline was judged in: an earlier one where the baseline itself left it open. */
export const judgedIn = (baseline: BaselineReport, id: string): string => ownValue(baseline.carried, id) ?? baseline.runId

/**
 * What a report keeps of the earlier run that it is held against: of every requirement the last outcome that was judged. What that run did
 * not judge itself, and what a waiver accepted there, it has from the baseline that it was held against, so that a run in which something
 * could not be seen does not turn a regression into news.
 */
export function baselineOf(report: RunReport): BaselineReport {
  const { runId, startedAt, requirements } = report
  const carried = carriedBy(report)
  const outcomes = { ...Object.fromEntries(requirements.map(({ id, outcome }) => [id, outcome])), ...Object.fromEntries(carried.map(({ id, outcome }) => [id, outcome])) }
  return { runId, startedAt, outcomes, ...(carried.length === 0 ? {} : { carried: Object.fromEntries(carried.map((one) => [one.id, one.runId])) }) }
}

function carriedBy({ baseline, requirements }: RunReport): readonly { readonly id: string; readonly outcome: Outcome; readonly runId: string }[] {
  if (baseline === undefined) return []
  const decided = new Set<string>(requirements.filter(({ outcome, waived }) => isJudged(outcome) && waived === null).map(({ id }) => id))
  return Object.entries(baseline.outcomes)
    .filter(([id, outcome]) => isJudged(outcome) && !decided.has(id))
    .map(([id, outcome]) => ({ id, outcome, runId: judgedIn(baseline, id) }))
}

/**
 * Why a requirement that does not hold, or was not shown to, leaves the exit code alone; null: it stands in its way. One rule for
 * every format that a build is gated on, so that none is red where the command is green. Null too for what passed or was not asked.
 * A SHOULD never decides by itself: a level that lacks too many of them is said by the run as a whole.
 */
export function toleratedBecause({ baseline, requiredLevel }: RunReport, requirement: RequirementReport): string | null {
  const { id, outcome, keyword, level, waived } = requirement
  if (!isBroken(outcome) && !isOpen(outcome)) return null
  if (waived !== null) return `waived until ${waived.until} by ${waived.owner} (${waived.reason})`
  if (baseline !== undefined) return toleratedByBaseline(baseline, id, outcome)
  if (keyword === 'SHOULD') return 'a SHOULD fails no build by itself'
  return requiredLevel !== null && level > requiredLevel ? `level ${level} is above the required level ${requiredLevel}` : null
}

function toleratedByBaseline(baseline: BaselineReport, id: string, outcome: Outcome): string | null {
  const before = ownValue(baseline.outcomes, id)
  const runId = judgedIn(baseline, id)
  if (isOpen(outcome)) return `no regression against ${baseline.runId} was seen`
  if (isRegression(before, outcome, false)) return null
  if (isBroken(before)) return `known: ${before} in ${runId} too`
  return before === undefined ? `new: the checklist of ${runId} did not have it` : `no regression: ${before} in ${runId}`
}
