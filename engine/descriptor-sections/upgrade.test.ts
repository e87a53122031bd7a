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

describe('an upgrade in a cluster', () => {
  const inCluster = (more: object) => upgradeOf(upgrade.parse({ ...good, releases: { v1: { reads: '1', image: 'web:1' }, v2: { reads: '2', image: 'web:2', env: { FEATURE: 'on' } }, bad: { reads: '3', env: { BROKEN: 'yes' } } }, ...more }), { byPlatform: true })
  test('is images, commands and environments', () => {
    expect(inCluster({}).releases).toMatchObject({ v1: { image: 'web:1', changes: {} }, v2: { image: 'web:2', changes: { env: { FEATURE: 'on' } } }, bad: { changes: { env: { BROKEN: 'yes' } } } })
  })
  test.each([
    [{ releases: good.releases }, /neither image, command nor env/],
  ])('%j is a contradiction', (more, message) => {
    expect(() => inCluster(more)).toThrow(message)
  })
  test('leaves out a tool that is for elsewhere', () => {
    expect(inCluster({ rollOut: { exec: ['roll', '{release}'] }, rollBack: { exec: ['back', '{release}'] } })).not.toHaveProperty('rollOut')
  })
  test('elsewhere an image is one', () => {
    expect(() => upgraded({ releases: { ...good.releases, v2: { reads: '2', image: 'web:2' } } })).toThrow(/workload of a cluster or a service of a swarm/)
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
