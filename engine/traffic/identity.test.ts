import { expect, test } from 'vitest'
import { Identities } from './identity.js'
import { ShareCounter } from './shares.js'

const identity = { instanceHeader: 'X-Instance', bootHeader: 'X-Boot' }

test('learns names on direct addresses and tells them by it elsewhere', () => {
  const identities = new Identities(identity)
  expect(identities.read({ 'x-instance': 'alpha' }, 1)).toEqual({ instance: 'alpha' })
  identities.read({ 'x-instance': 'alpha', 'x-boot': '1' }, 2, 'i-0')
  identities.read({ 'x-instance': 'beta' }, 2, 'i-1')
  expect(identities.read({ 'x-instance': 'alpha', 'x-boot': '2' }, 3)).toEqual({ instance: 'i-0', boot: '2' })
  expect(identities.last.get('i-0')).toEqual({ value: 'alpha', boot: '2', atMs: 3 })
  expect(identities.read({ 'x-instance': 'gamma' }, 4)).toEqual({ instance: 'gamma' })
  expect(identities.read({}, 5)).toEqual({})
  expect([identities.instanceNamed('alpha'), identities.instanceNamed('gamma'), identities.instanceNamed('i-0')]).toEqual(['i-0', undefined, undefined])
})

test('a name that two instances use is none', () => {
  const identities = new Identities(identity)
  identities.read({ 'x-instance': 'same' }, 1, 'i-0')
  identities.read({ 'x-instance': 'same' }, 1, 'i-1')
  identities.read({ 'x-instance': 'same' }, 1, 'i-0')
  expect(identities.read({ 'x-instance': 'same' }, 2)).toEqual({ instance: 'same' })
  expect(identities.ambiguous).toEqual(['same'])
  expect(identities.instanceNamed('same')).toBeUndefined()
})

test('shares are counted by the time of sending, and forgotten', () => {
  const shares = new ShareCounter()
  shares.add(10, 'i-0')
  shares.add(1_010, 'i-0')
  shares.add(1_020, 'i-1')
  shares.add(1_030, undefined)
  expect(shares.since(900)).toEqual({ total: 3, byInstance: new Map([['i-0', 1], ['i-1', 1]]) })
  for (let n = 0; n < 2_000; n++) shares.add(2_000 + n * 50, 'i-1')
  expect(shares.since(0).byInstance.get('i-0')).toBeUndefined()
})
