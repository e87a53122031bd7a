import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import type { ObservationEvent } from '../../core/history.js'
import { operation, rigOn, scriptedServer, serviceOf, until, type Rig } from './scripted-server.fixture.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const observations = (rig: Rig, probe: string): ObservationEvent[] => rig.events.filter((event) => event.kind === 'observation').filter((event) => event.probe === probe)
const valuesOf = <T>(rig: Rig, probe: string): T[] => observations(rig, probe).map(({ value }) => value as T)

describe('sampling', () => {
  const silence = { outcome: 'timeout' }
  const cases: readonly (readonly [string, (response: ServerResponse) => void, object])[] = [
    ['pass', (response) => void response.setHeader('x-boot', 'b7').end('ready'), { outcome: 'pass', status: 200, boot: 'b7' }],
    ['fail', (response) => void response.writeHead(503).end(), { outcome: 'fail', status: 503 }],
    ['reset', (response) => void response.socket!.resetAndDestroy(), { outcome: 'reset' }],
    ['closed', (response) => void response.socket!.end(), { outcome: 'reset' }],
    ['silent', () => {}, silence],
  ]
  test.each(cases)('%s', async (_name, answer, value) => {
    const server = await scriptedServer((_request, response) => answer(response))
    const rig = rigOn([server.url], serviceOf([]))
    closing.push(() => rig.traffic.close(), server.close)
    const sampler = rig.traffic.sample({ probes: ['readiness'], instances: ['i-0'], everyMs: 20, timeoutMs: value === silence ? 150 : 10_000 })
    await until(() => observations(rig, 'readiness').length >= 3)
    await sampler.stop()
    for (const event of observations(rig, 'readiness')) {
      expect(event.target).toBe('i-0')
      expect(event.value).toEqual(value)
      expect(event.sentAtMs).toBeLessThanOrEqual(event.atMs)
    }
  })
  test('refused, of two probes and two instances, goes on while others are waited for', async () => {
    const server = await scriptedServer((request, response) => (request.url === '/live' ? response.end() : undefined))
    const gone = await scriptedServer(() => {})
    await gone.close()
    const rig = rigOn([server.url, gone.url], serviceOf([]))
    closing.push(() => rig.traffic.close(), server.close)
    const sampler = rig.traffic.sample({ probes: ['readiness', 'liveness'], instances: ['i-0', 'i-1'], everyMs: 10, timeoutMs: 1_500 })
    await until(() => server.received.filter((line) => line === 'GET /ready').length >= 5)
    expect(observations(rig, 'readiness').filter(({ target }) => target === 'i-0')).toHaveLength(0)
    await sampler.stop()
    expect(observations(rig, 'readiness').filter(({ target }) => target === 'i-0').every(({ value }) => (value as { outcome: string }).outcome === 'timeout')).toBe(true)
    expect(observations(rig, 'liveness').find(({ target }) => target === 'i-0')?.value).toMatchObject({ outcome: 'pass' })
    expect(observations(rig, 'readiness').find(({ target }) => target === 'i-1')?.value).toEqual({ outcome: 'refused' })
  })
})

test('a health answer is read with its body and its caching headers, and no answer is told as such', async () => {
  const server = await scriptedServer((request, response) =>
    request.url === '/ready' ? void response.writeHead(503, { 'cache-control': 'no-store', age: '0' }).end('{"status":"fail"}') : void response.socket!.resetAndDestroy(),
  )
  const rig = rigOn([server.url], serviceOf([]))
  closing.push(() => rig.traffic.close(), server.close)
  await rig.traffic.readHealth({ endpoint: 'readiness', via: 'i-0', state: 'draining' })
  await rig.traffic.readHealth({ endpoint: 'liveness', via: 'balancer', state: 'draining' })
  await rig.traffic.readHealth({ endpoint: 'detail', via: 'i-0', state: 'draining' })
  expect(observations(rig, 'health-answer').map(({ target }) => target)).toEqual(['i-0', 'balancer'])
  const [first, second] = valuesOf<Record<string, unknown>>(rig, 'health-answer')
  expect(first).toMatchObject({ state: 'draining', endpoint: 'readiness', status: 503, body: '{"status":"fail"}', json: { status: 'fail' }, cacheControl: 'no-store', age: '0' })
  expect(second).toMatchObject({ status: null, code: 'ECONNRESET' })
})

describe('reconciling', () => {
  /** Acknowledges every write; what a read answers is up to `statusOf`. */
  async function store(statusOf: (key: string, reads: number, response: ServerResponse) => number): Promise<{ rig: Rig; reads: Map<string, number> }> {
    const reads = new Map<string, number>()
    const server = await scriptedServer((request, response) => {
      if (request.method === 'PUT') return void response.writeHead(201).end()
      const key = request.url!.split('/')[2]!
      reads.set(key, (reads.get(key) ?? 0) + 1)
      response.writeHead(statusOf(key, reads.get(key)!, response)).end()
    })
    const write = operation('write', { method: 'PUT', path: '/items/{key}', mutates: true })
    const read = operation('strong', { path: '/items/{key}' })
    const rig = rigOn([server.url], serviceOf([write], { data: { write, readStrong: read, maxLagMs: 0 } }))
    closing.push(() => rig.traffic.close(), server.close)
    for (let n = 0; n < 3; n++) await rig.traffic.send({ load: 'w', operation: 'write', via: 'balancer', key: `k${n}` })
    return { rig, reads }
  }
  test('reads every key once when all are there', async () => {
    const { rig, reads } = await store(() => 200)
    await rig.traffic.reconcile({ load: 'reconcile', convergenceMs: 30_000 })
    expect(rig.requests('reconcile').map(({ key, outcome }) => `${key} ${outcome}`).sort()).toEqual(['k0 ok', 'k1 ok', 'k2 ok'])
    expect(['k0', 'k1', 'k2'].map((key) => reads.get(key))).toEqual([1, 1, 1])
  })
  test('reads a few keys in the end that nobody wrote, of the same form', async () => {
    const { rig } = await store(() => 200)
    const like = rig.traffic.newKey()
    await rig.traffic.send({ load: 'w', operation: 'write', via: 'balancer', key: like })
    await rig.traffic.reconcile({ load: 'reconcile', convergenceMs: 30_000 })
    const control = rig.requests('never-written')
    const stem = like.replace(/[0-9]+$/, '')
    expect(control.map(({ outcome, operation }) => `${operation} ${outcome}`)).toEqual(Array.from({ length: 5 }, () => 'strong ok'))
    expect(new Set(control.map(({ key }) => key)).size).toBe(5)
    for (const { key } of control) expect(key?.startsWith(stem) === true && key !== like).toBe(true)
    expect(Math.min(...control.map(({ plannedAtMs }) => plannedAtMs))).toBeGreaterThanOrEqual(Math.max(...rig.requests('reconcile').map(({ endedAtMs }) => endedAtMs)))
  })
  test('repeats what is absent, and what is unreadable, until it is there', async () => {
    const { rig } = await store((key, reads) => (key === 'k1' && reads < 3 ? 404 : key === 'k2' && reads < 3 ? 500 : 200))
    await rig.traffic.reconcile({ load: 'reconcile', convergenceMs: 30_000 })
    expect(rig.requests('reconcile').map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok'])
  })
  test('reads what stays absent once more after the deadline, and records that', async () => {
    const { rig } = await store((key) => (key === 'k1' ? 404 : 200))
    const deadlineAtMs = rig.clock() + 300
    await rig.traffic.reconcile({ load: 'reconcile', convergenceMs: 300 })
    const absent = rig.requests('reconcile').filter(({ key }) => key === 'k1')
    expect(absent).toHaveLength(1)
    expect(absent[0]).toMatchObject({ status: 404, outcome: 'error-status' })
    expect(absent[0]!.sentAtMs).toBeGreaterThanOrEqual(deadlineAtMs)
  })
})

test('a stall of the harness is recorded', async () => {
  const rig = rigOn([new URL('http://127.0.0.1:1')], serviceOf([]))
  closing.push(() => rig.traffic.close())
  await until(() => observations(rig, 'event-loop-delay').length >= 1)
  const endAt = performance.now() + 120
  while (performance.now() < endAt);
  await until(() => valuesOf<{ maxMs: number }>(rig, 'event-loop-delay').some(({ maxMs }) => maxMs >= 90))
})
