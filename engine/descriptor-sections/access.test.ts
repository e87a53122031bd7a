import { expect, test } from 'vitest'
import type { Operation } from '../../core/service-descriptor.js'
import { operationOf } from '../descriptor-from-parts.js'
import { accessOf, accessSection, limitsOf, limitsSection } from './access.js'

const traffic: Readonly<Record<string, Operation>> = { read: operationOf('read', { http: 'GET /records/{key}' }, 1), write: operationOf('write', { http: 'PUT /records/{key}' }, 1) }
const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })
const document = {
  callers: { permitted: as('a'), denied: as('b'), unknown: as('c'), operator: as('d') },
  operations: { read: 'read', write: 'write', operate: { http: 'POST /admin/undrain' } },
  deny: { http: 'PUT /admin/a', body: { may: [] } },
  permit: { http: 'PUT /admin/a', body: { may: ['read'] } },
}
const access = (more: object = {}) => accessOf(accessSection.parse({ ...document, ...more }), traffic)
const limits = (more: object = {}) => limitsOf(limitsSection.parse({ rate: { operation: 'read', quota: 10, window: '1s', caller: as('a'), ...more } }), traffic)

test('an access list is closed and refuses with 401 or 403 unless it says otherwise', () => {
  expect(access()).toMatchObject({ unlisted: 'closed', refusalStatus: [401, 403], operations: { read: { name: 'read' }, operate: { method: 'POST', path: '/admin/undrain' } } })
  expect(access({ unlisted: 'open', refusal: [404], effectiveWithin: '3s' })).toMatchObject({ unlisted: 'open', refusalStatus: [404], effectiveWithinMs: 3_000 })
})
test.each([
  [{ callers: { ...document.callers, denied: as('a') } }, /the same headers as the caller permitted/],
  [{ callers: { ...document.callers, unknown: {} } }, /the same headers as a caller without headers/],
  [{ operations: { ...document.operations, read: 'write' } }, /changes something/],
  [{ operations: { ...document.operations, write: 'read' } }, /changes nothing/],
  [{ operations: { ...document.operations, write: 'wirte' } }, /expected one of traffic: read, write/],
  [{ deny: { http: 'PUT /a', exec: ['a'] } }, /exactly one of http, signal and exec/],
])('refuses %j', (more, message) => {
  expect(() => access(more)).toThrow(message)
})
test('a limit is for each caller, without a burst unless it says so', () => {
  expect(limits().rate).toMatchObject({ quota: 10, windowMs: 1_000, burst: 0 })
  expect(limits().rate).not.toHaveProperty('neighbour')
  expect(limits({ neighbour: as('b'), burst: 5 }).rate).toMatchObject({ burst: 5, neighbour: as('b') })
  expect(limitsOf({}, traffic)).toEqual({})
})
test.each([
  [{ neighbour: as('a') }, /the same headers as the caller/],
  [{ operation: 'raed' }, /expected one of traffic/],
  [{ window: '0s' }, /longer than nothing/],
])('refuses the limit %j', (more, message) => {
  expect(() => limits(more)).toThrow(message)
})
