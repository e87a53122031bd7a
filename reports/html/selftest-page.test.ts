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

test('a clean run that was not clean is said', () => {
  expect(selftestPage(report([], { outcomes: { 'DRAIN-01': 'failed' }, notPassed: ['DRAIN-01'], reasons: { 'DRAIN-01': 'two were lost' }, run: 'clean' }))).toContain('these did not pass: DRAIN-01')
})
