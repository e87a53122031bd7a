import { SeaworthyError } from './errors.js'
import type { Suite } from './scenario.js'

/**
 * A suite that could report success without testing does not load: every scenario has a check, every check answers for a
 * requirement of the suite, every requirement is answered for, and every one has a defect that shows its check can fail.
 * Throws SW_SUITE_INVALID with all that is wrong.
 */
export function requireSoundSuites(suites: readonly Suite[]): void {
  const problems = suites.flatMap(problemsOf)
  const ids = suites.flatMap((suite) => suite.requirements.map((one) => one.id))
  problems.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `requirement ${id} is there twice`))
  if (problems.length === 0) return
  throw new SeaworthyError('SW_SUITE_INVALID', `while loading the suites: ${problems.join('; ')}`)
}

function problemsOf(suite: Suite): string[] {
  const known = new Set(suite.requirements.map((one) => one.id))
  const checks = suite.scenarios.flatMap((scenario) => scenario.checks)
  return [
    ...suite.scenarios.filter((scenario) => scenario.checks.length === 0).map((scenario) => `scenario ${scenario.id} has no check`),
    ...suite.scenarios.filter((scenario) => !scenario.id.startsWith(`${suite.id}/`)).map((scenario) => `scenario ${scenario.id} is not named after its suite ${suite.id}`),
    ...checks.filter((check) => !known.has(check.requirement)).map((check) => `check ${check.id} answers for ${check.requirement}, which the suite ${suite.id} does not have`),
    ...suite.requirements.filter((one) => !checks.some((check) => check.requirement === one.id)).map((one) => `no check answers for ${one.id}`),
    ...suite.requirements.filter((one) => one.defects.length === 0).map((one) => `no defect shows that the check of ${one.id} can fail`),
  ]
}
