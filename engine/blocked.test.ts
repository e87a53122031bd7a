import { describe, expect, test } from 'vitest'
import type { Requirement, RequirementId } from '../core/requirement.js'
import type { RequirementReport } from '../core/run-report.js'
import type { Suite } from '../core/scenario.js'
import { blockedByOthers } from './blocked.js'

const suite = (requires: readonly RequirementId[]): Suite => {
  const requirement = { id: 'TEST-02', requires } as unknown as Requirement
  return { id: 'test', title: 'Test', areas: [], requirements: [{ id: 'TEST-01' } as unknown as Requirement, requirement], scenarios: [] }
}
const report = (id: RequirementId, outcome: RequirementReport['outcome']): RequirementReport => ({ id, outcome, summary: 'own summary', waived: null, keyword: 'MUST', level: 1 }) as unknown as RequirementReport
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

describe('a failure that nothing else counts for stays one', () => {
  const waived = { reason: 'known', owner: 'me', until: '2031-01-01' }
  const failureOn = (ground: Partial<RequirementReport>, own: Partial<RequirementReport> = {}): RequirementReport | undefined =>
    blockedByOthers([{ ...report('TEST-01', 'failed'), ...ground }, { ...report('TEST-02', 'failed'), ...own }], [suite(['TEST-01'])]).find((one) => one.id === 'TEST-02')

  test.each<readonly [string, Partial<RequirementReport>]>([
    ['a ground that is waived', { waived }],
    ['a ground that is missing and waived', { outcome: 'missing', waived }],
    ['a ground that is only a SHOULD', { keyword: 'SHOULD' }],
    ['a ground of a higher level, which a required level may leave out', { level: 2 }],
  ])('on %s', (_, ground) => {
    expect(failureOn(ground)).toMatchObject({ outcome: 'failed', summary: 'own summary' })
    // What it passed on such a ground still says nothing.
    expect(failureOn(ground, { outcome: 'passed' })).toMatchObject({ outcome: 'inconclusive' })
  })
  test('a SHOULD on a SHOULD is blocked, and its own waiver is kept where it is not', () => {
    expect(failureOn({ keyword: 'SHOULD' }, { keyword: 'SHOULD' })).toMatchObject({ outcome: 'inconclusive' })
    expect(failureOn({ waived }, { waived })).toMatchObject({ outcome: 'failed', waived })
  })
  test('one ground that counts is enough to block', () => {
    const blocked = blockedByOthers([{ ...report('TEST-01', 'failed'), waived }, report('TEST-03', 'missing'), report('TEST-02', 'failed')], [suite(['TEST-01', 'TEST-03'])])
    expect(blocked.find((one) => one.id === 'TEST-02')).toMatchObject({ outcome: 'inconclusive', summary: expect.stringMatching(/^blocked: TEST-01 is failed, TEST-03 is missing/) as string })
  })
})
