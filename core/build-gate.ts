import type { Outcome } from './outcome.js'
import type { BaselineReport, RequirementReport, RunReport } from './run-report.js'

const isBroken = (outcome: Outcome | null | undefined): boolean => outcome === 'failed' || outcome === 'missing'
const isOpen = (outcome: Outcome): boolean => outcome === 'inconclusive' || outcome === 'error'

/** Passed before, and was seen not to hold now; what a waiver accepts is none. */
export const isRegression = (before: Outcome | null | undefined, after: Outcome | null, waived: boolean): boolean => before === 'passed' && isBroken(after) && !waived

/** What a report keeps of the earlier run that it is held against. */
export const baselineOf = ({ runId, startedAt, requirements }: RunReport): BaselineReport => ({
  runId,
  startedAt,
  outcomes: Object.fromEntries(requirements.map(({ id, outcome }) => [id, outcome])),
})

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

function toleratedByBaseline({ runId, outcomes }: BaselineReport, id: string, outcome: Outcome): string | null {
  const before = Object.hasOwn(outcomes, id) ? outcomes[id] : undefined
  if (isOpen(outcome)) return `no regression against ${runId} was seen`
  if (isRegression(before, outcome, false)) return null
  if (isBroken(before)) return `known: ${before} in ${runId} too`
  return before === undefined ? `new: the checklist of ${runId} did not have it` : `no regression: ${before} in ${runId}`
}
