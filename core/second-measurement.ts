import { mergeOutcomes, type FindingOutcome } from './outcome.js'
import type { RequirementId } from './requirement.js'

/** What stands behind the id of a scenario that is exercised a second time. No scenario is called so itself, see `requireSoundSuites`. */
const suffix = '--again' as const

/** Id of the second measurement of a scenario, in a run and in what is kept of it. */
export const secondIdOf = <T extends string>(scenario: T): `${T}${typeof suffix}` => `${scenario}${suffix}`

/** Id of the scenario that a second measurement is of; undefined for a first one. */
export const firstIdOf = (scenario: string): string | undefined => (scenario.endsWith(suffix) ? scenario.slice(0, -suffix.length) : undefined)

/** One answer of one check, and the scenario in whose history it was found. */
export interface AnswerOfCheck {
  readonly requirement: RequirementId
  readonly check: string
  readonly scenario: string
  readonly finding: { readonly outcome: FindingOutcome }
}

/**
 * Those that a second measurement stands in for: what was left undecided the first time, and nothing else. What failed once has failed, however
 * often it passes afterwards.
 */
export function supersededAmong<T extends AnswerOfCheck>(answers: readonly T[]): ReadonlySet<T> {
  const keyOf = (scenario: string, { check, requirement }: AnswerOfCheck): string => `${scenario} ${check} ${requirement}`
  const second = new Set(answers.flatMap((one) => (firstIdOf(one.scenario) === undefined ? [] : [keyOf(firstIdOf(one.scenario) ?? '', one)])))
  return new Set(answers.filter((one) => one.finding.outcome === 'inconclusive' && second.has(keyOf(one.scenario, one))))
}

/** By scenario: the requirements that it left undecided, and that nothing else has decided. */
export function undecidedAmong(answers: readonly AnswerOfCheck[]): ReadonlyMap<string, ReadonlySet<RequirementId>> {
  const found = new Map<string, Set<RequirementId>>()
  for (const { requirement, scenario, finding } of answers) {
    if (finding.outcome !== 'inconclusive') continue
    if (mergeOutcomes(answers.filter((one) => one.requirement === requirement).map((one) => one.finding.outcome)) !== 'inconclusive') continue
    found.set(scenario, (found.get(scenario) ?? new Set()).add(requirement))
  }
  return found
}
