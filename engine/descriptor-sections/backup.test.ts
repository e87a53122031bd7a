import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { backupOf, backupSection, dataDeclarations, dataDeclarationsOf } from './backup.js'

const create = { exec: ['dump', '{file}'] }
const backup = (more: object = {}) => backupOf(backupSection.parse({ create, ...more }))
const data = (document: object) => dataDeclarationsOf(z.strictObject(dataDeclarations).parse(document))

describe('backup', () => {
  test('is read with its defaults', () => {
    expect(backup({ restoreLive: { http: 'POST /restore', body: { file: '{file}', prefix: '{namespace}' } } })).toEqual({
      create: { via: 'exec', command: ['dump', '{file}'] },
      restoreLive: { via: 'http', method: 'POST', path: '/restore', body: { file: '{file}', prefix: '{namespace}' }, expectStatus: [] },
      stalenessMs: 0,
    })
  })
  test('a restore may send the backup itself', () => {
    expect(backup({ restoreAccount: { http: 'POST /restore?account={account}', upload: '{file}', headers: { 'content-type': 'text/x-dump' }, timeout: '1m', status: 201 } })).toMatchObject({
      restoreAccount: { via: 'http', path: '/restore?account={account}', uploadsFile: true, headers: { 'content-type': 'text/x-dump' }, timeoutMs: 60_000, expectStatus: [201] },
    })
  })
  test('and nothing else, and nowhere else', () => {
    const problem = (more: object) => backupSection.safeParse({ create, ...more }).error?.issues[0]
    expect(problem({ restoreLive: { http: 'POST /restore?of={namespace}', upload: 'dump.sql' } })).toMatchObject({ path: ['restoreLive', 'upload'], message: expect.stringContaining('"{file}"') })
    expect(problem({ verify: { http: 'POST /verify', upload: '{file}' } })).toMatchObject({ path: ['verify'], keys: ['upload'] })
  })
  test.each([
    [{ restoreLive: { http: 'POST /restore', upload: '{file}', body: { prefix: '{namespace}' } } }, /one of body, text and upload, found body and upload/],
    [{ restoreLive: { http: 'POST /restore', upload: '{file}', text: '{namespace}' } }, /found text and upload/],
    [{ restoreLive: { exec: ['restore', '{namespace}'], upload: '{file}' } }, /upload belongs to http/],
    [{ restoreIsolated: { http: 'GET /restore', upload: '{file}' } }, /expected POST/],
    [{ restoreLive: { http: 'POST /restore', upload: '{file}' } }, /\{namespace\}/],
    [{ create: { exec: ['dump'] } }, /\{file\}/],
    [{ restoreLive: { exec: ['restore', '{file}'] } }, /\{namespace\}/],
    [{ restoreAccount: { exec: ['restore', '{file}'] } }, /\{account\}/],
    [{ verify: { exec: ['verify', '{file}'], http: 'GET /x' } }, /exactly one/],
  ])('%j is a contradiction', (more, message) => {
    expect(() => backup(more)).toThrow(DescriptorContradiction)
    expect(() => backup(more)).toThrow(message)
  })
})

const invariant = {
  account: { http: 'PUT /accounts/{account}', body: { balance: '{balance}' } },
  transfer: { http: 'POST /transfers', body: { id: '{key}', from: '{from}', to: '{to}', amount: '{amount}' } },
  balance: 'GET /accounts/{account}#/balance',
  marker: 'GET /transfers/{key}',
}
const accounts = {
  create: { http: 'PUT /accounts/{account}' },
  setPassword: { http: 'PUT /accounts/{account}/password', body: '{password}' },
  login: { http: 'POST /login', body: { account: '{account}', password: '{password}' }, token: '/token' },
  passwordAfterRestore: 'current',
  createdSince: 'removed',
  types: {
    note: { write: { http: 'PUT /a/{account}/{name}?t={token}', body: '{value}' }, read: { http: 'GET /a/{account}/{name}?t={token}', expect: { json: { '/value': '{value}' } } }, effects: 'GET /events/{account}/{name}#/count', metadata: ['/id'] },
    member: { write: { http: 'PUT /g/{name}/{account}?t={token}' }, read: { http: 'GET /g/{name}/{account}?t={token}' }, shared: true },
  },
}

describe('what is known of the data', () => {
  test('becomes operations', () => {
    const found = data({ delete: { http: 'DELETE /r/{key}' }, list: { http: 'GET /r?prefix={prefix}', items: '/r', key: '/id' }, invariant, accounts })
    expect(found.invariant).toMatchObject({ amountMax: 1_000_000, balance: { path: '/accounts/{account}', capture: { balance: { pointer: '/balance' } } }, marker: { mutates: false } })
    expect(found.list).toMatchObject({ itemsPointer: '/r', keyPointer: '/id' })
    expect(found.accounts?.types.map(({ name, hasValue, shared, single }) => ({ name, hasValue, shared, single }))).toEqual([
      { name: 'note', hasValue: true, shared: false, single: false },
      { name: 'member', hasValue: false, shared: true, single: false },
    ])
    expect(found.accounts?.types[0]).toMatchObject({ metadata: ['/id'], effects: { path: '/events/{account}/{name}', capture: { count: { pointer: '/count' } } } })
    expect(found.accounts?.login).toMatchObject({ tokenPointer: '/token', operation: { name: 'accounts.login', weight: 0 } })
  })
  test.each([
    [{ delete: { http: 'DELETE /r' } }, /\{key\}/],
    [{ invariant: { ...invariant, transfer: { http: 'POST /transfers', body: { id: '{key}' } } } }, /\{from\} and \{to\} and \{amount\}/],
    [{ invariant: { ...invariant, marker: 'GET /transfers/{kee}/{key}' } }, /unknown placeholder \{kee\}/],
    [{ accounts: { ...accounts, types: { note: { ...accounts.types.note, read: { http: 'GET /a/{account}/{name}?t={token}' } } } } }, /\{value\}/],
    [{ accounts: { ...accounts, types: { note: { ...accounts.types.note, effects: 'GET /events/{account}#/count' } } } }, /\{name\}/],
    [{ accounts: { ...accounts, create: { http: 'POST /accounts' } } }, /\{account\}/],
  ])('%j is a contradiction', (document, message) => {
    expect(() => data(document)).toThrow(message)
  })
})
