import type { RequirementId } from '../core/requirement.js'
import type { RequirementReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'

/**
 * A requirement whose ground is missing says nothing: when one that it requires failed or is missing it is inconclusive, whatever its own
 * checks found, so that one broken feature is not counted many times. Its findings stay in the report.
 */
export function blockedByOthers(reports: readonly RequirementReport[], suites: readonly Suite[]): readonly RequirementReport[] {
  const broken = new Map(reports.filter((one) => one.outcome === 'failed' || one.outcome === 'missing').map((one) => [one.id, one.outcome]))
  const requires = new Map<RequirementId, readonly RequirementId[]>(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, one.requires ?? []]))
  return reports.map((report) => {
    const judged = report.outcome === 'passed' || report.outcome === 'failed' || report.outcome === 'inconclusive'
    const by = judged ? (requires.get(report.id) ?? []).filter((id) => broken.has(id)) : []
    if (by.length === 0) return report
    const reason = by.map((id) => `${id} is ${broken.get(id)}`).join(', ')
    return { ...report, outcome: 'inconclusive', waived: null, strength: null, grade: null, summary: `blocked: ${reason} (own finding: ${report.outcome}, ${report.summary})` }
  })
}
