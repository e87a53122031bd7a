import { toleratedBecause } from '../core/build-gate.js'
import type { RequirementReport, RunReport } from '../core/run-report.js'

/** What a test runner makes of one requirement. */
export interface TestVerdict {
  readonly state: 'pass' | 'fail' | 'skip'
  readonly message: string
}

/**
 * A test that passes was judged and passed, nothing else. What decides nothing in a run (a SHOULD, what is waived, not applicable
 * or could not be run) is skipped with its reason; a MUST that nobody could judge fails, as the run does.
 */
export function testVerdict(report: RunReport, requirement: RequirementReport): TestVerdict {
  const { outcome } = requirement
  const message = `${outcome}: ${requirement.summary}`
  if (outcome === 'passed') return { state: 'pass', message }
  if (outcome === 'skipped' || outcome === 'not-applicable') return { state: 'skip', message }
  const tolerated = toleratedBecause(report, requirement)
  if (tolerated !== null) return { state: 'skip', message: `${tolerated}; ${message}` }
  return { state: 'fail', message: [message, requirement.remediation, requirement.reproduce].filter((line) => line !== '').join('\n') }
}

/** Of the run as a whole. Undefined when it ended well. */
export function runProblem(report: RunReport): string | undefined {
  if (report.exitCode === 0 && report.status === 'complete' && report.restored) return undefined
  const left = report.notRestored.length === 0 ? '' : `; not put back: ${report.notRestored.join(', ')}`
  return `${report.verdict} (exit code ${report.exitCode}, ${report.status}${left})`
}
