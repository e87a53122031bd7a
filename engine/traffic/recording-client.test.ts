import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import type { RequestEvent } from '../../core/history.js'
import { operation, rigOn, scriptedServer, serviceOf, until, type Rig, type ScriptedServer } from './scripted-server.fixture.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<ScriptedServer> {
  const server = await scriptedServer(handle)
  closing.push(server.close)
  return server
}

const service = serviceOf([
  operation('read', { expect: { status: [200], json: { '/fine': true } }, timeoutMs: 400 }),
  operation('post', { method: 'POST', body: { key: '{key}' }, mutates: true }),
  operation('page', { expect: { status: [], json: {}, bodyEndsWith: 'the end' } }),
  operation('any', {}),
])

function rig(url: URL): Rig {
  const made = rigOn([url], service)
  closing.push(() => made.traffic.close())
  return made
}

/** Sends one request on a new load and returns its event. */
async function one(url: URL, name = 'read', more: { readonly fresh?: boolean } = {}): Promise<RequestEvent> {
  const { traffic, requests } = rig(url)
  await traffic.send({ load: 'one', operation: name, via: 'i-0', ...more })
  expect(requests()).toHaveLength(1)
  return requests()[0]!
}

const good = (_request: IncomingMessage, response: ServerResponse): void => void response.end('{"fine":true}')
const slowMs = 80 // longer than a close may cross a request on an idle connection

describe('answers', () => {
  test('a valid one is ok, with its times in order', async () => {
    const server = await serve((_request, response) => response.setHeader('x-instance', 'alpha').setHeader('x-boot', 'b1').end('{"fine":true}'))
    const event = await one(server.url)
    expect(event).toMatchObject({ outcome: 'ok', status: 200, instance: 'i-0', boot: 'b1', connection: 1, reused: false, method: 'GET', operation: 'read', via: 'i-0' })
    expect(event.bytesRead).toBeGreaterThan(13)
    const times = [event.plannedAtMs, event.sentAtMs!, event.firstByteAtMs!, event.endedAtMs]
    expect([...times].sort((a, b) => a - b)).toEqual(times)
  })
  test.each([
    ['wrong value', 200, '{"fine":1}', {}, 'wrong-content'],
    ['no JSON', 200, 'fine', {}, 'wrong-content'],
    ['nothing', 200, '', {}, 'wrong-content'],
    ['another 2xx', 201, '{"fine":true}', {}, 'wrong-content'],
    ['an error', 500, '', {}, 'error-status'],
    ['a bare refusal', 503, '', {}, 'error-status'],
    ['a polite refusal', 503, '', { 'retry-after': '1' }, 'polite-refusal'],
    ['a refusal that closes', 503, '', { connection: 'close' }, 'polite-refusal'],
    ['a refusal by the balancer', 503, '', { 'retry-after': '1', 'x-seaworthy-balancer': 'no backend' }, 'error-status'],
  ] as const)('%s', async (_name, status, body, headers, outcome) => {
    const server = await serve((_request, response) => void response.writeHead(status, headers).end(body))
    expect(await one(server.url)).toMatchObject({ outcome, status })
  })
  test('a fresh connection does not ask for a close, so a server that announces one means it', async () => {
    const server = await serve((_request, response) => void response.writeHead(503).end())
    const event = await one(server.url, 'read', { fresh: true })
    expect(event.outcome).toBe('error-status')
    expect(event.closeAnnounced).toBeUndefined()
  })
  test('a body longer than what is kept is still read to its end', async () => {
    const server = await serve((_request, response) => void response.end(`${'x'.repeat(3_000_000)}the end`))
    const event = await one(server.url, 'page')
    expect(event.outcome).toBe('ok')
    expect(event.bytesRead).toBeGreaterThan(3_000_000)
  })
})

describe('losses', () => {
  test('refused', async () => {
    const server = await scriptedServer(good)
    await server.close()
    const event = await one(server.url)
    expect(event).toMatchObject({ outcome: 'refused', code: 'ECONNREFUSED' })
    expect(event.sentAtMs).toBeUndefined()
  })
  test('closed in order while it waits', async () => {
    const server = await serve((request) => void setTimeout(() => request.socket.end(), slowMs))
    expect(await one(server.url)).toMatchObject({ outcome: 'closed-in-flight', reused: false, bytesRead: 0 })
  })
  test('closed in order at once on a fresh connection', async () => {
    const server = await serve((request) => void request.socket.end())
    expect(await one(server.url)).toMatchObject({ outcome: 'closed-in-flight' })
  })
  test('reset while it waits', async () => {
    const server = await serve((request) => void setTimeout(() => request.socket.resetAndDestroy(), slowMs))
    expect(await one(server.url)).toMatchObject({ outcome: 'reset-in-flight', code: 'ECONNRESET' })
  })
  test.each([
    ['announced length, FIN', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"fine"', 'end'],
    ['announced length and close, FIN', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{"fine"', 'end'],
    ['announced length, RST', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"fine"', 'resetAndDestroy'],
    ['chunks, FIN', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"fin', 'end'],
    ['chunks and close, FIN', 'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"fin', 'end'],
    ['body until the close, RST', 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"fine":true}', 'resetAndDestroy'],
    ['half a status line, FIN', 'HTTP/1.1 20', 'end'],
  ] as const)('truncated: %s', async (_name, bytes, close) => {
    const server = await serve((request) => void request.socket.write(bytes, () => setTimeout(() => request.socket[close](), 20)))
    expect(await one(server.url)).toMatchObject({ outcome: 'truncated' })
  })
  test('no answer in time', async () => {
    const server = await serve(() => {})
    const event = await one(server.url)
    expect(event.outcome).toBe('timeout')
    expect(event.endedAtMs - event.plannedAtMs).toBeGreaterThanOrEqual(395)
  })
  test('a stall of the harness is no timeout: an answer that waits to be read counts', async () => {
    const server = await serve(good)
    const { traffic, requests } = rig(server.url)
    const sent = traffic.send({ load: 'one', operation: 'read', via: 'i-0' })
    await until(() => server.received.length === 1)
    const endAt = performance.now() + 600
    while (performance.now() < endAt);
    await sent
    expect(requests()[0]).toMatchObject({ outcome: 'ok' })
  })
})

describe('a reused connection', () => {
  test('is reused, and says how long it was idle', async () => {
    const server = await serve(good)
    const { traffic, requests } = rig(server.url)
    for (let n = 0; n < 3; n++) await traffic.send({ load: 'one', operation: 'read', via: 'balancer' })
    expect(requests().map(({ connection, reused }) => [connection, reused])).toEqual([[1, false], [1, true], [1, true]])
    expect(requests()[2]!.idleMs).toBeGreaterThanOrEqual(0)
  })
  test.each([
    ['resetAndDestroy', 'RST'],
    ['end', 'FIN'],
  ] as const)('that is closed as the request arrives (%s) is an idle race', async (close, detail) => {
    const server = await serve((request, response) => (server.received.length === 2 ? void request.socket[close]() : good(request, response)))
    const { traffic, requests } = rig(server.url)
    for (let n = 0; n < 2; n++) await traffic.send({ load: 'one', operation: 'post', via: 'balancer' })
    expect(requests()[1]).toMatchObject({ outcome: 'reset-idle', detail, reused: true, method: 'POST' })
    expect(server.received).toHaveLength(2)
  })
  test.each(['resetAndDestroy', 'destroy'] as const)('that had died before anything was written costs nothing (%s)', async (close) => {
    const sockets: Socket[] = []
    const server = await serve(good)
    server.server.on('connection', (socket) => sockets.push(socket))
    const { traffic, requests } = rig(server.url)
    await traffic.send({ load: 'one', operation: 'read', via: 'balancer' })
    // In the timer phase: the loop looks at its sockets before the request is written.
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        sockets[0]![close]()
        void traffic.send({ load: 'one', operation: 'read', via: 'balancer' }).then(() => resolve())
      }, 5)
    })
    expect(requests().map(({ outcome, connection }) => [outcome, connection])).toEqual([['ok', 1], ['ok', 2]])
    expect(server.received).toHaveLength(2)
  })
})

test.each(['resetAndDestroy', 'end'] as const)('nothing that was written is ever sent again (%s)', async (close) => {
  const server = await serve((request) => void request.socket[close]())
  const { traffic, requests } = rig(server.url)
  const load = traffic.start({ name: 'lost', ratePerSecond: 400, operations: ['any'], via: 'balancer', connections: 'keep-alive', durationMaxMs: 500 })
  await load.finished()
  expect(server.received).toHaveLength(200)
  expect(requests('lost')).toHaveLength(200)
  expect(requests('lost').every(({ outcome }) => outcome === 'reset-in-flight' || outcome === 'closed-in-flight')).toBe(true)
})

test('a peer that does not speak HTTP is wrong content', async () => {
  const server = createTcpServer((socket) => void socket.resume().end('hello\r\n\r\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(() => resolve())))
  const event = await one(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  expect(event).toMatchObject({ outcome: 'wrong-content' })
})

describe('a service behind a client module', () => {
  const says = (failure: string) => (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(503, { 'x-seaworthy-client': failure }).end('{}')
  }
  const ask = async (failure: string, more: Parameters<typeof serviceOf>[1]): Promise<RequestEvent> => {
    const server = await serve(says(failure))
    const made = rigOn([server.url], serviceOf([operation('read', {})], more))
    closing.push(() => made.traffic.close())
    await made.traffic.send({ load: 'one', operation: 'read', via: 'i-0' })
    return made.requests()[0]!
  }
  const client = { module: '/client.mjs', env: {} }

  test('what was not sent is recorded as not sent, although its module answered', async () => {
    const event = await ask('not-sent;fresh;3;ECONNREFUSED', { client })
    expect(event).toMatchObject({ outcome: 'refused', detail: 'ECONNREFUSED' })
    expect(event).not.toHaveProperty('sentAtMs')
    expect(event).not.toHaveProperty('status')
  })
  test('what may have been applied was sent and got no answer', async () => {
    const event = await ask('unknown;fresh;3;closed', { client })
    expect(event).toMatchObject({ outcome: 'reset-in-flight', sentAtMs: expect.any(Number) as number })
    expect(event).not.toHaveProperty('status')
  })
  test('a service that speaks HTTP cannot talk itself out of an error', async () => {
    expect(await ask('not-sent;fresh;3;ECONNREFUSED', {})).toMatchObject({ outcome: 'error-status', status: 503 })
  })
})
