import { afterEach, expect, test } from 'vitest'
import { operation, rigOn, scriptedServer, serviceOf, until } from './scripted-server.fixture.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

test('each of 100 requests out of 2000 that are lost to an orderly close is reported, once', async () => {
  let arrived = 0
  const server = await scriptedServer((request, response) => {
    arrived += 1
    if (arrived % 20 === 0) setTimeout(() => request.socket.end(), 100)
    else response.end('fine')
  })
  const { traffic, requests } = rigOn([server.url], serviceOf([operation('read', { timeoutMs: 20_000 })]))
  closing.push(() => traffic.close(), server.close)
  const load = traffic.start({ name: 'background', ratePerSecond: 1_000, operations: ['read'], via: 'balancer', connections: 'keep-alive', durationMaxMs: 2_000 })
  await load.finished()
  const events = requests('background')
  expect(arrived).toBe(2_000)
  expect(events).toHaveLength(2_000)
  expect(new Set(events.map(({ id }) => id)).size).toBe(2_000)
  expect(events.filter(({ outcome }) => outcome === 'closed-in-flight')).toHaveLength(100)
  expect(events.filter(({ outcome }) => outcome === 'ok')).toHaveLength(1_900)
  expect(load.counts()).toEqual({ planned: 2_000, ended: 2_000, notOk: 100 })
})

test('a stall of the server shows in the latency of every request that was planned in it', async () => {
  let stalledUntil = 0
  const server = await scriptedServer((_request, response) => {
    const waitMs = stalledUntil - performance.now()
    if (waitMs > 0) setTimeout(() => response.end('late'), waitMs)
    else response.end('fine')
  })
  const { traffic, requests, clock } = rigOn([server.url], serviceOf([operation('read')]))
  closing.push(() => traffic.close(), server.close)
  const load = traffic.start({ name: 'background', ratePerSecond: 200, operations: ['read'], via: 'balancer', connections: 'keep-alive', durationMaxMs: 5_000 })
  await until(() => server.received.length >= 20)
  const fromMs = clock()
  stalledUntil = performance.now() + 500
  await until(() => clock() > fromMs + 600)
  await load.stop()
  const hit = requests('background').filter(({ plannedAtMs }) => plannedAtMs >= fromMs && plannedAtMs < fromMs + 490)
  expect(hit.length).toBeGreaterThanOrEqual(90)
  for (const { endedAtMs } of hit) expect(endedAtMs).toBeGreaterThanOrEqual(fromMs + 495)
  expect(requests('background').every(({ outcome }) => outcome === 'ok')).toBe(true)
})

test('mixed traffic follows the weights and reads only keys that were acknowledged', async () => {
  const stored = new Map<string, string>()
  const server = await scriptedServer((request, response) => {
    const key = decodeURIComponent(request.url!.split('/')[2] ?? '')
    if (request.method === 'PUT') {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        stored.set(key, (JSON.parse(body) as { value: string }).value)
        response.writeHead(201).end()
      })
      return
    }
    const value = stored.get(key)
    response.writeHead(value === undefined ? 404 : 200).end(JSON.stringify({ key, value }))
  })
  const write = operation('write', { method: 'PUT', path: '/items/{key}', body: { value: '{value}' }, mutates: true, weight: 1 })
  const read = operation('read', { path: '/items/{key}', expect: { status: [200], json: { '/value': '{value}', '/key': '{key}' } }, weight: 4 })
  const { traffic, requests } = rigOn([server.url], serviceOf([write, read], { data: { write, readStrong: read, maxLagMs: 0 } }))
  closing.push(() => traffic.close(), server.close)
  expect(await traffic.seed(20)).toBe(20)
  const load = traffic.start({ name: 'mix', ratePerSecond: 400, operations: 'mixed', via: 'balancer', connections: 'keep-alive', durationMaxMs: 1_000 })
  await load.finished()
  expect(load.counts()).toEqual({ planned: 400, ended: 400, notOk: 0 })
  const writes = requests('mix').filter((event) => event.operation === 'write')
  expect(writes.length).toBeGreaterThan(40)
  expect(writes.length).toBeLessThan(140)
  expect(new Set(writes.map(({ key }) => key)).size).toBe(writes.length)
  expect(writes.every(({ key, value }) => stored.get(key!) === value)).toBe(true)
})

test('a read without a key to read is cancelled, not sent', async () => {
  const server = await scriptedServer((_request, response) => void response.end())
  const { traffic, requests } = rigOn([server.url], serviceOf([operation('read', { path: '/items/{key}' })]))
  closing.push(() => traffic.close(), server.close)
  await traffic.send({ load: 'one', operation: 'read', via: 'balancer' })
  expect(requests()[0]).toMatchObject({ outcome: 'cancelled', detail: 'no key is known to be readable' })
  expect(server.received).toHaveLength(0)
})
