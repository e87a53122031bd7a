import { describe, expect, test } from 'vitest'
import type { RequirementReport } from '../core/run-report.js'
import { crashedReport, emptyReport, exampleReport, greenReport } from './fixtures.js'
import { fixFirst, reservations, toneOf, unknowns, waivedCount } from './priorities.js'

const [template] = exampleReport.requirements
const requirement = (given: Partial<RequirementReport>): RequirementReport => ({ ...template!, outcome: 'failed', keyword: 'MUST', waived: null, ...given })
const waived = { reason: 'known', owner: 'team', until: '2031-01-01' }

test('what to fix first: heavy before light, low levels before high, broken before absent, then by id', () => {
  const requirements = [
    requirement({ id: 'A-10', weight: 2, level: 1 }),
    requirement({ id: 'A-9', weight: 2, level: 1 }),
    requirement({ id: 'A-1', weight: 2, level: 1, outcome: 'missing' }),
    requirement({ id: 'A-2', weight: 2, level: 2 }),
    requirement({ id: 'A-3', weight: 3, level: 3 }),
    requirement({ id: 'A-4', weight: 9, keyword: 'SHOULD' }),
    requirement({ id: 'A-5', weight: 9, waived }),
    requirement({ id: 'A-6', weight: 9, outcome: 'inconclusive' }),
    requirement({ id: 'A-7', weight: 9, outcome: 'passed' }),
  ]
  const report = { ...exampleReport, requirements }
  expect(fixFirst(report).map(({ id }) => id)).toEqual(['A-3', 'A-9', 'A-10', 'A-1', 'A-2'])
  expect(unknowns(report).map(({ id }) => id)).toEqual(['A-6'])
  expect(waivedCount(report)).toBe(1)
})

describe('the tone of a run', () => {
  test.each([
    ['green', greenReport, 'good'],
    ['failed', exampleReport, 'bad'],
    ['undecided', { ...greenReport, exitCode: 2 }, 'unsure'],
    ['crashed', crashedReport, 'broken'],
    ['interrupted', emptyReport, 'broken'],
    ['interrupted with exit code 0', { ...greenReport, status: 'interrupted' as const }, 'broken'],
    ['green but not restored', { ...greenReport, restored: false }, 'unsure'],
    ['green with nothing judged', { ...emptyReport, status: 'complete' as const, exitCode: 0 }, 'unsure'],
    ['stopped by an unknown exit code', { ...greenReport, exitCode: 64 }, 'broken'],
  ])('%s', (_, report, tone) => {
    expect(toneOf(report)).toBe(tone)
  })
})

test('reservations name every reason for doubt', () => {
  expect(reservations(greenReport)).toEqual([])
  expect(reservations(emptyReport)).toHaveLength(2)
  expect(reservations(crashedReport).join(' ')).toContain('process group 4711')
  expect(reservations({ ...greenReport, restored: false, notRestored: [] })).toEqual(['Not everything was put back: what, is not known.'])
})
