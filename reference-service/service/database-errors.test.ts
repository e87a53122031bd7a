import { expect, test } from 'vitest'
import { breaksConnection, statementFailure } from './database-errors.js'
import { OutcomeUnknown, Unavailable } from './errors.js'

const withState = (code: string): Error => Object.assign(new Error('from the server'), { code })

test('a statement without an answer may have been done', () => {
  expect(statementFailure(new Error('Connection terminated unexpectedly'))).toBeInstanceOf(OutcomeUnknown)
  expect(statementFailure(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))).toBeInstanceOf(OutcomeUnknown)
  expect(statementFailure(withState('57P01'))).toBeInstanceOf(OutcomeUnknown)
})

test.each(['57P03', '25006', '53300', '57014', '40001', '40P01'])('a statement refused with %s was not done', (state) => {
  expect(statementFailure(withState(state))).toBeInstanceOf(Unavailable)
})

test('an error in the data is passed on, and the connection stays', () => {
  const error = withState('23505')
  expect(statementFailure(error)).toBe(error)
  expect(breaksConnection(error)).toBe(false)
})

test('a connection without an answer is not used again', () => {
  expect(breaksConnection(new Error('Query read timeout'))).toBe(true)
})
