import { mergeOutcomes, type FindingOutcome } from './outcome.js'
import type { RequirementId } from './requirement.js'

/** What stands behind the id of a scenario that is exercised a second time; ids have no two dashes in a row themselves, see `requireSoundSuites`. */
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
  readonly finding: { readonly outcome: FindingOutcome; readonly lasting?: true }
}

const decides = (outcome: FindingOutcome): boolean => outcome === 'passed' || outcome === 'failed' || outcome === 'error'

/**
 * Those that a second measurement stands in for: what was left undecided the first time and is decided now, and nothing else. What failed once
 * has failed, however often it passes afterwards; and what is undecided twice has both reasons.
 */
export function supersededAmong<T extends AnswerOfCheck>(answers: readonly T[]): ReadonlySet<T> {
  const keyOf = (scenario: string, { check, requirement }: AnswerOfCheck): string => `${scenario} ${check} ${requirement}`
  const decided = new Set<string>()
  for (const one of answers) {
    const first = firstIdOf(one.scenario)
    if (first !== undefined && decides(one.finding.outcome)) decided.add(keyOf(first, one))
  }
  return new Set(answers.filter((one) => one.finding.outcome === 'inconclusive' && decided.has(keyOf(one.scenario, one))))
}

/** By scenario: the checks that left a requirement undecided which nothing else has decided, and another measurement may. */
export function undecidedAmong(answers: readonly AnswerOfCheck[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const { requirement, check, scenario, finding } of answers) {
    if (finding.outcome !== 'inconclusive' || finding.lasting === true) continue
    if (mergeOutcomes(answers.filter((one) => one.requirement === requirement).map((one) => one.finding.outcome)) !== 'inconclusive') continue
    found.set(scenario, (found.get(scenario) ?? new Set()).add(check))
  }
  return found
}
