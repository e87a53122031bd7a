import { describe, expect, test } from 'vitest'
import { againstBaseline, decideAgainstBaseline, decideDifference } from '../core/baseline-decision.js'
import { compareRuns } from '../core/comparison.js'
import { isBeyondNoise } from '../core/measured-moves.js'
import type { Outcome } from '../core/outcome.js'
import type { RequirementReport, RunReport } from '../core/run-report.js'
import type { SkipCause } from '../core/skip-cause.js'
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
    ['skipped', 'unsure'],
    ['not-applicable', 'unsure'],
  ] as const)('passed to %s is no regression but %s', (outcome, kind) => {
    const comparison = compareRuns(exampleReport, withOutcome('DRAIN-01', outcome))
    expect(comparison.regressions).toEqual([])
    expect(comparison[kind].map(({ id }) => id)).toEqual(['DRAIN-01'])
  })

  test('what was not selected is told apart from what was skipped for another reason', () => {
    const comparison = compareRuns(exampleReport, changed(exampleReport, 'DRAIN-01', { outcome: 'skipped', summary: 'not selected' }))
    expect(comparison).toMatchObject({ regressions: [], unsure: [], notSelected: 1, others: [{ id: 'DRAIN-01' }] })
  })

  test('what was not selected is told by its cause, whatever words stand there', () => {
    const skipped = (summary: string, cause: SkipCause) => changed(exampleReport, 'DRAIN-01', { outcome: 'skipped', summary, skip: { cause, asked: false } })
    expect(compareRuns(exampleReport, skipped('not [redacted: WORD]', 'not-selected'))).toMatchObject({ unsure: [], notSelected: 1 })
    expect(compareRuns(exampleReport, skipped('not selected', 'not-possible'))).toMatchObject({ unsure: [{ id: 'DRAIN-01' }], notSelected: 0 })
  })

  test('what fails now and was not judged before is unknown, and what is new in the catalogue is not', () => {
    expect(compareRuns(withOutcome('DRAIN-01', 'inconclusive'), withOutcome('DRAIN-01', 'failed')).unknown.map(({ id }) => id)).toEqual(['DRAIN-01'])
    expect(compareRuns({ ...exampleReport, requirements: exampleReport.requirements.filter(({ id }) => id !== 'DRAIN-03') }, exampleReport).unknown).toEqual([])
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
    expect(comparison.compared).toBe(compareRuns(exampleReport, exampleReport).compared - 1)
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
  test('a clause is said for everything that limits the sentence', () => {
    const waived = { reason: 'known', owner: 'me', until: '2031-01-01' }
    const after = { ...changed(changed(greenReport, 'DRAIN-01', { outcome: 'failed', waived }), 'START-01', { thresholds: { boot_to_ready_s: 600, orderly_reboots: 1, powerloss_reboots: 1 } }), profile: 'quick', driver: 'docker' } as const
    const { exitCode, verdict } = decided(greenReport, after)
    const held = greenReport.requirements.filter(({ outcome }) => outcome === 'passed').length
    expect({ exitCode, verdict }).toEqual({ exitCode: 0, verdict: expect.stringContaining(`: ${held - 1} that held in`) as string })
    expect(verdict).toContain('1 does not hold and is waived (DRAIN-01)')
    expect(verdict).toMatch(/judged differently \(driver \S+ → docker; profile standard → quick; thresholds of START-01\)/)
  })
  test.each<readonly [string, Partial<RequirementReport>, RegExp]>([
    ['skipped for another reason', { outcome: 'skipped', summary: 'it is destructive and needs --allow destructive' }, /too little[^]* are skipped \(/],
    ['not applicable any more', { outcome: 'not-applicable', summary: 'facts.database is false' }, /too little[^]* are no longer applicable \(/],
  ])('a run in which most of what held is %s is undecided', (_, change, expected) => {
    const after = { ...greenReport, requirements: greenReport.requirements.map((one) => (one.id === 'DRAIN-01' ? one : { ...one, ...change })) }
    expect(decided(greenReport, after)).toEqual({ exitCode: 2, verdict: expect.stringMatching(expected) as string })
  })
  test('so is one whose checklist has lost most of what held', () => {
    const after = { ...greenReport, requirements: greenReport.requirements.filter(({ id }) => id === 'DRAIN-01') }
    expect(decided(greenReport, after)).toEqual({ exitCode: 2, verdict: expect.stringMatching(/are gone from the checklist/) as string })
  })
  test('a selection is held against a whole baseline, and says how many it left out', () => {
    const after = { ...greenReport, requirements: greenReport.requirements.map((one) => (one.id === 'DRAIN-01' ? one : { ...one, outcome: 'skipped' as const, summary: 'not selected' })) }
    expect(decided(greenReport, after)).toEqual({ exitCode: 0, verdict: expect.stringMatching(/^no regression: 1 that held in \S+ holds, \d+ were not selected;/) as string })
    expect(decided({ ...greenReport, requirements: [...greenReport.requirements, { ...greenReport.requirements[0]!, id: 'GONE-01' }] }, after)).toMatchObject({ exitCode: 0 })
  })
  test('of what fails now and the baseline left open nothing is known', () => {
    const but = (outcome: Outcome): RunReport => ({ ...greenReport, requirements: greenReport.requirements.map((one) => (one.id === 'DRAIN-01' ? one : { ...one, outcome })) })
    expect(decided(but('inconclusive'), but('failed'))).toEqual({ exitCode: 2, verdict: expect.stringMatching(/^undecided: of too much that does not hold now \S+ says nothing, \d+ beside 1/) as string })
  })
  test('a run that did not end or left something keeps a code of its own', () => {
    expect(decided(exampleReport, crashedReport)).toMatchObject({ exitCode: 70 })
    expect(decided(exampleReport, { ...exampleReport, restored: false })).toMatchObject({ exitCode: 2 })
  })
})

describe('a baseline that was itself held against one', () => {
  const rolled = (id: string, outcome: Outcome, before: RunReport): RunReport => againstBaseline({ ...withOutcome(id, outcome, greenReport), runId: `${before.runId}+` }, before)

  test.each<Outcome>(['inconclusive', 'error', 'skipped', 'not-applicable'])('what it left %s keeps the outcome that was judged last, however often that happens', (outcome) => {
    const second = rolled('DRAIN-01', outcome, rolled('DRAIN-01', outcome, greenReport))
    const last = rolled('DRAIN-01', 'failed', second)
    expect(last).toMatchObject({ exitCode: 1, verdict: expect.stringContaining(`(DRAIN-01, judged last in ${greenReport.runId})`) as string })
    expect(last.baseline?.carried).toEqual({ 'DRAIN-01': greenReport.runId })
  })
  test('what a waiver accepted there is not known once nobody accepts it', () => {
    const waived = changed(withOutcome('DRAIN-01', 'failed', greenReport), 'DRAIN-01', { waived: { reason: 'known', owner: 'me', until: '2031-01-01' } })
    expect(rolled('DRAIN-01', 'failed', againstBaseline(waived, greenReport)).exitCode).toBe(1)
    expect(rolled('DRAIN-01', 'failed', waived).exitCode).toBe(0)
  })
  test('what it saw failing is known', () => {
    expect(rolled('DRAIN-01', 'failed', rolled('DRAIN-01', 'failed', greenReport)).exitCode).toBe(0)
  })
  test('what was gone from its checklist and is still gone is named, and what comes back broken has regressed', () => {
    const gone = againstBaseline({ ...greenReport, runId: 'gone', requirements: greenReport.requirements.filter(({ id }) => id !== 'DRAIN-01') }, greenReport)
    expect(againstBaseline({ ...gone, runId: 'still' }, gone).verdict).toMatch(/1 is gone from the checklist \(DRAIN-01, judged last in/)
    expect(rolled('DRAIN-01', 'failed', gone).exitCode).toBe(1)
    expect(comparisonText(compareRuns(gone, { ...gone, runId: 'still' }))).toMatch(/DRAIN-01[^]*\(passed in \S+ → not in the catalogue\)/)
  })
  test('a baseline of a saved run that carries nothing is read as before', () => {
    const saved = { ...withOutcome('DRAIN-01', 'inconclusive', greenReport), baseline: { runId: 'old', startedAt: greenReport.startedAt, outcomes: { 'DRAIN-01': 'passed' } as const } }
    expect(rolled('DRAIN-01', 'failed', saved).exitCode).toBe(1)
  })
})

describe('the decision of diff', () => {
  const all = (outcome: Outcome): RunReport => ({ ...greenReport, requirements: greenReport.requirements.map((one) => ({ ...one, outcome })) })
  const codeOf = (before: RunReport, after: RunReport): number => decideDifference(compareRuns(before, after)).exitCode

  test('nothing, or too little, was judged: nothing is known', () => {
    expect(codeOf(all('passed'), all('error'))).toBe(2)
    expect(codeOf(all('passed'), { ...all('error'), requirements: all('error').requirements.map((one, index) => (index === 0 ? { ...one, outcome: 'passed' as const } : one)) })).toBe(2)
    expect(comparisonText(compareRuns(all('passed'), all('error')))).toMatch(/\nundecided: too little of what held in the run before was judged, 0 of \d+, \d+ could not be judged/)
  })
  test('a run that did not end leaves it undecided, but for what is seen to have broken', () => {
    expect(codeOf({ ...all('passed'), status: 'interrupted' }, all('passed'))).toBe(2)
    expect(codeOf(all('passed'), { ...all('passed'), status: 'crashed' })).toBe(2)
    expect(codeOf(all('passed'), { ...all('failed'), status: 'crashed' })).toBe(1)
  })
  test('what holds, holds', () => {
    expect(codeOf(greenReport, greenReport)).toBe(0)
  })
})

describe('the comparison as text', () => {
  test('begins with both runs and ends with the count', () => {
    const text = comparisonText(compareRuns(exampleReport, withOutcome('DRAIN-01', 'failed')))
    expect(text).toMatch(/^before {2}20310314[^]*Regressions[^]*✗ DRAIN-01[^]*MUST, passed → failed[^]*\$ seaworthy run[^]*\n1 held in the run before and no longer does \(DRAIN-01\)\n$/)
  })
  test('nothing that a service said acts in it', () => {
    const other = { ...hostileReport, requirements: hostileReport.requirements.map((one) => ({ ...one, outcome: 'failed' as const })) }
    expect(comparisonText(compareRuns(hostileReport, other))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]|^::/m)
  })
})
