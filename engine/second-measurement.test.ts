import { expect, test } from 'vitest'
import { inconclusive, passed, type Finding } from '../core/check.js'
import type { RequirementId } from '../core/requirement.js'
import type { JudgedScenario } from './judge-scenario.js'
import type { PlannedScenario } from './plan.js'
import { secondMeasurements } from './second-measurement.js'

const undecided = inconclusive('the harness stalled')
const held = passed('fine')
type Judged = JudgedScenario<PlannedScenario>

/** A scenario with one check for each finding. */
function scenario(number: number, findings: readonly Finding[], { isWhole = true, expectedMs = 1 } = {}): Judged {
  const ids = findings.map((_, index) => `DRAIN-${number * 10 + index + 10}` as RequirementId)
  const checks = ids.map((requirement) => ({ id: `check-of-${requirement}`, requirement }))
  const planned = { scenario: { id: `suite/s${number}`, title: `Scenario ${number}`, checks }, selected: new Set(ids), expectedMs } as unknown as PlannedScenario
  const judgements = checks.map(({ id, requirement }, index) => ({ requirement, check: id, scenario: planned.scenario.id, finding: findings[index] }))
  return { planned, judgements, isWhole } as unknown as Judged
}
const several = (undecidedCount: number, of: number, expectedMs = 1): readonly Judged[] => Array.from({ length: of }, (_, index) => scenario(index, [index < undecidedCount ? undecided : held], { expectedMs }))
const again = (judged: readonly Judged[], { besideOthers = judged.map(({ planned }) => planned), tookMs = 1_000 } = {}) => secondMeasurements({ judged, besideOthers: new Set(besideOthers), tookMs })
const ids = (...given: Parameters<typeof again>): readonly string[] => again(...given).scenarios.map(({ scenario: { id } }) => id)

test('a scenario that left something undecided does all of it again, and only the checks that left it so are asked', () => {
  const [second, ...others] = again([scenario(0, [undecided, held]), scenario(1, [held])]).scenarios
  expect(others).toEqual([])
  expect(second?.scenario).toMatchObject({ id: 'suite/s0--again', title: 'Scenario 0 (measured again, alone)', checks: [{ id: 'check-of-DRAIN-10' }] })
  expect(second?.scenario.checks).toHaveLength(1)
  expect([...(second?.selected ?? [])]).toEqual(['DRAIN-10', 'DRAIN-11'])
})
test('nothing of a scenario that ran alone', () => {
  expect(ids([scenario(0, [undecided])], { besideOthers: [] })).toEqual([])
})
test('nothing of one that was not healthy at first or was cut short: who starts now and then must not get a second draw', () => {
  expect(ids([scenario(0, [undecided], { isWhole: false }), scenario(1, [undecided])])).toEqual(['suite/s1--again'])
})
test('nothing of what too little is declared for, however often it is measured', () => {
  const lasting = inconclusive('2 operations were carried out, needs 3', [], { lasting: true })
  expect(ids([scenario(0, [lasting]), scenario(1, [lasting, undecided])])).toEqual(['suite/s1--again'])
})
test('nothing when most of them left something undecided, and that is said', () => {
  expect(ids(several(3, 3))).toHaveLength(3)
  expect(ids(several(5, 10))).toHaveLength(5)
  expect(again(several(6, 10))).toEqual({ scenarios: [], instead: expect.stringContaining('6 of 10 scenarios') as string })
})
test('nothing when it would take longer than all of them together took, and more than two minutes and a half, and that is said', () => {
  expect(ids(several(2, 10, 75_000))).toHaveLength(2)
  expect(again(several(2, 10, 76_000))).toEqual({ scenarios: [], instead: expect.stringContaining('about 152 s') as string })
  expect(ids(several(2, 10, 76_000), { tookMs: 160_000 })).toHaveLength(2)
})
