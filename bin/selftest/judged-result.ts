import type { RequirementReport } from '../../core/run-report.js'
import type { CleanResult, DefectResult } from '../../core/selftest-report.js'
import { requirementsFor, type SelectedDefect } from './defect-selection.js'

export type JudgedRequirement = Pick<RequirementReport, 'id' | 'outcome' | 'summary'>

/** What the verdicts on a run with a defect make of it. */
export function defectResult(selected: SelectedDefect, requirements: readonly JudgedRequirement[], run: Pick<DefectResult, 'run' | 'attempts' | 'durationMs'>): DefectResult {
  const { defect, requirement } = selected
  const only = requirementsFor(selected)
  const judged = requirements.filter((one) => only.has(one.id))
  const failed = judged.filter((one) => one.outcome === 'failed' || one.outcome === 'missing').map((one) => one.id)
  const allowed = new Set<string>([requirement.id, ...(defect.mayFire ?? requirement.mayFire)])
  const detected = judged.some((one) => one.id === requirement.id && one.outcome === 'failed')
  const unexpected = failed.filter((id) => !allowed.has(id))
  const puzzling = judged.filter((one) => (one.id === requirement.id && !detected) || unexpected.includes(one.id))
  return {
    id: defect.id,
    requirement: requirement.id,
    detected,
    failed,
    unexpected,
    reasons: Object.fromEntries(puzzling.map((one) => [one.id, one.summary])),
    outcomes: Object.fromEntries(judged.map((one) => [one.id, one.outcome])),
    ...run,
  }
}

/** Its own requirement came out undecided, or it was found and something failed that should not: neighbours may have caused either. */
export const isDisturbed = ({ detected, requirement, outcomes, unexpected }: DefectResult): boolean =>
  detected ? unexpected.length > 0 : outcomes[requirement] === 'inconclusive' || outcomes[requirement] === 'error'

/**
 * The attempt that was made alone counts. What failed unexpectedly in the first one is refuted only by a pass: it is told then, and otherwise stays unexpected.
 */
export function confirmedBy(alone: DefectResult, first: DefectResult): DefectResult {
  const isRefuted = (id: string): boolean => alone.outcomes[id] === 'passed' || alone.outcomes[id] === 'not-applicable'
  const refuted = first.unexpected.filter(isRefuted)
  const open = first.unexpected.filter((id) => !isRefuted(id) && !alone.unexpected.includes(id))
  const reasonsOf = (ids: readonly string[]): Readonly<Record<string, string>> => Object.fromEntries(ids.map((id) => [id, first.reasons[id] ?? '']))
  return {
    ...alone,
    unexpected: [...alone.unexpected, ...open],
    reasons: { ...alone.reasons, ...reasonsOf(open) },
    ...(refuted.length === 0 ? {} : { unconfirmed: reasonsOf(refuted) }),
    ...(first.unwritten === true ? { unwritten: true } : {}),
  }
}

export function cleanResult(judged: readonly JudgedRequirement[], run: string): CleanResult {
  const others = judged.filter((one) => one.outcome !== 'passed')
  return {
    outcomes: Object.fromEntries(judged.map((one) => [one.id, one.outcome])),
    notPassed: others.map((one) => one.id),
    reasons: Object.fromEntries(others.map((one) => [one.id, one.summary])),
    run,
  }
}

/** Those that were not decided in a run, which a second one may decide. */
export const undecidedOf = (judged: readonly JudgedRequirement[]): readonly JudgedRequirement['id'][] =>
  judged.filter(({ outcome }) => outcome === 'inconclusive' || outcome === 'error').map(({ id }) => id)
