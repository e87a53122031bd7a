import type { PlannedScenario } from './plan.js'

/** How many lanes a scenario takes. */
export const widthOf = ({ scenario }: PlannedScenario): number => scenario.lanes ?? 1

/**
 * The widest first: later, lanes would stand empty until enough of them are free. Then the longest, so that lanes end together. Equal ones change
 * places with `random`. (Each scenario has a deployment of its own, so that none leaves anything for the next.)
 */
export function inOrderOfStart(scenarios: readonly PlannedScenario[], random: () => number): readonly PlannedScenario[] {
  return scenarios
    .map((planned) => ({ planned, at: random() }))
    .sort((a, b) => widthOf(b.planned) - widthOf(a.planned) || b.planned.expectedMs - a.planned.expectedMs || a.at - b.at)
    .map(({ planned }) => planned)
}

/** How long all of them take if each takes what is expected of it, in so many lanes that are never empty. */
export const expectedMsOf = (scenarios: readonly PlannedScenario[], lanes: number): number =>
  Math.max(
    scenarios.reduce((longest, { expectedMs }) => Math.max(longest, expectedMs), 0),
    scenarios.reduce((sum, one) => sum + one.expectedMs * Math.min(widthOf(one), lanes), 0) / lanes,
  )
