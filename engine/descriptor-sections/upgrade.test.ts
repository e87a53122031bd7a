import { describe, expect, test } from 'vitest'
import { clone, cloneOf, upgrade, upgradeOf } from './upgrade.js'

const good = {
  version: 'GET /version#/release',
  releases: { v1: { reads: '1', env: { RELEASE: 'v1' } }, v2: { reads: '2', env: { RELEASE: 'v2' } }, bad: { reads: '3' } },
  from: 'v1',
  to: 'v2',
  bad: ['bad'],
}
const upgraded = (more: object) => upgradeOf(upgrade.parse({ ...good, ...more }))

describe('upgrade', () => {
  test('is read with defaults', () => {
    expect(upgraded({})).toMatchObject({ version: { path: '/version', pointer: '/release' }, maxUnavailable: 1, releases: { v2: { name: 'v2', reads: '2', changes: { env: { RELEASE: 'v2' } } } } })
  })
  test.each([
    [{ to: 'v3' }, /release "v3"/],
    [{ to: 'v1' }, /same release twice/],
    [{ bad: ['v2'] }, /same release twice/],
    [{ releases: { ...good.releases, v2: { reads: '1', env: { RELEASE: 'v2' } } } }, /two releases read the same/],
    [{ releases: { ...good.releases, v2: { reads: '2' } } }, /nothing would be upgraded/],
    [{ features: { count: { default: 'on', probe: 'GET /page#/count', whenOn: { present: true }, whenOff: { absent: true } } } }, /would release it/],
    [{ rollOut: { exec: ['roll'] } }, /\{release\}/],
    [{ rollOut: { exec: ['roll', '{release}'], http: 'POST /roll' } }, /exactly one/],
  ])('%j is a contradiction', (more, message) => {
    expect(() => upgraded(more)).toThrow(message)
  })
})

const notes = { component: 'notes', env: { RELEASE: '2' }, write: { http: 'PUT /notes/{key}' }, read: { http: 'GET /notes/{key}' }, copy: { exec: ['copy'] } }
const cloned = (more: object) => cloneOf(clone.parse({ ...notes, ...more }), ['notes'])

describe('clone', () => {
  test('is read with defaults', () => {
    expect(cloned({})).toMatchObject({ component: 'notes', changes: { env: { RELEASE: '2' } }, interruptionMs: 5_000, copy: { via: 'exec' }, write: { name: 'clone.write', mutates: true } })
  })
  test.each([
    [{ component: 'other' }, /component "other"/],
    [{ env: {} }, /same release/],
    [{ freeze: { http: 'POST /freeze' } }, /expected a command/],
  ])('%j is a contradiction', (more, message) => {
    expect(() => cloned(more)).toThrow(message)
  })
})
