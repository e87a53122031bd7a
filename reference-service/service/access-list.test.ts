import { expect, test } from 'vitest'
import { accessListOf, keyHashOf } from './access-list.js'
import { parseConfiguration } from './configuration.js'

const caller = { key: 'secret', may: ['read'], limit: { requests: 20, perMs: 1_000 } }

test('a key is kept as its hash only', () => {
  const list = accessListOf({ callers: { north: caller } })
  expect(list).toEqual({ unlisted: 'closed', callers: { north: { keyHash: keyHashOf('secret'), may: ['read'], limit: caller.limit } } })
  expect(JSON.stringify(list)).not.toContain('secret')
  expect(accessListOf(list)).toEqual(list)
})
test('without a list there is none, and a list without a word about others is closed to them', () => {
  expect(accessListOf(undefined)).toBeUndefined()
  expect(parseConfiguration('').access).toBeUndefined()
  expect(parseConfiguration('access: {}').access).toEqual({ unlisted: 'closed', callers: {} })
})
test.each([
  [[], 'at access, expected a mapping'],
  [{ unlisted: 'ajar' }, '"ajar" at access.unlisted'],
  [{ callers: { north: { ...caller, may: ['fly'] } } }, '"fly" at access.callers.north.may'],
  [{ callers: { north: { may: [] } } }, 'at access.callers.north.keyHash'],
  [{ callers: { north: { ...caller, limit: { requests: 0, perMs: 1 } } } }, '0 at access.callers.north.limit.requests'],
  [{ callers: { north: { ...caller, limits: {} } } }, 'access.callers.north.limits'],
  [{ default: 'open' }, 'access.default'],
])('refuses %j and names the place', (document, place) => {
  expect(() => accessListOf(document)).toThrow(place)
})
