import { describe, expect, test } from 'vitest'
import { outcomes } from '../core/outcome.js'
import type { RequirementReport, RunReport } from '../core/run-report.js'
import { runProblem, testVerdict } from './test-verdict.js'

const requirement = (more: Partial<RequirementReport>): RequirementReport =>
  ({ id: 'START-05', keyword: 'MUST', waived: null, summary: 'as measured', remediation: 'do this', reproduce: 'seaworthy run', ...more }) as RequirementReport
const report = { exitCode: 0, status: 'complete', restored: true, notRestored: [], verdict: 'seaworthy', requiredLevel: null } as unknown as RunReport
const waived = { reason: 'known', owner: 'us', until: '2027-01-01' }

describe('what a test runner makes of a requirement', () => {
  test('only what was judged and passed is a test that passes', () => {
    const passing = outcomes.filter((outcome) => (['MUST', 'SHOULD'] as const).some((keyword) => [null, waived].some((waiver) => testVerdict(report, requirement({ outcome, keyword, waived: waiver })).state === 'pass')))
    expect(passing).toEqual(['passed'])
  })
  test.each(['failed', 'missing', 'inconclusive', 'error'] as const)('a MUST that is %s fails', (outcome) => {
    expect(testVerdict(report, requirement({ outcome }))).toMatchObject({ state: 'fail', message: expect.stringMatching(new RegExp(`^${outcome}: as measured\ndo this\nseaworthy run`)) as string })
  })
  test('what decides nothing is skipped with its reason', () => {
    expect(testVerdict(report, requirement({ outcome: 'failed', keyword: 'SHOULD' }))).toEqual({ state: 'skip', message: 'a SHOULD fails no build by itself; failed: as measured' })
    expect(testVerdict(report, requirement({ outcome: 'failed', waived }))).toMatchObject({ state: 'skip', message: expect.stringContaining('waived until 2027-01-01') as string })
    expect(testVerdict({ ...report, requiredLevel: 1 }, requirement({ outcome: 'failed', level: 2 }))).toMatchObject({ state: 'skip', message: expect.stringContaining('above the required level 1') as string })
    expect(testVerdict({ ...report, requiredLevel: 2 }, requirement({ outcome: 'failed', level: 2 })).state).toBe('fail')
    expect(testVerdict(report, requirement({ outcome: 'skipped' })).state).toBe('skip')
    expect(testVerdict(report, requirement({ outcome: 'not-applicable' })).state).toBe('skip')
  })
})

describe('what a test runner makes of the run', () => {
  test('complete, restored and with exit code 0 it is well', () => {
    expect(runProblem(report)).toBeUndefined()
  })
  test.each<Partial<RunReport>>([{ exitCode: 2 }, { status: 'interrupted' }, { restored: false, notRestored: ['process 7'] }])('%o is a problem', (more) => {
    expect(runProblem({ ...report, ...more })).toContain('seaworthy')
  })
})
