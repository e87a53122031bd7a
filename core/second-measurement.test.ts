import { describe, expect, test } from 'vitest'
import type { FindingOutcome } from './outcome.js'
import type { RequirementId } from './requirement.js'
import { firstIdOf, secondIdOf, supersededAmong, undecidedAmong, type AnswerOfCheck } from './second-measurement.js'

const answer = (scenario: string, outcome: FindingOutcome, { requirement = 'DRAIN-01' as RequirementId, check = 'check' } = {}): AnswerOfCheck => ({ scenario, requirement, check, finding: { outcome } })
const [a, b] = ['queue-draining/a', 'queue-draining/b']

test('the second measurement of a scenario has a name that leads back to it', () => {
  expect(firstIdOf(secondIdOf(a))).toBe(a)
  expect(firstIdOf(a)).toBeUndefined()
})

describe('a second measurement stands in', () => {
  const superseded = (...answers: AnswerOfCheck[]): readonly number[] => [...supersededAmong(answers)].map((one) => answers.indexOf(one))
  test('for what was undecided, when it decides', () => {
    for (const outcome of ['passed', 'failed', 'error'] as const) expect(superseded(answer(a, 'inconclusive'), answer(secondIdOf(a), outcome))).toEqual([0])
    for (const outcome of ['inconclusive', 'not-applicable'] as const) expect(superseded(answer(a, 'inconclusive'), answer(secondIdOf(a), outcome))).toEqual([])
  })
  test('never for what failed, passed or broke', () => {
    for (const outcome of ['passed', 'failed', 'error', 'not-applicable'] as const) expect(superseded(answer(a, outcome), answer(secondIdOf(a), 'passed'))).toEqual([])
  })
  test('for the same check, requirement and scenario only', () => {
    expect(superseded(answer(a, 'inconclusive'), answer(secondIdOf(b), 'passed'))).toEqual([])
    expect(superseded(answer(a, 'inconclusive'), answer(secondIdOf(a), 'passed', { check: 'other' }))).toEqual([])
    expect(superseded(answer(a, 'inconclusive'), answer(secondIdOf(a), 'passed', { requirement: 'DRAIN-02' }))).toEqual([])
    expect(superseded(answer(a, 'inconclusive'), answer(b, 'passed'))).toEqual([])
  })
  test('and for no second measurement', () => {
    expect(superseded(answer(secondIdOf(a), 'inconclusive'), answer(secondIdOf(a), 'passed'))).toEqual([])
  })
})

describe('undecided is', () => {
  const undecided = (...answers: AnswerOfCheck[]) => Object.fromEntries([...undecidedAmong(answers)].map(([scenario, ids]) => [scenario, [...ids]]))
  test('what nothing else has decided', () => {
    expect(undecided(answer(a, 'inconclusive'), answer(b, 'passed'), answer(b, 'inconclusive', { requirement: 'DRAIN-02', check: 'other' }))).toEqual({ [a]: ['check'], [b]: ['other'] })
    expect(undecided(answer(a, 'inconclusive'), answer(a, 'passed', { check: 'other' }))).toEqual({ [a]: ['check'] })
  })
  test('not what failed or broke elsewhere: another measurement would change nothing', () => {
    expect(undecided(answer(a, 'inconclusive'), answer(b, 'failed'))).toEqual({})
    expect(undecided(answer(a, 'inconclusive'), answer(b, 'error'))).toEqual({})
  })
})
