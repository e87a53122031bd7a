import { expect, test } from 'vitest'
import { failed, inconclusive, passed, type Finding } from '../core/check.js'
import type { RequirementId } from '../core/requirement.js'
import type { JudgedScenario } from './judge-scenario.js'
import type { Plan, PlannedScenario } from './plan.js'
import { secondMeasurements } from './second-measurement.js'

const undecided = inconclusive('the harness stalled')
const requires: Readonly<Record<string, readonly RequirementId[]>> = { 'DRAIN-02': ['DRAIN-01'], 'START-02': ['MONI-02'] }

/** Scenarios with the findings of each, by requirement. */
function measured(...found: Readonly<Record<string, Finding>>[]): { readonly plan: Plan; readonly judged: readonly JudgedScenario<PlannedScenario>[]; readonly planned: ReadonlySet<PlannedScenario> } {
  const judged = found.map((findings, index) => {
    const ids = Object.keys(findings) as RequirementId[]
    const planned = { scenario: { id: `suite/s${index}`, title: `Scenario ${index}` }, suite: { requirements: ids.map((id) => ({ id, requires: requires[id] })) }, selected: new Set(ids), expectedMs: 1 } as unknown as PlannedScenario
    return { planned, judgements: ids.map((requirement) => ({ requirement, check: 'check', scenario: planned.scenario.id, finding: findings[requirement] })) } as unknown as JudgedScenario<PlannedScenario>
  })
  return { plan: { settled: new Map([['MONI-02', { outcome: 'missing', reason: '' }]]), scenarios: judged.map(({ planned }) => planned) }, judged, planned: new Set(judged.map(({ planned }) => planned)) }
}
const chosen = ({ plan, judged, planned }: ReturnType<typeof measured>, besideOthers = planned) =>
  secondMeasurements(plan, judged, besideOthers).scenarios.map(({ scenario, selected }) => [scenario.id, scenario.title, ...selected])

test('only what was undecided is asked again, of the scenarios that left it undecided', () => {
  expect(chosen(measured({ 'DRAIN-03': undecided, 'DRAIN-04': passed('fine') }, { 'DRAIN-05': passed('fine') }))).toEqual([['suite/s0--again', 'Scenario 0 (measured again, alone)', 'DRAIN-03']])
})
test('nothing of a scenario that ran alone', () => {
  expect(chosen(measured({ 'DRAIN-03': undecided }), new Set())).toEqual([])
})
test('nothing that stands on what failed or is missing: it would stay undecided', () => {
  expect(chosen(measured({ 'DRAIN-01': failed('lost'), 'DRAIN-02': undecided }, { 'START-02': undecided }))).toEqual([])
  expect(chosen(measured({ 'DRAIN-01': passed('fine'), 'DRAIN-02': undecided }))).toHaveLength(1)
})
test('nothing when most of them left something undecided, and that is said', () => {
  const most = (undecidedCount: number, of: number) => measured(...Array.from({ length: of }, (_, index) => ({ [`DRAIN-${index + 10}`]: index < undecidedCount ? undecided : passed('fine') })))
  expect(chosen(most(3, 3))).toHaveLength(3)
  expect(chosen(most(5, 10))).toHaveLength(5)
  const { plan, judged, planned } = most(6, 10)
  expect(secondMeasurements(plan, judged, planned)).toEqual({ scenarios: [], instead: expect.stringContaining('6 of 10 scenarios') as string })
})
