import { describe, expect, test } from 'vitest'
import type { RequirementReport } from '../core/run-report.js'
import { crashedReport, emptyReport, exampleReport, greenReport } from './fixtures.js'
import { blocksBuild, commandForAll, fixFirst, fixHeading, remarks, reservations, standingIn, toneOf, unknowns, waivedCount } from './priorities.js'

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
  const report = { ...exampleReport, requiredLevel: null, requirements }
  expect(fixFirst(report).map(({ id }) => id)).toEqual(['A-3', 'A-9', 'A-10', 'A-1', 'A-2'])
  // What fails the build goes before what does not.
  expect(fixFirst({ ...report, requiredLevel: 1 }).map(({ id }) => id)).toEqual(['A-9', 'A-10', 'A-1', 'A-3', 'A-2'])
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

test('one command judges several requirements again, when each of theirs differs in nothing else', () => {
  const [a, b] = [requirement({ id: 'A-1', reproduce: 'seaworthy run x.yaml --only A-1 --random-seed 7' }), requirement({ id: 'A-2', reproduce: 'seaworthy run x.yaml --only A-2 --random-seed 7' })]
  expect(commandForAll([a, b])).toBe('seaworthy run x.yaml --only A-1,A-2 --random-seed 7')
  expect(commandForAll([a, { ...b, reproduce: 'seaworthy run y.yaml --only A-2 --random-seed 7' }])).toBeUndefined()
  expect(commandForAll([{ ...a, reproduce: 'make it so' }])).toBeUndefined()
  expect(commandForAll([])).toBeUndefined()
})

test('remarks say what was measured again, what was relaxed and which waiver is stale', () => {
  const [first] = greenReport.requirements
  const remarksOf = (more: Partial<NonNullable<typeof first>>) => remarks({ ...greenReport, requirements: [{ ...first!, relaxed: [], findings: [], ...more }] })
  expect(remarksOf({})).toEqual([])
  const finding = { check: 'check', scenario: 'a/b', outcome: 'inconclusive', summary: 'it stalled', evidence: [] } as const
  expect(remarksOf({ findings: [{ ...finding, superseded: true }, { ...finding, outcome: 'passed' }] })).toEqual([`Undecided beside other scenarios, so measured again alone: ${first?.id} ${first?.outcome}.`])
  expect(remarksOf({ findings: [finding] })).toEqual([])
  expect(remarksOf({ relaxed: ['jobs'], thresholds: { jobs: 1 } })).toEqual([`Thresholds were relaxed: ${first?.id}.jobs 1.`])
  expect(remarksOf({ staleWaiver: { reason: 'old', owner: 'us', until: '2031-01-01' } })[0]).toContain('is stale')
})
test('reservations name every reason for doubt', () => {
  expect(reservations(greenReport)).toEqual([])
  expect(reservations(emptyReport)).toHaveLength(2)
  expect(reservations(crashedReport).join(' ')).toContain('process group 4711')
  expect(reservations({ ...greenReport, restored: false, notRestored: [] })).toEqual(['Not everything was put back: what, is not known.'])
})

describe('against a baseline', () => {
  const baseline = { runId: 'earlier', startedAt: exampleReport.startedAt, outcomes: { 'A-1': 'passed', 'A-2': 'failed', 'A-3': 'passed', 'A-4': 'inconclusive' } } as const
  const requirements = [
    requirement({ id: 'A-1', weight: 1, keyword: 'SHOULD' }),
    requirement({ id: 'A-2', weight: 9 }),
    requirement({ id: 'A-3', outcome: 'inconclusive' }),
    requirement({ id: 'A-4' }),
    requirement({ id: 'A-5' }),
  ]
  const report = { ...exampleReport, baseline, requirements }

  test('only what held before stands in the way, and goes first whatever it weighs', () => {
    expect(requirements.filter((one) => blocksBuild(report, one)).map(({ id }) => id)).toEqual(['A-1'])
    expect(fixFirst(report)[0]?.id).toBe('A-1')
    expect(fixHeading(report)).toBe('What no longer holds since earlier')
    expect(fixHeading({ ...report, requirements: requirements.slice(1) })).toBe('What does not hold, and does not fail the build')
  })
  test('each says how it was before', () => {
    expect(requirements.map((one) => standingIn(report, one).split(' · ').at(-1))).toEqual([
      'held in earlier',
      'known: failed in earlier too',
      'no regression against earlier was seen',
      'no regression: inconclusive in earlier',
      'new: the checklist of earlier did not have it',
    ])
  })
  test('an id of the language itself is no outcome', () => {
    expect(blocksBuild({ ...report, baseline: { ...baseline, outcomes: {} } }, requirement({ id: 'constructor' as never }))).toBe(false)
  })
})
