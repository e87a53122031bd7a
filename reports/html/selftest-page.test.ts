import { expect, test } from 'vitest'
import type { DefectResult, SelftestReport } from '../../core/selftest-report.js'
import { selftestPage } from './selftest-page.js'

const defect = (more: Partial<DefectResult> = {}): DefectResult => ({
  id: 'drain.kills-inflight', requirement: 'DRAIN-03', detected: true, failed: ['DRAIN-03', 'DRAIN-04'], unexpected: [], reasons: {}, attempts: 1, durationMs: 12_000, run: 'drain.kills-inflight',
  outcomes: { 'DRAIN-03': 'failed', 'DRAIN-04': 'failed', 'DRAIN-01': 'passed', 'DRAIN-02': 'inconclusive' },
  ...more,
})
const report = (defects: readonly DefectResult[], clean: SelftestReport['clean'] = null): SelftestReport => ({ schema: 'seaworthy-selftest/v1', randomSeed: 7, startedAt: '2026-01-01T00:00:00Z', durationMs: 60_000, clean, defects })

test('a sharp defect is counted, and its neighbours are told apart', () => {
  const page = selftestPage(report([defect()]))
  expect(page).toContain('1 of 1 seeded defects')
  expect(page).toContain('failed, as it must')
  expect(page).toContain('<td>DRAIN-04</td><td>DRAIN-01, DRAIN-02 (inconclusive)</td>')
})

test('one that was not detected, or that tripped a neighbour, is not', () => {
  const page = selftestPage(report([defect({ detected: false, outcomes: { 'DRAIN-03': 'inconclusive' }, reasons: { 'DRAIN-03': 'nothing was <in flight>' } }), defect({ unexpected: ['DRAIN-04'], attempts: 2 })]))
  expect(page).toContain('0 of 2 seeded defects')
  expect(page).toContain('<td class="bad">inconclusive: nothing was &lt;in flight&gt;</td>')
  expect(page).toContain('<td class="bad">DRAIN-04</td>')
  expect(page).toContain('second attempt')
})

test('what failed beside others and not alone is said', () => {
  const page = selftestPage(report([defect({ attempts: 2, unconfirmed: { 'DRAIN-04': 'late' } })]))
  expect(page).toContain('(second attempt); DRAIN-04 failed beside other runs and passed alone: late')
  expect(page).toContain('<p>Failures beside other runs that passed alone: 1.</p>')
  expect(selftestPage(report([defect({ unconfirmed: { 'DRAIN-01': '', 'DRAIN-02': '', 'DRAIN-04': '' } })]))).toContain('3, more than the 2 that a busy machine explains')
})

test('a clean run that was not clean is said', () => {
  expect(selftestPage(report([], { outcomes: { 'DRAIN-01': 'failed' }, notPassed: ['DRAIN-01'], reasons: { 'DRAIN-01': 'two were lost' }, run: 'clean' }))).toContain('these did not pass: DRAIN-01')
})

test('what moved when the runs were judged again is said, and so is that nothing did', () => {
  const again = (moved: NonNullable<SelftestReport['recheck']>['moved']) => selftestPage({ ...report([defect()]), recheck: { of: '../saved', judgedAt: '2026-01-02T00:00:00Z', moved } })
  expect(again([])).toContain('from the runs of ../saved; no outcome moved.')
  const page = again([{ defect: 'drain.kills-inflight', requirement: 'DRAIN-03', before: 'failed', after: 'passed', summary: 'none was <lost>' }, { defect: null, requirement: 'DRAIN-01', before: 'passed', after: null, summary: '' }])
  expect(page).toContain('outcomes that moved: 2.')
  expect(page).toContain('<li>drain.kills-inflight: DRAIN-03 was failed, is passed: none was &lt;lost&gt;</li>')
  expect(page).toContain('<li>without a defect: DRAIN-01 was passed, is not judged</li>')
  expect(selftestPage(report([defect()]))).not.toContain('Judged again')
})
