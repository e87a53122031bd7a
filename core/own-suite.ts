import type { HistoryEvent } from './history.js'
import { historyOf } from './history.js'
import { messageOf, SeaworthyError } from './errors.js'
import { thresholdValues, type AbsenceRule, type Capability, type Keyword, type Level, type Requirement, type RequirementId, type SafetyClass } from './requirement.js'
import type { Suite } from './scenario.js'
import { requireSoundSuites } from './suite-rules.js'

/** A suite of the user's own, listed as `suites` in the descriptor: what its module exports by default. */
export interface OwnSuite extends Suite {
  /**
   * For each requirement a short history in which it is violated. The suite does not load unless its checks find that out:
   * a check that was never seen to fail says nothing when it passes.
   */
  readonly counterexamples: Readonly<Record<RequirementId, readonly HistoryEvent[]>>
}

/** What an author must say of a requirement; the rest of the card is optional. */
export interface OwnRequirement extends Partial<Omit<Requirement, 'defects' | 'mustNotFire' | 'mayFire'>> {
  readonly id: RequirementId // 'X-ORDERS-01'
  readonly area: string // 'X-ORDERS'
  readonly title: string
  readonly keyword: Keyword
  readonly level: Level
  readonly safety: SafetyClass
  readonly statement: string
  readonly why: string
  readonly passCriterion: string
  readonly remediation: string
  readonly needs?: readonly Capability[]
  readonly absence?: AbsenceRule
}

/** The whole card: what was left out is empty, the weight is 1, and its absence can be justified. */
export const defineRequirement = (requirement: OwnRequirement): Requirement => ({
  weight: 1,
  source: [],
  needs: [],
  absence: { rule: 'na-justified' },
  procedure: [],
  thresholds: [],
  inconclusiveIf: [],
  evidence: [],
  ...requirement,
  defects: [],
  mustNotFire: [],
  mayFire: [],
})

/** The suite as it is; for the types. */
export const defineSuite = (suite: OwnSuite): OwnSuite => suite

const suiteForm = /^x-[a-z0-9]+(-[a-z0-9]+)*$/
const areaForm = /^X-[A-Z0-9]{2,12}$/
const requirementForm = /^(X-[A-Z0-9]{2,12})-\d{2}$/

/** Of a user's own, not of the checklist: it decides the exit code like any other and is no part of the score. */
export const isOwnRequirement = (id: string): boolean => id.startsWith('X-')

/**
 * Everything a user's suite must be besides sound: names that no suite of ours has, checks that answer for its own
 * requirements only, and a counterexample for each. Throws SW_SUITE_INVALID with all that is wrong.
 */
export function requireOwnSuites(own: readonly OwnSuite[], ours: readonly Suite[]): void {
  const ids = own.map(({ id }) => id)
  const problems = [...own.flatMap(problemsOf), ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `suite ${id} is there twice`)]
  if (problems.length > 0) throw new SeaworthyError('SW_SUITE_INVALID', `while loading your own suites: ${problems.join('; ')}`, { hint: 'docs/writing-a-suite.md has a suite to begin with.' })
  requireSoundSuites([...ours, ...own])
}

function problemsOf(suite: OwnSuite): readonly string[] {
  const areas = suite.areas.map(({ id }) => id)
  const requirements = suite.requirements.map(({ id }) => id)
  const checks = suite.scenarios.flatMap((scenario) => scenario.checks)
  return [
    ...(suiteForm.test(suite.id) ? [] : [`suite ${suite.id}: expected a name such as x-orders`]),
    ...areas.filter((id) => !areaForm.test(id)).map((id) => `area ${id}: expected a name such as X-ORDERS`),
    ...requirements.filter((id) => !requirementForm.test(id)).map((id) => `requirement ${id}: expected an id such as X-ORDERS-01`),
    ...suite.requirements.filter(({ id, area }) => requirementForm.exec(id)?.[1] !== area || !areas.includes(area)).map(({ id, area }) => `requirement ${id} is of the area ${area}, expected its own prefix, as one of the areas of ${suite.id}`),
    ...(requirements.length === 0 ? [`suite ${suite.id} has no requirement`] : []),
    ...checks.filter(({ requirement }) => !requirements.includes(requirement)).map(({ id, requirement }) => `check ${id} answers for ${requirement}, which is not a requirement of ${suite.id}`),
    ...requirements.flatMap((id) => unshown(suite, id)),
  ]
}

/** Why it is not shown that the requirement can fail. */
function unshown(suite: OwnSuite, id: RequirementId): readonly string[] {
  const requirement = suite.requirements.find((one) => one.id === id)
  const events = suite.counterexamples[id]
  if (requirement === undefined || events === undefined || events.length === 0) return [`${id} has no counterexample: a history in which it is violated`]
  const checks = suite.scenarios.flatMap((scenario) => scenario.checks).filter((check) => check.requirement === id)
  const answers = checks.map((check) => outcomeOf(() => check.evaluate(historyOf(events), thresholdValues(requirement, 'standard')).outcome))
  return answers.includes('failed') ? [] : [`no check fails on the counterexample of ${id} (found ${answers.join(', ') || 'no check'})`]
}

function outcomeOf(evaluate: () => string): string {
  try {
    return evaluate()
  } catch (thrown) {
    return `an error: ${messageOf(thrown)}`
  }
}

