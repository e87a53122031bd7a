import type { Check } from './check.js'
import { SeaworthyError } from './errors.js'
import type { RequirementId } from './requirement.js'
import type { Suite } from './scenario.js'

/**
 * A suite that could report success without testing does not load: every scenario has a check, every check answers for a
 * known requirement, every requirement is answered for, and every one has a defect that shows its check can fail. A
 * requirement may be answered for by a scenario of another suite, where one experiment serves both, but by no more than
 * one suite: nobody should have to look in two places for what judged it. What a requirement stands on exists, and is not itself. Throws SW_SUITE_INVALID with all that is wrong.
 */
export function requireSoundSuites(suites: readonly Suite[]): void {
  const problems = suites.flatMap((suite) => problemsOf(suite, suites))
  const ids = suites.flatMap((suite) => suite.requirements.map((one) => one.id))
  problems.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `requirement ${id} is there twice`), ...groundProblems(suites))
  if (problems.length === 0) return
  throw new SeaworthyError('SW_SUITE_INVALID', `while loading the suites: ${problems.join('; ')}`)
}

/** Two that stand on each other would both be blocked when both fail, and nothing would be failed. */
function groundProblems(suites: readonly Suite[]): string[] {
  const grounds = new Map<RequirementId, readonly RequirementId[]>(suites.flatMap((suite) => suite.requirements).map((one) => [one.id, one.requires ?? []]))
  return [...grounds].flatMap(([id, requires]) => [
    ...requires.filter((ground) => !grounds.has(ground)).map((ground) => `${id} requires ${ground}, which no suite has`),
    ...(allBelow(requires, grounds).has(id) ? [`${id} requires itself, by way of ${requires.join(', ')}`] : []),
  ])
}

function allBelow(requires: readonly RequirementId[], grounds: ReadonlyMap<RequirementId, readonly RequirementId[]>): ReadonlySet<RequirementId> {
  const found = new Set(requires)
  for (const ground of found) for (const next of grounds.get(ground) ?? []) found.add(next)
  return found
}

const scenarioForm = /^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/
const checksOf = (suite: Suite): readonly Check[] => suite.scenarios.flatMap((scenario) => scenario.checks)

function problemsOf(suite: Suite, suites: readonly Suite[]): string[] {
  const known = new Set(suites.flatMap((one) => one.requirements.map(({ id }) => id)))
  const judges = (id: RequirementId): readonly Suite[] => suites.filter((one) => checksOf(one).some((check) => check.requirement === id))
  return [
    ...suite.scenarios.filter((scenario) => scenario.checks.length === 0).map((scenario) => `scenario ${scenario.id} has no check`),
    ...suite.scenarios.filter((scenario) => !scenario.id.startsWith(`${suite.id}/`)).map((scenario) => `scenario ${scenario.id} is not named after its suite ${suite.id}`),
    // It names a folder of the run.
    ...suite.scenarios.filter((scenario) => !scenarioForm.test(scenario.id)).map((scenario) => `scenario ${JSON.stringify(scenario.id)}: expected an id such as ${suite.id}/orders-are-kept`),
    ...checksOf(suite).filter((check) => !known.has(check.requirement)).map((check) => `check ${check.id} answers for ${check.requirement}, which no suite has`),
    ...suite.requirements.filter((one) => judges(one.id).length === 0).map((one) => `no check answers for ${one.id}`),
    ...suite.requirements.filter((one) => judges(one.id).length > 1).map((one) => `${one.id} is answered for in several suites: ${judges(one.id).map(({ id }) => id).join(', ')}`),
    // A suite of the user's own shows it by counterexamples, see own-suite.ts: defects are of the reference service.
    ...suite.requirements.filter((one) => one.defects.length === 0 && !('counterexamples' in suite)).map((one) => `no defect shows that the check of ${one.id} can fail`),
  ]
}
