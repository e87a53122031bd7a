import { expect, test } from 'vitest'
import { failed, passed } from './check.js'
import { formProblemOf } from './finding-form.js'

test.each([
  ['an outcome that does not exist', { outcome: 'fail', summary: '', evidence: [] }, /"fail", expected one of passed, failed/],
  ['no summary', { outcome: 'passed', evidence: [] }, /summary that is undefined/],
  ['evidence that is no list', { outcome: 'passed', summary: '', evidence: {} }, /evidence that is object/],
  ['evidence without a note', { outcome: 'passed', summary: '', evidence: ['seen'] }, /without a note/],
  ['a strength of no number', { outcome: 'passed', summary: '', evidence: [], strength: { n: Number.NaN, bound95: 0 } }, /the strength .*expected the number of trials/],
  ['a strength of a text', { outcome: 'passed', summary: '', evidence: [], strength: { n: '0', bound95: 0 } }, /the strength/],
  ['a strength of less than nothing', { outcome: 'passed', summary: '', evidence: [], strength: { n: -1, bound95: 1 } }, /the strength/],
  ['nothing', undefined, /undefined, expected a finding/],
  ['a promise', Promise.resolve(passed('fine')), /a promise/],
])('%s is no finding', (_, answer, expected) => expect(formProblemOf(answer)).toMatch(expected))
test('a finding is one', () => {
  expect(formProblemOf(failed('lost', [{ note: 'three of them' }]))).toBeUndefined()
})
