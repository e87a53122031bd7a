import { mergeOutcomes } from '../core/outcome.js'
import type { RequirementId } from '../core/requirement.js'
import type { Scenario } from '../core/scenario.js'
import { secondIdOf, undecidedAmong } from '../core/second-measurement.js'
import type { JudgedScenario } from './judge-scenario.js'
import type { Plan, PlannedScenario } from './plan.js'

export interface SecondMeasurements {
  readonly scenarios: readonly PlannedScenario[]
  /** Why what was left undecided is not measured again, where that has a reason worth saying. */
  readonly instead?: string
}

/** With more than this many, and more than half of all, it is not what ran beside them that keeps them from being decided. */
const alwaysMax = 3

/**
 * The scenarios that are worth a second measurement, alone: those that shared the machine with others and left something undecided. With the
 * machine to themselves the same service may well be told apart from a broken one. Only what was undecided is asked again.
 */
export function secondMeasurements(plan: Plan, judged: readonly JudgedScenario<PlannedScenario>[], besideOthers: ReadonlySet<PlannedScenario>): SecondMeasurements {
  const answers = judged.flatMap((one) => one.judgements)
  const undecided = undecidedAmong(answers)
  const broken = brokenAmong(plan, answers)
  const grounds = new Map(plan.scenarios.flatMap(({ suite }) => suite.requirements).map((one) => [one.id, one.requires ?? []]))
  const scenarios = judged.flatMap(({ planned }) => {
    if (!besideOthers.has(planned)) return []
    // What stands on something broken stays undecided however it is measured.
    const selected = [...(undecided.get(planned.scenario.id) ?? [])].filter((id) => !(grounds.get(id) ?? []).some((ground) => broken.has(ground)))
    return selected.length === 0 ? [] : [{ ...planned, scenario: secondOf(planned.scenario), selected: new Set(selected) }]
  })
  if (scenarios.length <= Math.max(alwaysMax, judged.length / 2)) return { scenarios }
  return { scenarios: [], instead: `${scenarios.length} of ${judged.length} scenarios left something undecided: that is not for what ran beside them, and none is measured a second time` }
}

/** The same scenario under the name of its second measurement; its title says which of two histories a reader has before him. */
export const secondOf = (scenario: Scenario): Scenario => ({ ...scenario, id: secondIdOf(scenario.id), title: `${scenario.title} (measured again, alone)` })

function brokenAmong({ settled }: Plan, answers: readonly JudgedScenario['judgements'][number][]): ReadonlySet<RequirementId> {
  const missing = [...settled].flatMap(([id, { outcome }]) => (outcome === 'missing' ? [id] : []))
  const ids = new Set(answers.map(({ requirement }) => requirement))
  const failed = [...ids].filter((id) => mergeOutcomes(answers.filter((one) => one.requirement === id).map(({ finding }) => finding.outcome)) === 'failed')
  return new Set([...missing, ...failed])
}
