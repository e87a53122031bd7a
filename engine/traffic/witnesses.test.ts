import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import type { RequestEvent, WitnessEvent } from '../../core/history.js'
import type { Operation } from '../../core/service-descriptor.js'
import { operation, rigOn, scriptedServer, serviceOf, until, type Rig } from './scripted-server.fixture.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Worker {
  readonly rig: Rig
  readonly effects: Map<string, number>
  /** Requests that execute now, by key. */
  readonly executing: Set<string>
}

/** A service of one or two instances that works for the time it is told, or until the body has arrived. */
async function worker(work: Operation, options: { readonly instances?: number; readonly lateEffect?: boolean } = {}): Promise<Worker> {
  const effects = new Map<string, number>()
  const executing = new Set<string>()
  const handle = (name: string, request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url!, 'http://x')
    const key = url.searchParams.get('key') ?? ''
    response.setHeader('x-instance', name)
    if (url.pathname === '/effects') return void response.end(JSON.stringify({ count: effects.get(key) ?? 0 }))
    const count = (): void => void effects.set(key, (effects.get(key) ?? 0) + 1)
    executing.add(key)
    if (!options.lateEffect) count()
    const finish = (): void => {
      executing.delete(key)
      if (options.lateEffect) count()
      response.end('done')
    }
    if (url.pathname === '/stream') response.write('begun ')
    if (url.pathname === '/hold') request.on('end', finish).resume()
    else setTimeout(finish, Number(url.searchParams.get('ms'))).unref()
  }
  const names = ['alpha', 'beta'].slice(0, options.instances ?? 1)
  const servers = await Promise.all(names.map((name) => scriptedServer((request, response) => handle(name, request, response))))
  let turn = 0
  const balancer = await scriptedServer((request, response) => handle(names[turn++ % names.length]!, request, response))
  const rig = rigOn(servers.map(({ url }) => url), serviceOf([work]), { entrypoint: balancer.url })
  closing.push(() => rig.traffic.close(), ...servers.map(({ close }) => close), balancer.close)
  await rig.traffic.identify()
  return { rig, effects, executing }
}

const effect = { path: '/effects?key={key}', pointer: '/count' }
const stream = operation('stream', { method: 'POST', path: '/stream?key={key}&ms={durationMs}', mutates: true, streams: true, minDurationMs: 700, timeoutMs: 2_100, expect: { status: [200], json: {}, bodyEndsWith: 'done' }, effect })
const slow = operation('slow', { method: 'POST', path: '/slow?key={key}&ms={durationMs}', mutates: true, minDurationMs: 700, timeoutMs: 2_100, effect })
const hold = operation('hold', { method: 'POST', path: '/hold?key={key}', body: { key: '{key}' }, mutates: true, holdsBody: true, timeoutMs: 2_100 })

const witnessEvents = (rig: Rig): WitnessEvent[] => rig.events.filter((event) => event.kind === 'witness')
const requestOf = (rig: Rig, id: number): RequestEvent | undefined => rig.requests('witness').find((event) => event.id === id)

test.each([
  ['a stream', stream, {}, 'A'],
  ['a slow one whose effect is seen', slow, {}, 'B'],
  ['a slow one', slow, { lateEffect: true }, 'C'],
  ['one whose body is held open', hold, {}, 'C'],
] as const)('%s is proven to be executing before the group is handed out', async (_name, work, options, proof) => {
  const { rig, executing } = await worker(work, options)
  const group = await rig.traffic.witnesses({ group: 'drain-1', instance: 'i-0', count: 4 })
  expect(group).toMatchObject({ proven: 4, proof })
  expect(group.keys.every((key) => executing.has(key))).toBe(true)
  const handedOutAtMs = rig.clock()
  expect(await group.ended(5_000)).toBe(true)
  const events = witnessEvents(rig)
  expect(events).toHaveLength(4)
  for (const { request, instance, provenAtMs, proof: grade } of events) {
    expect([instance, grade]).toEqual(['i-0', proof])
    expect(provenAtMs).toBeLessThanOrEqual(handedOutAtMs)
    const ended = requestOf(rig, request)!
    expect(ended.outcome).toBe('ok')
    expect(ended.sentAtMs).toBeLessThan(provenAtMs)
    expect(ended.endedAtMs).toBeGreaterThan(handedOutAtMs)
  }
})

test('effects are looked up and recorded with the witness', async () => {
  const { rig, effects } = await worker(slow)
  const group = await rig.traffic.witnesses({ group: 'g', instance: 'i-0', count: 2 })
  await group.ended(5_000)
  effects.set(group.keys[1]!, 2)
  await group.lookUpEffects()
  expect(witnessEvents(rig).slice(2).map((event) => event.effects)).toEqual([1, 2])
})

test('through a balancer only streams from the instance itself are witnesses', async () => {
  const { rig } = await worker(stream, { instances: 2 })
  const group = await rig.traffic.witnesses({ group: 'g', instance: 'i-1', count: 3, through: 'balancer' })
  expect(group).toMatchObject({ proven: 3, proof: 'A' })
  await group.ended(5_000)
  expect(witnessEvents(rig).map(({ request }) => requestOf(rig, request)!.instance)).toEqual(['i-1', 'i-1', 'i-1'])
})

test('through a balancer a slow request proves nothing', async () => {
  const { rig } = await worker(slow)
  const group = await rig.traffic.witnesses({ group: 'g', instance: 'i-0', count: 3, through: 'balancer' })
  expect(group).toMatchObject({ proven: 0, proof: 'D' })
  expect(await group.ended(5_000)).toBe(true)
  expect(rig.requests('witness')).toHaveLength(3)
  expect(witnessEvents(rig)).toHaveLength(0)
})

test('what has ended already is no witness', async () => {
  const server = await scriptedServer((_request, response) => void response.end('done'))
  const rig = rigOn([server.url], serviceOf([stream]))
  closing.push(() => rig.traffic.close(), server.close)
  const group = await rig.traffic.witnesses({ group: 'g', instance: 'i-0', count: 3 })
  expect(group.proven).toBe(0)
  expect(witnessEvents(rig)).toHaveLength(0)
})

test('a service without such an operation has no witnesses', async () => {
  const { rig } = await worker(operation('read'))
  expect(await rig.traffic.witnesses({ group: 'g', instance: 'i-0', count: 3 })).toMatchObject({ proven: 0, proof: 'D', keys: [] })
})

test('a stuck request with its body held open ends when it is released', async () => {
  const { rig, executing } = await worker(hold)
  const stuck = await rig.traffic.stuck({ group: 'stuck', instance: 'i-0', forMs: 60_000 })
  expect(stuck).toMatchObject({ proven: 1, proof: 'C' })
  expect(await stuck.ended(200)).toBe(false)
  expect(executing.size).toBe(1)
  stuck.release()
  expect(await stuck.ended(5_000)).toBe(true)
  expect(rig.requests('witness')[0]).toMatchObject({ outcome: 'ok' })
})

test('a stuck request that only the service could end is given up when it is released', async () => {
  const { rig } = await worker(slow)
  const stuck = await rig.traffic.stuck({ group: 'stuck', instance: 'i-0', forMs: 60_000 })
  expect(stuck.proven).toBe(1)
  stuck.release()
  expect(await stuck.ended(1_000)).toBe(true)
  await until(() => rig.requests('witness').length === 1)
  expect(rig.requests('witness')[0]).toMatchObject({ outcome: 'cancelled' })
})
