import { afterEach, expect, test } from 'vitest'
import type { Operation } from '../../core/service-descriptor.js'
import { operation, rigOn, scriptedServer, serviceOf, until, type ScriptedServer } from './scripted-server.fixture.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

type Listener = Parameters<typeof scriptedServer>[0]
async function rig(listener: Listener, operations: readonly Operation[] = [operation('read')]) {
  const server: ScriptedServer = await scriptedServer(listener)
  const made = rigOn([server.url], serviceOf([...operations]))
  closing.push(() => made.traffic.close(), server.close)
  return { server, ...made }
}
const json = (status: number, value: unknown): Listener => (_request, response) => {
  response.statusCode = status
  response.end(JSON.stringify(value))
}
const probe = (pointer: string) => ({ name: 'banner', probe: { path: '/banner', pointer }, via: 'balancer' })

test.each([
  ['/text', { outcome: 'read', status: 200, value: 'hello' }],
  ['/missing', { outcome: 'absent', status: 200 }],
  ['', { outcome: 'read', status: 200, value: '{"text":"hello"}' }],
])('the value at %j', async (pointer, expected) => {
  const { traffic, events } = await rig(json(200, { text: 'hello' }))
  expect(await traffic.readValue(probe(pointer))).toEqual(expected)
  expect(events).toContainEqual(expect.objectContaining({ kind: 'observation', probe: 'banner', target: 'balancer', value: expected }))
})

test('an answer that is no success carries no value', async () => {
  const { traffic } = await rig(json(503, { text: 'hello' }))
  expect(await traffic.readValue(probe('/text'))).toEqual({ outcome: 'error-status', status: 503 })
})

test('silence, an early end and a closed port are told apart', async () => {
  const silent = await rig(() => {})
  expect(await silent.traffic.readValue({ ...probe('/text'), timeoutMs: 100 })).toEqual({ outcome: 'timeout' })
  const cut = await rig((request) => void request.socket.destroy())
  expect(await cut.traffic.readValue(probe('/text'))).toEqual({ outcome: 'reset' })
  const gone = await rig(json(200, {}))
  await gone.server.close()
  expect(await gone.traffic.readValue(probe('/text'))).toEqual({ outcome: 'refused' })
})

test('values fill the path, escaped', async () => {
  const { traffic, server } = await rig(json(200, {}))
  await traffic.readValue({ name: 'x', probe: { path: '/flags/{name}', pointer: '' }, via: 'balancer', values: { name: 'a/b' } })
  expect(server.received).toEqual(['GET /flags/a%2Fb'])
})

test('a sampler reads from every address until it is stopped', async () => {
  const { traffic, events } = await rig(json(200, { text: 'hello' }))
  const instance = 'i-0'
  const sampler = traffic.sampleValues({ name: 'banner', probe: { path: '/banner', pointer: '/text' }, via: ['balancer', instance], everyMs: 20 })
  const seen = (target: string): number => events.filter((event) => event.kind === 'observation' && event.probe === 'banner' && event.target === target).length
  await until(() => seen('balancer') >= 3 && seen(instance) >= 3)
  await sampler.stop()
  const before = seen('balancer')
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(seen('balancer')).toBe(before)
})

test('an unknown address is told at once', async () => {
  const { traffic } = await rig(json(200, {}))
  expect(() => traffic.sampleValues({ name: 'banner', probe: { path: '/banner', pointer: '' }, via: ['nowhere'], everyMs: 20 })).toThrow('nowhere')
})

test('an address that was made known can be used like an instance', async () => {
  const { traffic, requests } = await rig(json(200, {}))
  const other = await scriptedServer(json(200, { fine: true }))
  closing.push(other.close)
  traffic.address('apart', other.url)
  expect((await traffic.send({ load: 'one', operation: 'read', via: 'apart' })).outcome).toBe('ok')
  expect(requests('one')[0]?.via).toBe('apart')
  expect(other.received).toHaveLength(1)
})

test('what an operation captures stands in its request events, and values of its own fill its templates', async () => {
  const captured: Operation = { ...operation('read'), path: '/read/{name}?x={key}', capture: { source: { header: 'x-source' }, age: { pointer: '/age' }, none: { pointer: '/none' } } }
  const { traffic, requests, server } = await rig((_request, response) => void response.setHeader('x-source', 'replica').end('{"age":7}'))
  const sent = await traffic.send({ load: 'one', operation: captured, via: 'balancer', key: 'k', values: { name: 'n' } })
  expect(sent.headers?.['x-source']).toBe('replica')
  expect(requests('one')[0]?.captured).toEqual({ source: 'replica', age: 7 })
  expect(server.received).toEqual(['GET /read/n?x=k'])
})
