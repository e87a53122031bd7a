import type { Scenario, Suite } from '../core/scenario.js'
import { firstIdOf, secondIdOf, undecidedAmong } from '../core/second-measurement.js'
import type { JudgedScenario } from './judge-scenario.js'
import type { PlannedScenario } from './plan.js'

export interface FirstMeasurement {
  readonly judged: readonly JudgedScenario<PlannedScenario>[]
  /** Those that shared the machine with another one. */
  readonly besideOthers: ReadonlySet<PlannedScenario>
  readonly tookMs: number
}
export interface SecondMeasurements {
  readonly scenarios: readonly PlannedScenario[]
  /** Why what was left undecided is not measured again, where that has a reason worth saying. */
  readonly instead?: string
}

/** With more than this many, and more than half of all, it is not what ran beside them that keeps them from being decided. */
const alwaysMax = 3
/** One after the other takes longer than side by side, and nobody has planned for it. That a run was quick because the machine was idle must not take anything away from it. */
const alwaysMsMax = 150_000

/**
 * The scenarios that are worth a second measurement, alone: those that shared the machine with others, got to their end from a healthy baseline and
 * left something undecided all the same. With the machine to themselves a sound service may well be told apart from a broken one. They do the
 * very same again, whatever it is that was undecided; only the checks that left it so are asked.
 */
export function secondMeasurements({ judged, besideOthers, tookMs }: FirstMeasurement): SecondMeasurements {
  const undecided = undecidedAmong(judged.flatMap((one) => one.judgements))
  const scenarios = judged.flatMap(({ planned, isWhole }) => {
    const checks = undecided.get(planned.scenario.id)
    // A service that did not start, or could not be stopped, is no matter of the machine alone: one that does so now and then must not get a second draw.
    return checks === undefined || !besideOthers.has(planned) || !isWhole ? [] : [{ ...planned, scenario: secondOf(planned.scenario, checks) }]
  })
  if (scenarios.length > Math.max(alwaysMax, judged.length / 2)) {
    return { scenarios: [], instead: `${scenarios.length} of ${judged.length} scenarios left something undecided: that is not for what ran beside them, and none is measured a second time` }
  }
  const expectedMs = scenarios.reduce((sum, one) => sum + one.expectedMs, 0)
  if (expectedMs > Math.max(alwaysMsMax, tookMs)) {
    return { scenarios: [], instead: `${scenarios.length} scenarios left something undecided; measuring them again alone would take about ${Math.round(expectedMs / 1_000)} s, longer than all of them together took, so none is` }
  }
  return { scenarios }
}

/** The same scenario under the name of its second measurement, with these of its checks; its title says which of two histories a reader has before him. */
export const secondOf = (scenario: Scenario, checks: ReadonlySet<string>): Scenario => ({
  ...scenario,
  id: secondIdOf(scenario.id),
  title: `${scenario.title} (measured again, alone)`,
  checks: scenario.checks.filter(({ id }) => checks.has(id)),
})

/** The scenario of these suites that ran under this name, of a second measurement with these checks. */
export function scenarioNamed(id: string, { checks, suites }: { readonly checks: readonly string[]; readonly suites: readonly Suite[] }): Scenario | undefined {
  const first = firstIdOf(id)
  const known = suites.flatMap((suite) => suite.scenarios).find((one) => one.id === (first ?? id))
  return known === undefined || first === undefined ? known : secondOf(known, new Set(checks))
}
