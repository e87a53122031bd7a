import { createServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { HalfSent } from '../../core/scenario.js'
import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js'
import { operation, rigOn, serviceOf, until, type Rig } from './scripted-server.fixture.js'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const read = operation('read')
const post = operation('post', { method: 'POST', path: '/post', body: { key: '{key}' }, mutates: true })
const spec = { name: 'half-sent', instance: 'i-0', everyMs: 20, durationMaxMs: 20_000 } as const

/** What arrives, byte by byte. */
async function listener(): Promise<{ readonly url: URL; text(): string; readonly sockets: Socket[] }> {
  let received = ''
  const sockets: Socket[] = []
  const server = createTcpServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), text: () => received, sockets }
}

function rigFor(url: URL, operations: readonly Operation[], more: Partial<ServiceDescriptor> = {}): Rig {
  const rig = rigOn([url], serviceOf(operations, more))
  closing.push(() => rig.traffic.close())
  return rig
}
function started(rig: Rig): HalfSent {
  const halfSent = rig.traffic.halfSent(spec)
  if (halfSent === undefined) throw new Error('nothing could be half sent')
  return halfSent
}
const ends = (rig: Rig): unknown[] => rig.events.flatMap((event) => (event.kind === 'observation' && event.probe === 'connection-ended' ? [(event.value as { how: string }).how] : []))

test('half of the head arrives, and the rest of the request only when it is released', async () => {
  const { url, text, sockets } = await listener()
  const rig = rigFor(url, [post])
  const halfSent = started(rig)
  await until(() => text() !== '')
  await new Promise((resolve) => setTimeout(resolve, 60)) // the pacer is due three times: nothing may follow
  expect(text()).toMatch(/^POST \/post HTTP\/1\.1\r\n/)
  expect(text()).not.toContain('\r\n\r\n')
  expect(sockets).toHaveLength(1)
  halfSent.release()
  await until(() => /\r\n\r\n\{"key":"[^"]+"\}$/.test(text()))
  expect(text().match(/POST/g)).toHaveLength(1)
  sockets[0]!.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  await halfSent.finished()
  expect(rig.requests('half-sent').map(({ outcome, connection }) => [outcome, connection])).toEqual([['ok', 1]])
  expect(ends(rig)).toEqual(['told-to-close'])
})

/** A server that answers after a moment, as one that awaits something does. */
async function slowServer(announcing: boolean): Promise<{ readonly url: URL; closed: boolean; stop(): void; halfArrived(halfSent: HalfSent): Promise<void> }> {
  let stopping = false
  const server = createServer((_request, response) => {
    if (announcing && stopping) response.setHeader('connection', 'close')
    setTimeout(() => response.end('fine'), 5)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.closeAllConnections())
  const made = {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    closed: false,
    stop: () => {
      stopping = true
      server.close(() => (made.closed = true))
    },
    // What a server has read of a head shows nowhere; client and server are one process here, so that some turns of its loop are enough.
    halfArrived: async (halfSent: HalfSent) => {
      expect(await halfSent.underWay()).toBe(true)
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
    },
  }
  return made
}
const requestsDuringStop = 10

test('a server that merely stops accepting never lets go of the connection, every time', async () => {
  for (let time = 0; time < 5; time++) {
    const server = await slowServer(false)
    const rig = rigFor(server.url, [read])
    const halfSent = started(rig)
    await server.halfArrived(halfSent)
    server.stop()
    halfSent.release()
    await until(() => rig.requests('half-sent').length >= requestsDuringStop)
    expect(server.closed).toBe(false)
    expect(new Set(rig.requests('half-sent').map(({ outcome, connection }) => `${outcome} ${connection}`))).toEqual(new Set(['ok 1']))
    await halfSent.stop()
    await until(() => server.closed)
  }
})

test('a server that says so is let go of', async () => {
  const server = await slowServer(true)
  const rig = rigFor(server.url, [read])
  const halfSent = started(rig)
  await server.halfArrived(halfSent)
  server.stop()
  halfSent.release()
  await until(() => server.closed)
  await halfSent.finished()
  expect(rig.requests('half-sent').map(({ outcome, closeAnnounced }) => [outcome, closeAnnounced])).toEqual([['ok', true]])
})

test('a server that closes the connection instead is no harm, and what is released then goes nowhere', async () => {
  for (const end of ['end', 'resetAndDestroy'] as const) {
    const { url, text, sockets } = await listener()
    const rig = rigFor(url, [read])
    const halfSent = started(rig)
    await until(() => text() !== '')
    sockets[0]![end]()
    await halfSent.finished()
    halfSent.release()
    expect(rig.requests('half-sent')).toHaveLength(1)
    expect(rig.requests('half-sent')[0]!.outcome).not.toBe('ok')
    expect(sockets).toHaveLength(1)
  }
})

test('stopping releases it, and an abort gives it up', async () => {
  const server = await slowServer(false)
  const rig = rigFor(server.url, [read])
  const stopped = started(rig)
  await server.halfArrived(stopped)
  await stopped.stop()
  expect(rig.requests('half-sent').map(({ outcome }) => outcome)).toEqual(['ok'])

  const { url, text } = await listener()
  const other = rigFor(url, [read])
  const halfSent = started(other)
  await until(() => text() !== '')
  other.abort.abort()
  await halfSent.finished()
  expect(other.requests('half-sent').map(({ outcome }) => outcome)).toEqual(['cancelled'])
})

test('reads are preferred, if there is something to read', async () => {
  const keyed = operation('read', { path: '/read/{key}' })
  const { url, text } = await listener()
  started(rigFor(url, [keyed, post]))
  await until(() => text() !== '')
  expect(text()).toMatch(/^POST /) // no key is known yet
  expect(rigFor(url, [keyed]).traffic.halfSent(spec)).toBeUndefined()
  const free = await listener()
  started(rigFor(free.url, [post, read]))
  await until(() => free.text() !== '')
  expect(free.text()).toMatch(/^GET /)
})

test('there is none where a client module stands between, or nothing can be asked', async () => {
  const { url } = await listener()
  expect(rigFor(url, [read], { client: { module: '/client.mjs' } as unknown as NonNullable<ServiceDescriptor['client']> }).traffic.halfSent(spec)).toBeUndefined()
  expect(rigFor(url, []).traffic.halfSent(spec)).toBeUndefined()
})
