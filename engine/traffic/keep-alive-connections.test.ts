import type { Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { operation, rigOn, scriptedServer, serviceOf, until, type Rig, type ScriptedServer } from './scripted-server.fixture.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const service = serviceOf([operation('read'), operation('put', { method: 'PUT', mutates: true }), operation('post', { method: 'POST', path: '/post', body: { key: '{key}' }, mutates: true })])

interface Parts {
  readonly rig: Rig
  readonly server: ScriptedServer
  readonly sockets: Socket[]
  behaviour: 'answer' | 'announce' | 'reset' | 'hang'
}

async function parts(): Promise<Parts> {
  const sockets: Socket[] = []
  const made: { behaviour: Parts['behaviour'] } = { behaviour: 'answer' }
  const server = await scriptedServer((request, response) => {
    if (made.behaviour === 'reset') return void request.socket.resetAndDestroy()
    if (made.behaviour === 'hang') return
    if (made.behaviour === 'announce') response.setHeader('connection', 'close')
    response.setHeader('keep-alive', 'timeout=1').end('fine')
  })
  server.server.on('connection', (socket) => sockets.push(socket))
  const rig = rigOn([server.url], service)
  closing.push(() => rig.traffic.close(), server.close)
  return Object.assign(made, { rig, server, sockets })
}

const spec = { name: 'keep-alive', instance: 'i-0', connections: 4, everyMs: 20, durationMaxMs: 20_000 } as const
const ends = (rig: Rig): unknown[] => rig.events.filter((event) => event.kind === 'observation').filter(({ probe }) => probe === 'connection-ended').map(({ value }) => (value as { how: string }).how)

test('each keeps one socket, sends in turn what may and what may not be repeated, and stops when told', async () => {
  const { rig, sockets } = await parts()
  const load = rig.traffic.keepAliveConnections(spec)
  await until(() => rig.requests('keep-alive').length >= 40)
  await load.stop()
  const events = rig.requests('keep-alive')
  expect(sockets).toHaveLength(4)
  expect(events.every(({ outcome }) => outcome === 'ok')).toBe(true)
  for (const number of [1, 2, 3, 4]) {
    const mine = events.filter(({ connection }) => connection === number)
    expect(mine.map(({ reused }) => reused)).toEqual(mine.map((_event, index) => index > 0))
    mine.slice(1).forEach((event, index) => expect(event.method).not.toBe(mine[index]!.method))
    expect(new Set(mine.map(({ method }) => method))).toEqual(new Set(['GET', 'POST']))
  }
  expect(ends(rig)).toEqual(['stopped', 'stopped', 'stopped', 'stopped'])
})

test('each ends when it is told to close', async () => {
  const made = await parts()
  const load = made.rig.traffic.keepAliveConnections(spec)
  await until(() => made.rig.requests('keep-alive').length >= 8)
  made.behaviour = 'announce'
  await load.finished()
  expect(made.rig.requests('keep-alive').filter(({ closeAnnounced }) => closeAnnounced)).toHaveLength(4)
  expect(ends(made.rig)).toEqual(Array(4).fill('told-to-close'))
  expect(made.sockets).toHaveLength(4)
})

test('one that the server closes while it is idle ends without a request being lost', async () => {
  const { rig, sockets } = await parts()
  const load = rig.traffic.keepAliveConnections({ ...spec, connections: 1, everyMs: 300 })
  await until(() => rig.requests('keep-alive').length === 1)
  sockets[0]!.end()
  await load.finished()
  expect(rig.requests('keep-alive').map(({ outcome }) => outcome)).toEqual(['ok'])
  expect(ends(rig)).toEqual(['closed-by-server'])
  expect(sockets).toHaveLength(1)
})

test('one that is reset with a request on it records that and is not replaced', async () => {
  const made = await parts()
  const load = made.rig.traffic.keepAliveConnections({ ...spec, connections: 1 })
  await until(() => made.rig.requests('keep-alive').length >= 2)
  made.behaviour = 'reset'
  await load.finished()
  expect(made.rig.requests('keep-alive').at(-1)).toMatchObject({ outcome: 'reset-idle', connection: 1 })
  expect(ends(made.rig)).toEqual(['failed'])
  expect(made.sockets).toHaveLength(1)
})

test('is never closed by the client because a keep-alive hint runs out', async () => {
  const { rig, sockets } = await parts()
  const load = rig.traffic.keepAliveConnections({ ...spec, connections: 1, everyMs: 1_300 })
  await until(() => rig.requests('keep-alive').length === 2)
  await load.stop()
  expect(rig.requests('keep-alive')[1]).toMatchObject({ outcome: 'ok', reused: true })
  expect(sockets).toHaveLength(1)
})

test('an abort ends them without a loss', async () => {
  const made = await parts()
  made.behaviour = 'hang'
  const load = made.rig.traffic.keepAliveConnections(spec)
  await until(() => made.server.received.length === 4)
  made.rig.abort.abort()
  await load.finished()
  expect(made.rig.requests('keep-alive').map(({ outcome }) => outcome)).toEqual(Array(4).fill('cancelled'))
  expect(ends(made.rig)).toEqual(Array(4).fill('stopped'))
})
