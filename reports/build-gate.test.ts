import { describe, expect, test } from 'vitest'
import { againstBaseline } from '../core/baseline-decision.js'
import type { Outcome } from '../core/outcome.js'
import type { RunReport } from '../core/run-report.js'
import { decide } from '../core/score.js'
import { reportAsAllure } from './allure.js'
import { badgeEndpoint } from './badge.js'
import { crashedReport, emptyReport, exampleReport, greenReport } from './fixtures.js'
import { annotationsOf } from './github.js'
import { reportAsJunit } from './junit.js'
import { reportAsMarkdown } from './markdown.js'
import { reportAsSarif } from './sarif.js'

/** A run with these outcomes, decided as a run is. */
function run(outcomes: Readonly<Record<string, Outcome>>, requiredLevel: RunReport['requiredLevel'] = null): RunReport {
  const requirements = exampleReport.requirements.map((one) => ({ ...one, waived: outcomes[one.id] === undefined ? one.waived : null, outcome: outcomes[one.id] ?? one.outcome }))
  const scored = requirements.map((one) => ({ ...one, waived: one.waived !== null }))
  return { ...exampleReport, requirements, requiredLevel, ...decide({ requirements: scored, requiredLevel, level: 0, restored: true, status: 'complete' }) }
}
const isJunitRed = (report: RunReport): boolean => /<(failure|error)[ >]/.test(reportAsJunit(report))
const errors = (report: RunReport): readonly string[] => annotationsOf(report, '/').filter((line) => line.startsWith('::error ')).map((line) => /title=(\S+)/.exec(line)?.[1] ?? '')
const outcomeWords: readonly Outcome[] = ['passed', 'failed', 'missing', 'inconclusive', 'error', 'not-applicable', 'skipped']

describe('every format that a build is gated on agrees with the exit code', () => {
  const reports: readonly (readonly [string, RunReport])[] = [
    ['the example', exampleReport],
    ['green', greenReport],
    ['crashed', crashedReport],
    ['interrupted', emptyReport],
    ['known failures against a baseline', againstBaseline(exampleReport, exampleReport)],
    ['a regression', againstBaseline(run({ 'DRAIN-01': 'failed' }), exampleReport)],
    ['too little judged', againstBaseline(run({ 'DRAIN-01': 'inconclusive', 'START-01': 'inconclusive' }), exampleReport)],
    ['most of it skipped', againstBaseline(run({ 'DRAIN-01': 'skipped', 'START-01': 'not-applicable' }), exampleReport)],
    ['a regression since the run before the baseline', againstBaseline(run({ 'DRAIN-01': 'failed' }), againstBaseline(run({ 'DRAIN-01': 'error' }), exampleReport))],
    ['crashed against a baseline', againstBaseline(crashedReport, exampleReport)],
    ...outcomeWords.flatMap((outcome) => ([null, 1, 3] as const).flatMap((level) => exampleReport.requirements.map(({ id }) => [`${id} ${outcome}, level ${level}`, run({ 'DRAIN-03': 'passed', 'RDND-03': 'passed', [id]: outcome }, level)] as const))),
  ]
  test('JUnit is red when and only when the exit code is not 0', () => {
    expect(reports.filter(([, report]) => isJunitRed(report) !== (report.exitCode !== 0)).map(([name]) => name)).toEqual([])
    // Both kinds must occur, or nothing was compared.
    expect(new Set(reports.map(([, report]) => report.exitCode === 0))).toEqual(new Set([true, false]))
  })
  test('GitHub has an error only when the exit code is not 0', () => {
    expect(reports.filter(([, report]) => errors(report).length > 0 && report.exitCode === 0).map(([name]) => name)).toEqual([])
  })
})

describe('against a baseline', () => {
  const known = againstBaseline(exampleReport, exampleReport)
  const regressed = againstBaseline(run({ 'DRAIN-01': 'failed' }), exampleReport)

  test('what failed before is skipped and a notice, never passed, and says so', () => {
    expect(known.exitCode).toBe(0)
    expect(reportAsJunit(known)).toMatch(/<skipped message="known: failed in \S+ too; failed: 3 of 30 requests/)
    expect(annotationsOf(known, '/').find((line) => line.includes('DRAIN-03'))).toMatch(/^::notice .*\(known: failed in \S+ too\)$/)
    expect(reportAsMarkdown(known)).toMatch(/What does not hold, and does not fail the build[^]*DRAIN-03[^]*known: failed in/)
  })
  test('only the regression is an error', () => {
    expect(errors(regressed)).toEqual(['DRAIN-01'])
    expect(reportAsJunit(regressed).match(/<(failure|error)[ >]/g)).toHaveLength(1)
    expect(reportAsMarkdown(regressed)).toMatch(/What no longer holds since \S+[^]*DRAIN-01[^]*DRAIN-03/)
  })
  test('SARIF calls it new and the others unchanged, and every result has a state', () => {
    const { results } = (JSON.parse(reportAsSarif(regressed, '/')) as { runs: { results: { ruleId: string; baselineState?: string }[] }[] }).runs[0]!
    expect(results.find(({ ruleId }) => ruleId === 'DRAIN-01')?.baselineState).toBe('new')
    expect(new Set(results.filter(({ ruleId }) => ruleId !== 'DRAIN-01').map(({ baselineState }) => baselineState))).toEqual(new Set(['unchanged']))
    expect(reportAsSarif(exampleReport, '/')).not.toContain('baselineState')
  })
  test('Allure keeps a known failure failed, and known', () => {
    const results = [...reportAsAllure(known)].filter(([name]) => name.endsWith('-result.json')).map(([, text]) => JSON.parse(text) as { name: string; status: string; statusDetails: object })
    expect(results.find(({ name }) => name.startsWith('DRAIN-03'))).toMatchObject({ status: 'failed', statusDetails: { known: true } })
  })
  test('the badge of a service that fails is not green because it failed before', () => {
    expect(JSON.parse(badgeEndpoint(known))).toMatchObject({ color: 'orange', message: expect.stringMatching(/^failing, no regression/) as string })
    expect(JSON.parse(badgeEndpoint(againstBaseline(greenReport, greenReport)))).toMatchObject({ color: 'brightgreen' })
  })
})
