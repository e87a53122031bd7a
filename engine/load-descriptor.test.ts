import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SeaworthyError } from '../core/errors.js'
import { loadDescriptor } from './load-descriptor.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const good = `schema: seaworthy/v1
service: orders
target:
  kind: process
  replicas: { count: 2, command: [node, server.js], env: { PORT: "{port}", DB: "{store:port}" }, restart: always, startAtBoot: true }
  components:
    store: { role: storage, command: [node, store.js], ownsData: true }
identity: { instance: header:X-Instance }
balancer: { interval: 250ms, timeout: 0.5s }
health: { readiness: /ready }
lifecycle:
  drain: { http: POST /drain, deadline: 5s }
traffic:
  read: { http: "GET /items/{key}", expect: { json: { /id: "{key}" } } }
  write: { http: "PUT /items/{key}", body: { v: "{value}" } }
data: { write: write, read: { strong: read } }
`
function load(text: string, environment: NodeJS.ProcessEnv = {}) {
  const path = join(folder, 'seaworthy.yaml')
  writeFileSync(path, text)
  return loadDescriptor(path, environment)
}
function problem(text: string): SeaworthyError {
  try {
    load(text)
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) return thrown
    throw thrown
  }
  throw new Error('it was accepted')
}

test('a valid descriptor: defaults applied, durations in ms, names resolved', () => {
  const service = load(good)
  expect(service).toMatchObject({
    name: 'orders',
    directory: folder,
    identity: { instanceHeader: 'x-instance' },
    balancer: { intervalMs: 250, fall: 2, rise: 1, timeoutMs: 500 },
    lifecycle: { drain: { via: 'http', method: 'POST', path: '/drain', deadlineMs: 5_000 }, stop: { signal: 'SIGTERM', graceMs: 30_000 } },
  })
  expect(service.traffic['read']).toMatchObject({ method: 'GET', path: '/items/{key}', mutates: false, weight: 1 })
  expect(service.data?.write).toBe(service.traffic['write'])
})

test('environment variables with defaults', () => {
  expect(load(good.replace('orders', '"${NAME:-shop}"')).name).toBe('shop')
  expect(load(good.replace('orders', '"${NAME:-shop}"'), { NAME: 'kiosk' }).name).toBe('kiosk')
  expect(problem(good.replace('orders', '"${NAME}"')).message).toContain('NAME is not set')
})

describe('mistakes are named with file, line, column and path', () => {
  test.each([
    ['an unknown key with a near one', good.replace('interval: 250ms', 'intervall: 250ms'), /seaworthy\.yaml:9:\d+: balancer\.intervall: unknown key, did you mean interval\?/],
    ['a wrong duration', good.replace('250ms', 'fast'), /seaworthy\.yaml:9:\d+: balancer\.interval: expected a duration.*found "fast"/],
    ['a missing part', good.replace('health: { readiness: /ready }\n', ''), /health: .*it is missing/],
    ['a wrong method', good.replace('GET /items', 'FETCH /items'), /traffic\.read\.http: expected a method and a path/],
    ['an operation that is not there', good.replace('write: write,', 'write: wirte,'), /data\.write: names the operation "wirte", expected one of traffic: read, write/],
    ['a component that is not there', good.replace('{store:port}', '{database:port}'), /target\.replicas\.env\.DB: names the component "database", expected one of: store/],
    ['two ways at once', good.replace('http: POST /drain', 'http: POST /drain, signal: SIGUSR1'), /lifecycle\.drain: expected exactly one of http, signal and exec, found 2/],
    ['a waiver without a reason', `${good}waivers: [{ id: DRAIN-03, reason: later, owner: me, until: 2030-01-01 }]\n`, /waivers\.0\.reason: expected a reason of at least 20/],
    ['an operation with the name of a method of all objects', good.replace('write: write,', 'write: toString,'), /data\.write: names the operation "toString"/],
    ['a reserved component name', good.replaceAll('store:', 'machine:'), /target\.components\.machine: the name is reserved/],
    ['the name of a replica', good.replace('store: {', 'replica-1: {').replace('store:port', 'replica-1:port'), /replica-1: the name is reserved/],
    ['a path that names another host', good.replace('/ready', '//elsewhere/ready'), /health\.readiness: expected a path that begins with one \//],
    ['a request to another host', good.replace('POST /drain', 'POST /\\elsewhere'), /lifecycle\.drain\.http: expected a method and a path/],
    ['a duration of weeks', good.replace('deadline: 5s', 'deadline: 99999m'), /lifecycle\.drain\.deadline: expected at most 24 hours/],
    ['a balancer that asks all the time', good.replace('250ms', '1ms'), /balancer\.interval: expected at least 10ms/],
    ['a header name that is none', good.replace('write: { http:', 'write: { headers: { "a b": x }, http:'), /headers\.a b: expected the name of a header/],
    ['a header value of two lines', good.replace('write: { http:', 'write: { headers: { a: "x\\r\\ny" }, http:'), /headers\.a: expected a header value without control/],
    ['no traffic', good.replace('traffic:\n', 'traffic: {}\nx:\n').replace(/x:\n.*\n.*\n.*\n/, ''), /traffic: expected at least one operation with a weight above 0/],
    ['traffic without weight', good.replaceAll('{ http: "', '{ weight: 0, http: "'), /traffic: expected at least one operation with a weight above 0/],
    ['a day that is none', `${good}waivers: [{ id: DRAIN-03, reason: later when there is time, owner: me, until: 2027-99-99 }]\n`, /waivers\.0\.until: expected a date that exists/],
    ['a misspelt placeholder in a path', good.replace('PUT /items/{key}', 'PUT /items/{kee}'), /traffic\.write\.http: unknown placeholder \{kee\}, did you mean \{key\}\?/],
    ['a misspelt placeholder in a body', good.replace('"{value}"', '["{vale}"]'), /traffic\.write\.body\.v\.0: unknown placeholder \{vale\}, did you mean \{value\}\?/],
  ])('%s', (_, text, expected) => {
    const found = problem(text)
    expect(found.code).toBe('SW_DESCRIPTOR_INVALID')
    expect(found.exitCode).toBe(64)
    expect(found.message).toMatch(expected)
  })
  test('all of them at once', () => {
    expect(problem(good.replace('250ms', 'fast').replace('POST /drain', 'drain')).message).toMatch(/has 2 mistakes/)
  })
  test('YAML that cannot be parsed', () => {
    expect(problem('schema: [')).toMatchObject({ code: 'SW_DESCRIPTOR_SYNTAX', message: expect.stringMatching(/seaworthy\.yaml:1:\d+/) as string })
  })
  test.each([
    ['an alias that leads nowhere', good.replace('orders', '*nowhere')],
    ['an alias that contains itself', `${good}facts: &facts { again: *facts }\n`],
    ['aliases that grow without end', `${good}a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]\n`).join('')}`],
    ['values nested too deeply', `facts: ${'['.repeat(100_000)}`],
  ])('%s', (_, text) => {
    expect(problem(text)).toMatchObject({ code: 'SW_DESCRIPTOR_SYNTAX', exitCode: 64 })
  })
  test('a folder or a device is not read', () => {
    for (const path of [folder, '/dev/zero']) expect(() => loadDescriptor(path)).toThrow(expect.objectContaining({ code: 'SW_DESCRIPTOR_UNREADABLE' }))
  })
  test('keys written twice', () => {
    expect(problem(`${good}health: { readiness: /other }\n`).code).toBe('SW_DESCRIPTOR_SYNTAX')
  })
  test('an empty document', () => {
    expect(problem('').code).toBe('SW_DESCRIPTOR_INVALID')
  })
  test('no such file', () => {
    expect(() => loadDescriptor(join(folder, 'nowhere.yaml'))).toThrow(expect.objectContaining({ code: 'SW_DESCRIPTOR_UNREADABLE' }))
  })
})

test('what comes from the environment is not shown in a message', () => {
  const text = good.replace('interval: 250ms', 'interval: "${BALANCER_SECRET}"')
  let message = ''
  try {
    load(text, { BALANCER_SECRET: 'hunter2' })
  } catch (thrown) {
    message = (thrown as Error).message
  }
  expect(message).toContain('${BALANCER_SECRET}')
  expect(message).not.toContain('hunter2')
})
