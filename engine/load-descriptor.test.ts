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
