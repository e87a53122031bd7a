import { describe, expect, test } from 'vitest'
import { failed, passed, type Finding } from '../core/check.js'
import { defineRequirement } from '../core/own-suite.js'
import type { RequirementId } from '../core/requirement.js'
import type { Suite } from '../core/scenario.js'
import { buildReport } from './build-report.js'

const suite = (id: string, area: string, requirement: RequirementId): Suite => ({
  id,
  title: id,
  areas: [{ id: area, title: area }],
  requirements: [defineRequirement({ id: requirement, area, title: 'It holds', keyword: 'MUST', level: 1, safety: 'safe', statement: 'It holds.', why: '', passCriterion: '', remediation: '' })],
  scenarios: [],
})

function reportOf(ours: Finding, own: Finding) {
  const judgement = (requirement: RequirementId, finding: Finding) => ({ check: 'check', requirement, scenario: 'suite/scenario', finding })
  return buildReport({
    runId: 'run', status: 'complete', service: { name: 'service', waivers: [] }, descriptorPath: 'seaworthy.yaml', driver: 'process', profile: 'quick',
    randomSeed: 1, startedAt: '2026-01-01T00:00:00.000Z', durationMs: 1, version: '0', requiredLevel: null, notRestored: [], plan: { settled: new Map(), scenarios: [] },
    thresholds: () => ({}), scenarios: [], reproduceWith: '',
    suites: [suite('startup-and-shutdown', 'START', 'START-05'), suite('x-orders', 'X-ORDERS', 'X-ORDERS-01')],
    judgements: [judgement('START-05', ours), judgement('X-ORDERS-01', own)],
  })
}

describe('requirements of the user’s own', () => {
  test('do not make the score, the coverage or the level better', () => {
    const report = reportOf(failed('lost'), passed('fine'))
    expect(report.score).toMatchObject({ value: 0, coverage: 1, level: 0, counts: { passed: 1, failed: 1 } })
    expect(report.catalogue.count).toBe(1)
  })
  test('do not make them worse, and decide the exit code like any other', () => {
    const report = reportOf(passed('fine'), failed('lost'))
    expect(report.score).toMatchObject({ value: 100, level: 1 })
    expect(report).toMatchObject({ exitCode: 1, verdict: expect.stringContaining('X-ORDERS-01') as string })
    expect(report.areas.map(({ id }) => id)).toEqual(['START', 'X-ORDERS'])
  })
})
