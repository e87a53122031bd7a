import { expect, test } from 'vitest'
import type { Requirement, RequirementId } from '../core/requirement.js'
import type { RequirementReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'
import { blockedByOthers } from './blocked.js'

const suite = (requires: readonly RequirementId[]): Suite => {
  const requirement = { id: 'TEST-02', requires } as unknown as Requirement
  return { id: 'test', title: 'Test', areas: [], requirements: [{ id: 'TEST-01' } as unknown as Requirement, requirement], scenarios: [] }
}
const report = (id: RequirementId, outcome: RequirementReport['outcome']): RequirementReport => ({ id, outcome, summary: 'own summary', waived: null }) as unknown as RequirementReport
const outcomeOf = (first: RequirementReport['outcome'], second: RequirementReport['outcome']) =>
  blockedByOthers([report('TEST-01', first), report('TEST-02', second)], [suite(['TEST-01'])]).find((one) => one.id === 'TEST-02')

test.each(['failed', 'missing'] as const)('what requires a requirement that is %s is inconclusive and says by what it is blocked', (first) => {
  for (const own of ['passed', 'failed'] as const) {
    const found = outcomeOf(first, own)
    expect(found?.outcome).toBe('inconclusive')
    expect(found?.summary).toContain(`TEST-01 is ${first}`)
    expect(found?.summary).toContain('own summary')
  }
})

test.each(['passed', 'inconclusive', 'error', 'skipped', 'not-applicable'] as const)('one that is %s blocks nothing', (first) => {
  expect(outcomeOf(first, 'failed')?.outcome).toBe('failed')
  expect(outcomeOf(first, 'passed')?.outcome).toBe('passed')
})

test.each(['missing', 'error', 'skipped', 'not-applicable'] as const)('what is %s itself stays so', (own) => {
  expect(outcomeOf('failed', own)?.outcome).toBe(own)
})
