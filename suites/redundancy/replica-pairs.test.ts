import { expect, test } from 'vitest'
import { tokenAt } from './replica-pairs.js'

test('a token is found by its JSON pointer', () => {
  expect(tokenAt({ session: { 'a/b': ['x', 'token-1'] } }, '/session/a~1b/1')).toBe('token-1')
  expect(tokenAt({ id: 7 }, '/id')).toBe('7')
})
test('what is not there, or is no token, is undefined', () => {
  for (const body of [undefined, null, 'text', {}, { id: { deep: 1 } }]) expect(tokenAt(body, '/id')).toBeUndefined()
})
