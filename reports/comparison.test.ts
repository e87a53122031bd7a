import { describe, expect, test } from 'vitest'
import { compareRuns, decideAgainstBaseline } from '../core/comparison.js'
import { isBeyondNoise } from '../core/measured-moves.js'
import type { Outcome } from '../core/outcome.js'
import type { RequirementReport, RunReport } from '../core/run-report.js'
import { comparisonText } from './comparison-text.js'
import { crashedReport, exampleReport, greenReport, hostileReport } from './fixtures.js'

function changed(report: RunReport, id: string, change: Partial<RequirementReport>): RunReport {
  return { ...report, requirements: report.requirements.map((one) => (one.id === id ? { ...one, ...change } : one)) }
}
const withOutcome = (id: string, outcome: Outcome, report = exampleReport): RunReport => changed(report, id, { outcome })

/** Mulberry32: the same numbers in every run of the test. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Another run of the same service: values differ, some evidence is too thin to judge, nothing was seen to break. */
function anotherCleanRun(seed: number): RunReport {
  const random = randomOf(seed)
  return {
    ...greenReport,
    runId: `run-${seed}`,
    requirements: greenReport.requirements.map((one) => ({
      ...one,
      outcome: random() < 0.2 ? 'inconclusive' : one.outcome,
      findings: one.findings.map((finding) => ({ ...finding, evidence: finding.evidence.map((value) => (value.measured === undefined ? value : { ...value, measured: value.measured * (0.5 + 3 * random()) })) })),
    })),
  }
}

describe('a comparison of two runs', () => {
  test('two clean runs have no regression, 20 of 20 times', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [before, after] = [anotherCleanRun(seed), anotherCleanRun(seed + 100)]
      const comparison = compareRuns(before, after)
      expect(comparison.regressions).toEqual([])
      expect(decideAgainstBaseline(comparison, after)).toMatchObject({ exitCode: comparison.compared > 0 && comparison.compared >= 4 * comparison.unsure.length ? 0 : 2 })
    }
  })

  test('exactly what broke is a regression, with both sentences', () => {
    const after = changed(withOutcome('DRAIN-01', 'failed'), 'START-01', { outcome: 'missing', summary: 'no boot entry is declared' })
    const { regressions } = compareRuns(exampleReport, after)
    expect(regressions.map(({ id }) => id)).toEqual(['START-01', 'DRAIN-01'])
    expect(regressions[0]).toMatchObject({ before: 'passed', after: 'missing', summaryBefore: 'ready 5.1 s after an orderly reboot and 6.4 s after a power loss', summaryAfter: 'no boot entry is declared' })
  })

  test.each([
    ['inconclusive', 'unsure'],
    ['error', 'unsure'],
    ['skipped', 'others'],
    ['not-applicable', 'others'],
  ] as const)('passed to %s is no regression but %s', (outcome, kind) => {
    const comparison = compareRuns(exampleReport, withOutcome('DRAIN-01', outcome))
    expect(comparison.regressions).toEqual([])
    expect(comparison[kind].map(({ id }) => id)).toEqual(['DRAIN-01'])
  })

  test('what was never shown to hold cannot regress', () => {
    expect(compareRuns(withOutcome('DRAIN-01', 'inconclusive'), withOutcome('DRAIN-01', 'failed')).regressions).toEqual([])
    expect(compareRuns(exampleReport, exampleReport).others).toEqual([])
  })

  test('a waived failure is no regression and is named', () => {
    const after = changed(exampleReport, 'DRAIN-01', { outcome: 'failed', waived: { reason: 'known', owner: 'me', until: '2031-01-01' } })
    const comparison = compareRuns(exampleReport, after)
    expect(comparison.regressions).toEqual([])
    expect(comparison.others).toEqual([expect.objectContaining({ id: 'DRAIN-01', waived: true })])
  })

  test('differences of environment, catalogue and thresholds are named', () => {
    const after = changed({ ...exampleReport, catalogue: { version: '2', count: 13 }, profile: 'quick', harness: { ...exampleReport.harness, cpus: 2 } }, 'START-01', { thresholds: { boot_to_ready_s: 60, orderly_reboots: 1, powerloss_reboots: 1 } })
    expect(compareRuns(exampleReport, after).differences.map(({ what, before, after: now }) => `${what}: ${before} → ${now}`)).toEqual([
      'profile: standard → quick',
      'catalogue version: 1 → 2',
      'processors: 8 → 2',
      'threshold START-01.boot_to_ready_s: 120 → 60',
    ])
  })

  test('a requirement that only one catalogue has is neither regression nor fix', () => {
    const without = { ...exampleReport, requirements: exampleReport.requirements.filter(({ id }) => id !== 'DRAIN-03') }
    expect(compareRuns(without, exampleReport).others).toEqual([expect.objectContaining({ id: 'DRAIN-03', before: null, after: 'failed' })])
    expect(compareRuns(exampleReport, without).others).toEqual([expect.objectContaining({ id: 'DRAIN-03', before: 'failed', after: null })])
  })

  test('a measured value that moved beyond noise is listed, with the limit, and gates nothing', () => {
    const find = (measured: number): RunReport =>
      changed(exampleReport, 'RDND-03', { findings: [{ check: 'frozen-replica-leaves-rotation', scenario: 's', outcome: 'failed', summary: '', evidence: [{ note: `time of replica-${measured} in rotation`, measured, allowed: 3.5, unit: 's' }] }] })
    const comparison = compareRuns(find(20), find(55))
    expect(comparison.values).toMatchObject([{ id: 'RDND-03', before: 20, after: 55, allowedAfter: 3.5 }])
    expect(comparison.regressions).toEqual([])
    expect(compareRuns(find(20), find(30)).values).toEqual([])
  })

  test.each([
    [10, 90, 'ms', false],
    [100, 350, 'ms', true],
    [400, 700, 'ms', false],
    [0, 40, 'requests', true],
    [0.9, 0.95, 'ratio', false],
  ] as const)('%d to %d %s is beyond noise: %j', (before, after, unit, expected) => {
    expect(isBeyondNoise(before, after, unit)).toBe(expected)
  })
})

describe('a run against its baseline', () => {
  const decided = (before: RunReport, after: RunReport): ReturnType<typeof decideAgainstBaseline> => decideAgainstBaseline(compareRuns(before, after), after)

  test('failures that were there before do not fail the build, and are still told', () => {
    expect(decided(exampleReport, exampleReport)).toEqual({ exitCode: 0, verdict: expect.stringMatching(/^no regression: 5 that held in 20310314-092653-7f3a hold; by itself not seaworthy: 2 MUST/) as string })
  })
  test('a regression does', () => {
    expect(decided(exampleReport, withOutcome('DRAIN-01', 'failed'))).toEqual({ exitCode: 1, verdict: expect.stringMatching(/^1 held in \S+ and no longer does \(DRAIN-01\)/) as string })
  })
  test('a run that judged nothing of what held is undecided', () => {
    const nothing = { ...exampleReport, requirements: exampleReport.requirements.map((one) => ({ ...one, outcome: 'skipped' as const })) }
    expect(decided(exampleReport, nothing)).toMatchObject({ exitCode: 2 })
  })
  test('a run that judged too little of what held is undecided, and not green', () => {
    const half = { ...exampleReport, requirements: exampleReport.requirements.map((one, index) => (one.outcome === 'passed' && index % 2 === 0 ? { ...one, outcome: 'inconclusive' as const } : one)) }
    expect(decided(exampleReport, half)).toEqual({ exitCode: 2, verdict: expect.stringMatching(/^undecided: too little of what held/) as string })
  })
  test('a run that did not end or left something keeps a code of its own', () => {
    expect(decided(exampleReport, crashedReport)).toMatchObject({ exitCode: 70 })
    expect(decided(exampleReport, { ...exampleReport, restored: false })).toMatchObject({ exitCode: 2 })
  })
})

describe('the comparison as text', () => {
  test('begins with both runs and ends with the count', () => {
    const text = comparisonText(compareRuns(exampleReport, withOutcome('DRAIN-01', 'failed')))
    expect(text).toMatch(/^before {2}20310314[^]*Regressions[^]*✗ DRAIN-01[^]*MUST, passed → failed[^]*\$ seaworthy run[^]*\n1 regression\n$/)
  })
  test('nothing that a service said acts in it', () => {
    const other = { ...hostileReport, requirements: hostileReport.requirements.map((one) => ({ ...one, outcome: 'failed' as const })) }
    expect(comparisonText(compareRuns(hostileReport, other))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]|^::/m)
  })
})
