import type { RequirementId } from '../core/requirement.js'
import type { RequirementReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'

/**
 * A requirement whose ground is missing says nothing: when one that it requires failed or is missing it is inconclusive, whatever its own
 * checks found, so that one broken feature is not counted many times. Its findings stay in the report. It stays failed where nothing that
 * it requires is counted in its place: see `countsInPlaceOf`.
 */
export function blockedByOthers(reports: readonly RequirementReport[], suites: readonly Suite[]): readonly RequirementReport[] {
  const broken = new Map(reports.filter((one) => one.outcome === 'failed' || one.outcome === 'missing').map((one) => [one.id, one]))
  const requires = new Map<RequirementId, readonly RequirementId[]>(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, one.requires ?? []]))
  return reports.map((report) => {
    const judged = report.outcome === 'passed' || report.outcome === 'failed' || report.outcome === 'inconclusive'
    const by = judged ? (requires.get(report.id) ?? []).flatMap((id) => broken.get(id) ?? []) : []
    if (by.length === 0 || (report.outcome === 'failed' && !by.some((ground) => countsInPlaceOf(ground, report)))) return report
    const reason = by.map(({ id, outcome }) => `${id} is ${outcome}`).join(', ')
    return { ...report, outcome: 'inconclusive', waived: null, strength: null, grade: null, summary: `blocked: ${reason} (own finding: ${report.outcome}, ${report.summary})` }
  })
}

/** Whether the ground fails every build that the failure itself would: one that is waived, only a SHOULD for a MUST, or of a higher level would hide it. */
const countsInPlaceOf = (ground: RequirementReport, failure: RequirementReport): boolean =>
  ground.waived === null && (ground.keyword === 'MUST' || failure.keyword === 'SHOULD') && ground.level <= failure.level
