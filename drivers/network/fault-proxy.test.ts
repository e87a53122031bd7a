import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FaultProxy } from './fault-proxy.js'
import { listenLocally } from './local-server.js'
import { openWire, until, Wire } from './raw-http.test-support.js'

async function startUpstream(onSocket: (socket: Socket) => void = (socket) => socket.pipe(socket)): Promise<{ port: number; wires: Wire[] }> {
  const wires: Wire[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    wires.push(new Wire(socket))
    onSocket(socket)
  })
  onTestFinished(() => {
    server.close()
    for (const wire of wires) wire.socket.destroy()
  })
  return { port: await listenLocally(server), wires }
}
async function startProxy(port: number): Promise<FaultProxy> {
  const proxy = await FaultProxy.start({ host: '127.0.0.1', port })
  onTestFinished(() => proxy.close())
  return proxy
}
const span = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs))

describe('without a fault', () => {
  test('bytes pass whole in both directions, and half-closing is passed on', async () => {
    const upstream = await startUpstream()
    const proxy = await startProxy(upstream.port)
    const sent = randomBytes(3 * 1024 * 1024)
    const client = openWire(proxy.port)
    client.socket.end(sent)
    expect(await client.end()).toBe('fin')
    const hash = (data: Buffer): string => createHash('sha256').update(data).digest('hex')
    expect(hash(Buffer.from(client.received, 'latin1'))).toBe(hash(sent))
    expect(proxy.counters()).toEqual({ accepted: 1, refused: 0, held: 0, cut: 0, bytesForwarded: 2 * sent.length })
  })

  test('a client that half-closed still gets what the upstream says later', async () => {
    const upstream = await startUpstream(() => {})
    const proxy = await startProxy(upstream.port)
    const client = openWire(proxy.port)
    client.socket.end('question')
    await until('the half-close', () => upstream.wires[0]?.ended === 'fin')
    upstream.wires[0]!.socket.end('answer')
    await client.has('answer')
    expect(await client.end()).toBe('fin')
  })

  test('resets and refusals of the upstream are resets for the client', async () => {
    const upstream = await startUpstream(() => {})
    const proxy = await startProxy(upstream.port)
    const client = openWire(proxy.port)
    await until('the connection', () => upstream.wires.length === 1)
    upstream.wires[0]!.socket.resetAndDestroy()
    expect(await client.end()).toBe('reset')
    const free = await startUpstream()
    const nobody = await startProxy(free.port)
    nobody.setTarget({ host: '127.0.0.1', port: 1 })
    expect(await openWire(nobody.port).end()).toBe('reset')
    nobody.setTarget({ host: '127.0.0.1', port: 0 })
    expect(await openWire(nobody.port).end()).toBe('reset')
    expect(nobody.counters()).toMatchObject({ accepted: 2, refused: 0, cut: 0 }) // no fault of ours
  })

  test('a reset by the client reaches the upstream', async () => {
    const upstream = await startUpstream(() => {})
    const proxy = await startProxy(upstream.port)
    const client = openWire(proxy.port)
    client.send('x')
    await until('the byte', () => upstream.wires[0]?.received === 'x')
    client.socket.resetAndDestroy()
    expect(await upstream.wires[0]!.end()).toBe('reset')
  })

  test('an upstream that does not read stops the sender', async () => {
    const upstream = await startUpstream((socket) => socket.pause())
    const proxy = await startProxy(upstream.port)
    const client = openWire(proxy.port)
    const total = 48 * 1024 * 1024
    client.socket.write(Buffer.alloc(total))
    let before = -1
    for (let same = 0; same < 30; ) {
      await span(5)
      same = before === proxy.counters().bytesForwarded ? same + 1 : 0
      before = proxy.counters().bytesForwarded
    }
    expect(before).toBeLessThan(total / 2)
    upstream.wires[0]!.socket.resume()
    await until('the rest', () => upstream.wires[0]!.bytes === total, 10_000)
  })
})

describe('refuse', () => {
  test('cuts what is open, resets what is new, and heals', async () => {
    const upstream = await startUpstream()
    const proxy = await startProxy(upstream.port)
    const open = openWire(proxy.port)
    open.send('ping')
    await open.has('ping')
    proxy.setFault({ kind: 'refuse' })
    expect(await open.end()).toBe('reset')
    expect(await upstream.wires[0]!.end()).toBe('reset')
    expect(await openWire(proxy.port).end()).toBe('reset')
    expect(upstream.wires).toHaveLength(1)
    expect(proxy.counters()).toMatchObject({ accepted: 1, refused: 1, cut: 1, held: 0 })
    proxy.heal()
    const healed = openWire(proxy.port)
    healed.send('pong')
    await healed.has('pong')
  })
})

describe('silence', () => {
  test('passes not a byte either way, accepts and holds new connections, and loses nothing', async () => {
    const upstream = await startUpstream(() => {})
    const proxy = await startProxy(upstream.port)
    const open = openWire(proxy.port)
    await until('the connection', () => upstream.wires.length === 1)
    proxy.setFault({ kind: 'silence' })
    const bytesBefore = proxy.counters().bytesForwarded
    open.send('from client')
    upstream.wires[0]!.send('from upstream')
    const fresh = openWire(proxy.port)
    await until('connected', () => fresh.socket.readyState === 'open')
    fresh.send('fresh')
    await span(150) // the span itself is what is tested
    expect([open.received, upstream.wires[0]!.received, upstream.wires.length]).toEqual(['', '', 1])
    expect([open.ended, fresh.ended]).toEqual([undefined, undefined])
    expect(proxy.counters()).toMatchObject({ accepted: 2, held: 2, cut: 0, refused: 0, bytesForwarded: bytesBefore })
    proxy.heal()
    await open.has('from upstream')
    await upstream.wires[0]!.has('from client')
    await until('the held connection', () => upstream.wires[1]?.received === 'fresh')
  })

  test('hides that the upstream has gone until it is healed', async () => {
    const upstream = await startUpstream(() => {})
    const proxy = await startProxy(upstream.port)
    const open = openWire(proxy.port)
    await until('the connection', () => upstream.wires.length === 1)
    proxy.setFault({ kind: 'silence' })
    upstream.wires[0]!.socket.resetAndDestroy()
    await span(100)
    expect(open.ended).toBeUndefined()
    proxy.heal()
    expect(await open.end()).toBe('reset')
  })

  test.each([{ kind: 'silence' }, { kind: 'delay', delayMs: 60_000 }] as const)('$kind followed by refuse hands on nothing that was held', async (fault) => {
    const upstream = await startUpstream(() => {})
    const proxy = await startProxy(upstream.port)
    const open = openWire(proxy.port)
    await until('the connection', () => upstream.wires.length === 1)
    proxy.setFault(fault)
    open.send('held')
    await span(30)
    proxy.setFault({ kind: 'refuse' })
    await upstream.wires[0]!.end()
    expect(upstream.wires[0]!.received).toBe('')
    expect(proxy.counters()).toMatchObject({ held: 1, cut: 1 })
  })
})

describe('delay and bandwidth', () => {
  test('delay adds to each direction and keeps the order', async () => {
    const upstream = await startUpstream()
    const proxy = await startProxy(upstream.port)
    proxy.setFault({ kind: 'delay', delayMs: 120 })
    const client = openWire(proxy.port)
    const sentAtMs = performance.now()
    for (let index = 0; index < 50; index += 1) client.send(`${index},`)
    client.socket.end()
    await until('the question', () => upstream.wires[0]?.received.startsWith('0,') === true)
    expect(performance.now() - sentAtMs).toBeGreaterThanOrEqual(119)
    expect(await client.end()).toBe('fin')
    const tookMs = performance.now() - sentAtMs
    expect(client.received).toBe(Array.from({ length: 50 }, (_, index) => `${index},`).join(''))
    expect(tookMs).toBeGreaterThanOrEqual(239)
    expect(tookMs).toBeLessThan(3_000)
    expect(proxy.counters()).toMatchObject({ accepted: 1, held: 1 })
  })

  test('healing a delay hands on at once what was on the way', async () => {
    const upstream = await startUpstream()
    const proxy = await startProxy(upstream.port)
    const client = openWire(proxy.port)
    client.send('a')
    await client.has('a')
    proxy.setFault({ kind: 'delay', delayMs: 60_000 })
    client.send('b')
    await span(50)
    expect(client.received).toBe('a')
    proxy.heal()
    await client.has('ab')
  })

  test('bandwidth is shared by the connections of the edge', async () => {
    const upstream = await startUpstream(() => {})
    const proxy = await startProxy(upstream.port)
    proxy.setFault({ kind: 'bandwidth', bytesPerSecond: 200_000 })
    const clients = [openWire(proxy.port), openWire(proxy.port)]
    const sentAtMs = performance.now()
    for (const client of clients) client.socket.end(Buffer.alloc(50_000))
    await until('everything', () => upstream.wires.reduce((sum, wire) => sum + wire.bytes, 0) === 100_000)
    const tookMs = performance.now() - sentAtMs
    expect(tookMs).toBeGreaterThan(480)
    expect(tookMs).toBeLessThan(3_000)
    await until('both ends', () => upstream.wires.every((wire) => wire.ended === 'fin'))
  })
})
