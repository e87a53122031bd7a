import { describe, expect, test } from 'vitest'
import type { Outcome } from './outcome.js'
import { coverageOf, decide, levelOf, scoreOf, scoreValue, type ScoredRequirement } from './score.js'

const requirement = (id: string, outcome: Outcome, more: Partial<ScoredRequirement> = {}): ScoredRequirement => ({
  id, outcome, keyword: 'MUST', level: 1, weight: 1, waived: false, ...more,
})
const decided = (requirements: readonly ScoredRequirement[], more: Partial<Parameters<typeof decide>[0]> = {}) =>
  decide({ requirements, requiredLevel: null, level: levelOf(requirements), restored: true, status: 'complete', ...more })

describe('score', () => {
  test('is the passed weight over everything that was or should have been judged', () => {
    expect(scoreValue([requirement('A', 'passed', { weight: 3 }), requirement('B', 'failed')])).toBe(75)
    expect(scoreValue([requirement('A', 'passed'), requirement('B', 'inconclusive'), requirement('C', 'error'), requirement('D', 'missing')])).toBe(25)
  })
  test('is null when nothing was judged, never 100', () => {
    expect(scoreValue([])).toBeNull()
    expect(scoreValue([requirement('A', 'skipped'), requirement('B', 'not-applicable')])).toBeNull()
  })
  test('skipping does not raise coverage: it lowers it', () => {
    const all = [requirement('A', 'passed'), requirement('B', 'failed')]
    const skipped = [requirement('A', 'passed'), requirement('B', 'skipped')]
    expect(coverageOf(all)).toBe(1)
    expect(coverageOf(skipped)).toBe(0.5)
  })
  test('a waived failure keeps credit 0', () => {
    expect(scoreOf([requirement('A', 'passed'), requirement('B', 'failed', { waived: true })]).value).toBe(50)
  })
})

describe('level', () => {
  test('needs every MUST at or below it', () => {
    expect(levelOf([requirement('A', 'passed'), requirement('B', 'passed', { level: 2 })])).toBe(2)
    expect(levelOf([requirement('A', 'passed'), requirement('B', 'failed', { level: 2 })])).toBe(1)
    expect(levelOf([requirement('A', 'inconclusive'), requirement('B', 'passed', { level: 2 })])).toBe(0)
  })
  test('skipped requirements stand in the way', () => {
    expect(levelOf([requirement('A', 'passed'), requirement('B', 'skipped')])).toBe(0)
  })
  test('SHOULDs need 80 % of their weight', () => {
    const should = (outcome: Outcome, weight: number) => requirement('S', outcome, { keyword: 'SHOULD', weight })
    expect(levelOf([requirement('A', 'passed'), should('passed', 4), should('failed', 1)])).toBe(1)
    expect(levelOf([requirement('A', 'passed'), should('passed', 3), should('failed', 1)])).toBe(0)
  })
  test('a level without requirements is not reached', () => {
    const all = [requirement('A', 'passed'), requirement('B', 'passed', { level: 2 }), requirement('C', 'passed', { level: 3 })]
    expect(levelOf(all)).toBe(3)
    expect(levelOf([requirement('A', 'passed')])).toBe(1)
  })
})

describe('what was not run', () => {
  const skipped = (id: string, skip: NonNullable<ScoredRequirement['skip']>, more: Partial<ScoredRequirement> = {}) => requirement(id, 'skipped', { skip, ...more })
  const left = skipped('L', { cause: 'not-selected', asked: false })

  test('a MUST that was selected and not allowed leaves the run undecided, with what would allow it', () => {
    const found = decided([requirement('A', 'passed'), left, skipped('B', { cause: 'not-allowed', asked: true, allow: 'disruptive' }), skipped('C', { cause: 'not-allowed', asked: true, allow: 'destructive' })])
    expect(found).toEqual({ exitCode: 2, verdict: 'undecided: 2 MUST that were selected were not run (B, C): allow them with --allow destructive' })
  })
  test('so does one that this driver cannot do, or that lacks target.disposable', () => {
    expect(decided([requirement('A', 'passed'), skipped('B', { cause: 'not-possible', asked: true })])).toMatchObject({ exitCode: 2, verdict: expect.stringContaining('this driver cannot') as string })
    expect(decided([requirement('A', 'passed'), skipped('B', { cause: 'not-allowed', asked: true })])).toMatchObject({ exitCode: 2, verdict: expect.stringContaining('target.disposable') as string })
  })
  test('a run that says how much it wants is no failure, and says how much it left out', () => {
    const found = decided([requirement('A', 'passed'), skipped('B', { cause: 'not-allowed', asked: false, allow: 'disruptive' }), skipped('C', { cause: 'not-possible', asked: false })])
    expect(found).toEqual({ exitCode: 0, verdict: 'every MUST that was run holds; 2 MUST were not run (1 not allowed, 1 not possible here)' })
  })
  test('what was left out by the selection is not counted', () => {
    expect(decided([requirement('A', 'passed'), left])).toEqual({ exitCode: 0, verdict: 'seaworthy: every MUST that was selected holds' })
  })
  test('SHOULDs alone make no success of MUSTs that were not run', () => {
    const should = requirement('S', 'passed', { keyword: 'SHOULD' })
    expect(decided([should, skipped('B', { cause: 'not-possible', asked: false })]).exitCode).toBe(2)
    expect(decided([should, left, skipped('T', { cause: 'not-allowed', asked: true }, { keyword: 'SHOULD' })])).toMatchObject({ exitCode: 2, verdict: expect.stringContaining('T did not pass') as string })
  })
})

describe('exit code', () => {
  test('0 when every selected MUST holds', () => {
    expect(decided([requirement('A', 'passed'), requirement('B', 'skipped')]).exitCode).toBe(0)
    expect(decided([requirement('A', 'passed'), requirement('B', 'failed', { keyword: 'SHOULD' })]).exitCode).toBe(0)
  })
  test('1 when a MUST failed or is missing, unless waived', () => {
    expect(decided([requirement('A', 'passed'), requirement('B', 'failed')]).exitCode).toBe(1)
    expect(decided([requirement('A', 'passed'), requirement('B', 'missing')]).exitCode).toBe(1)
    expect(decided([requirement('A', 'passed'), requirement('B', 'failed', { waived: true })]).exitCode).toBe(0)
  })
  test('2 when only inconclusive or error stands in the way', () => {
    expect(decided([requirement('A', 'passed'), requirement('B', 'inconclusive')]).exitCode).toBe(2)
    expect(decided([requirement('A', 'passed'), requirement('B', 'error')]).exitCode).toBe(2)
    expect(decided([requirement('A', 'failed'), requirement('B', 'error')]).exitCode).toBe(1)
  })
  test('2 when nothing at all was judged', () => {
    expect(decided([requirement('A', 'skipped')]).exitCode).toBe(2)
    expect(decided([]).exitCode).toBe(2)
  })
  test('2 when the world was not restored', () => {
    expect(decided([requirement('A', 'passed')], { restored: false }).exitCode).toBe(2)
    expect(decided([requirement('A', 'failed')], { restored: false }).exitCode).toBe(1)
  })
  test('2 when the run did not reach its end', () => {
    expect(decided([requirement('A', 'passed')], { status: 'interrupted' })).toMatchObject({ exitCode: 2, verdict: expect.stringContaining('did not reach its end') as string })
    expect(decided([requirement('A', 'passed')], { status: 'crashed' }).exitCode).toBe(2)
    expect(decided([requirement('A', 'failed')], { status: 'crashed' }).exitCode).toBe(1)
  })
  test('the sentence of a success says that thresholds were relaxed', () => {
    expect(decided([requirement('A', 'passed', { relaxed: ['jobs'] })])).toMatchObject({ exitCode: 0, verdict: 'seaworthy: every MUST that was selected holds, with relaxed thresholds (A)' })
    expect(decided([requirement('A', 'passed'), requirement('B', 'skipped', { relaxed: ['jobs'] })]).verdict).not.toContain('relaxed')
  })
  test('a required level ignores what is above it and needs what is below', () => {
    const requirements = [requirement('A', 'passed'), requirement('B', 'failed', { level: 2 })]
    expect(decided(requirements, { requiredLevel: 1 }).exitCode).toBe(0)
    expect(decided(requirements, { requiredLevel: 2 }).exitCode).toBe(1)
    expect(decided([requirement('A', 'passed'), requirement('B', 'skipped')], { requiredLevel: 1 }).exitCode).toBe(2)
  })
  test('a required level that this run could not show is not a success', () => {
    const requirements = [requirement('A', 'passed'), requirement('B', 'inconclusive', { level: 3, keyword: 'SHOULD' })]
    expect(decided(requirements, { requiredLevel: 3 }).exitCode).toBe(2)
  })
  test('a world that was not restored is never a success, waived or not', () => {
    const waived = [requirement('A', 'passed'), requirement('B', 'failed', { waived: true })]
    expect(decided(waived, { requiredLevel: 1 }).exitCode).toBe(0)
    expect(decided(waived, { requiredLevel: 1, restored: false }).exitCode).toBe(2)
    expect(decided(waived, { restored: false }).exitCode).toBe(2)
  })
  test('waived SHOULDs do not stand in the way, unwaived failures do only below 80 %', () => {
    const should = (id: string, outcome: Outcome, more: Partial<ScoredRequirement> = {}) => requirement(id, outcome, { keyword: 'SHOULD', ...more })
    expect(decided([requirement('A', 'passed'), should('B', 'failed', { waived: true })], { requiredLevel: 1 }).exitCode).toBe(0)
    expect(decided([requirement('A', 'failed', { waived: true }), should('B', 'passed', { weight: 9 }), should('C', 'failed')], { requiredLevel: 1 }).exitCode).toBe(0)
    expect(decided([requirement('A', 'passed'), should('B', 'passed', { weight: 3 }), should('C', 'failed')], { requiredLevel: 1 }).exitCode).toBe(1)
    expect(decided([requirement('A', 'passed'), should('B', 'inconclusive')], { requiredLevel: 1 }).exitCode).toBe(2)
    expect(decided([requirement('A', 'failed', { waived: true }), should('B', 'inconclusive')], { requiredLevel: 1 }).exitCode).toBe(2)
  })
  test('without a MUST in the selection a SHOULD that failed is no success', () => {
    expect(decided([requirement('S', 'failed', { keyword: 'SHOULD' })]).exitCode).toBe(2)
    expect(decided([requirement('S', 'error', { keyword: 'SHOULD' })]).exitCode).toBe(2)
    expect(decided([requirement('S', 'passed', { keyword: 'SHOULD' })])).toMatchObject({ exitCode: 0, verdict: expect.stringContaining('no MUST') as string })
  })
  test('the sentence does not say that waived failures hold', () => {
    expect(decided([requirement('A', 'failed', { waived: true })])).toMatchObject({ exitCode: 0, verdict: expect.stringContaining('waived (A)') as string })
  })
})
