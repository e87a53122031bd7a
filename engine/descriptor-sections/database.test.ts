import { expect, test } from 'vitest'
import type { Operation } from '../../core/service-descriptor.js'
import { operationOf } from '../descriptor-from-parts.js'
import { database, databaseOf } from './database.js'

const roles = ['db-primary', 'db-replica']
const traffic: Record<string, Operation> = {
  read: operationOf('read', { http: 'GET /{key}' }, 1),
  write: operationOf('write', { http: 'PUT /{key}' }, 1),
  slow: operationOf('slow', { http: 'POST /slow/{key}', minDuration: '1s' }, 1),
  step: operationOf('step', { http: 'POST /{token}' }, 1),
}
const of = (document: unknown, more: { readonly roles?: readonly string[] } = {}) => databaseOf(database.parse(document), { traffic, roles: more.roles ?? roles })
const asks = (word: string) => ({ exec: ['inspect', word, '{databaseHost}', '{databasePort}'] })

test('mutations default to what changes data by itself', () => {
  expect(of({}).mutations.map(({ name }) => name)).toEqual(['write'])
})
test('a read that is said to write is a mutation, and one that is named must mutate', () => {
  const found = of({ mutations: ['write', { http: 'GET /visits/{key}' }] }).mutations
  expect(found.map(({ name, mutates }) => [name, mutates])).toEqual([['write', true], ['mutation-2', true]])
  expect(() => of({ mutations: ['read'] })).toThrow('does not mutate')
  expect(() => of({ mutations: ['erase'] })).toThrow('expected one of traffic')
})
test('procedures must say which server they ask, and replay must be continued', () => {
  expect(of({ counters: asks('counters') }).counters).toMatchObject({ via: 'exec' })
  expect(() => of({ counters: { exec: ['inspect'] } })).toThrow('which server')
  expect(() => of({ lookUp: asks('holds') })).toThrow('{keys}')
  expect(() => of({ counters: { signal: 'SIGUSR1' } })).toThrow('prints nothing')
  expect(() => of({ pauseReplay: asks('pause') })).toThrow('belong together')
})
test('without a primary and a replica there is no replicated database', () => {
  expect(() => of({}, { roles: ['db-primary'] })).toThrow('db-replica')
  expect(() => of({}, { roles: [...roles, 'db-primary'] })).toThrow('expected one')
})
test('the marker of a stale answer is a header or a place in the answer', () => {
  expect(of({ staleMarker: 'header:Age' }).staleMarker).toEqual({ header: 'age' })
  expect(of({ staleMarker: '#/stale' }).staleMarker).toEqual({ pointer: '/stale' })
})
