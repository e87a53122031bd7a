import { expect, test } from 'vitest'
import type { FindingOutcome } from '../core/outcome.js'
import type { RequirementId } from '../core/requirement.js'
import type { Suite } from '../core/scenario.js'
import { VerdictAnnouncer } from './announce-verdicts.js'
import type { PlannedScenario } from './plan.js'

const planned = (id: string, requirements: readonly RequirementId[]): PlannedScenario =>
  ({ scenario: { id, checks: requirements.map((requirement, index) => ({ id: `${id}-${index}`, requirement })) }, selected: new Set(requirements) }) as unknown as PlannedScenario
const judged = (of: PlannedScenario, outcomes: readonly FindingOutcome[]) => ({
  planned: of,
  judgements: of.scenario.checks.map((check, index) => ({ check: check.id, requirement: check.requirement, scenario: of.scenario.id, finding: { outcome: outcomes[index]!, summary: `${of.scenario.id} ${outcomes[index]!}`, evidence: [] } })),
})
const suites = [{ requirements: [{ id: 'MONI-02', title: 'Health' }, { id: 'DRAIN-01', title: 'Drain' }] }] as unknown as readonly Suite[]

test('a requirement that several scenarios judge is announced once, with the last of them', () => {
  const [first, second] = [planned('a', ['MONI-02', 'DRAIN-01']), planned('b', ['MONI-02'])]
  const announcer = new VerdictAnnouncer(suites, { scenarios: [first, second] })
  expect(announcer.accept(judged(first, ['passed', 'passed'])).map(({ requirement }) => requirement)).toEqual(['DRAIN-01'])
  expect(announcer.accept(judged(second, ['inconclusive']))).toEqual([{ type: 'verdict', scenario: 'b', requirement: 'MONI-02', title: 'Health', outcome: 'inconclusive', summary: 'b inconclusive' }])
})

test('a failure is announced at once, and nothing takes it back', () => {
  const [first, second] = [planned('a', ['MONI-02']), planned('b', ['MONI-02'])]
  const announcer = new VerdictAnnouncer(suites, { scenarios: [first, second] })
  expect(announcer.accept(judged(first, ['failed']))).toMatchObject([{ outcome: 'failed' }])
  expect(announcer.accept(judged(second, ['passed']))).toEqual([])
})

test('several checks of one scenario are one verdict, the worst', () => {
  const only = planned('a', ['DRAIN-01', 'DRAIN-01'])
  expect(new VerdictAnnouncer(suites, { scenarios: [only] }).accept(judged(only, ['passed', 'inconclusive']))).toMatchObject([{ outcome: 'inconclusive', summary: 'a inconclusive' }])
})
