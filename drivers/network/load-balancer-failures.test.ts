import { describe, expect, test } from 'vitest'
import { get, openWire, post, startBalancer, startRawBackend, until, type Wire } from './raw-http.test-support.js'

/** No check may eject the backend while it fails on purpose. */
const patient = { fall: 1_000 }

describe('a backend that fails before its answer is told as such, and asked only once', () => {
  test.each<[string, (wire: Wire) => void, number, string]>([
    ['closes in order', (wire) => void wire.socket.end(), 502, 'closed'],
    ['closes in the middle of its head', (wire) => void wire.socket.end('HTTP/1.1 200 OK\r\nContent-'), 502, 'closed'],
    ['resets', (wire) => void wire.socket.resetAndDestroy(), 502, 'reset'],
    ['speaks something else', (wire) => wire.send('SSH-2.0-OpenSSH_9.2\r\n\r\n'), 502, 'invalid-response'],
    ['sends a huge head', (wire) => wire.send(`HTTP/1.1 200 OK\r\nX-Huge: ${'x'.repeat(100_000)}\r\n\r\n`), 502, 'headers-too-large'],
    ['never answers', () => {}, 504, 'response-timeout'],
  ])('%s', async (_, script, status, reason) => {
    const backend = await startRawBackend(script)
    const { port, balancer } = await startBalancer([backend.port], { ...patient, responseTimeoutMs: 300 })
    const client = openWire(port)
    client.send(get('/'))
    await client.has(`HTTP/1.1 ${status} `)
    expect(client.received).toContain(`x-seaworthy-balancer: ${reason}\r\n`)
    expect(client.received).toContain('x-seaworthy-backend: b0\r\n')
    expect(backend.requests).toBe(1)
    expect(balancer.counters()).toEqual({ requests: 1, errors: 1, retries: 0, byBackend: { b0: { requests: 1, errors: 1, up: true } } })
    // The failure is the answer: the client's own connection is not touched by it.
    client.send(get('/again'))
    await until('a second answer', () => client.received.split('x-seaworthy-balancer').length === 3)
    expect(backend.requests).toBe(2)
  })

  test('nobody listens', async () => {
    const backend = await startRawBackend(() => {})
    const { port } = await startBalancer([backend.port], patient)
    backend.close()
    const client = openWire(port)
    client.send(get('/'))
    await client.has('HTTP/1.1 502 ')
    expect(client.received).toContain('x-seaworthy-balancer: refused')
  })

  test('in the middle of a body: the client gets the 502, and may go on when its body has ended', async () => {
    const backend = await startRawBackend((wire) => void wire.socket.resetAndDestroy())
    const { port } = await startBalancer([backend.port], patient)
    const client = openWire(port)
    client.send(post('/', 'Content-Length: 200000\r\n') + 'x'.repeat(1_000))
    await client.has('HTTP/1.1 502 ')
    expect(client.received).toContain('x-seaworthy-balancer: reset')
    client.send('x'.repeat(199_000) + get('/next'))
    await until('a second answer', () => client.received.split('HTTP/1.1 502').length === 3)
    expect(backend.requests).toBe(2)
  })

  test('on a kept connection: still asked only once, and the text says so', async () => {
    const backend = await startRawBackend((wire) => {
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      wire.socket.on('data', () => {
        backend.requests += 1
        wire.socket.resetAndDestroy()
      })
    })
    const { port } = await startBalancer([backend.port], patient)
    const client = openWire(port)
    client.send(post('/', 'Content-Length: 0\r\n'))
    await client.has('ok')
    client.send(get('/'))
    await client.has('on a reused connection: reset')
    expect(backend.requests).toBe(2)
  })
})

describe('a backend that fails in the middle of its answer makes the client see a cut answer', () => {
  const failures: [string, (wire: Wire) => void][] = [
    ['closes in order', (wire) => void wire.socket.end()],
    ['resets', (wire) => void wire.socket.resetAndDestroy()],
    ['falls silent', () => {}],
  ]
  test.each(failures)('chunked, and it %s', async (_, fail) => {
    const backend = await startRawBackend((wire) => wire.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n'))
    const { port, balancer } = await startBalancer([backend.port], { ...patient, responseTimeoutMs: 300 })
    const client = openWire(port)
    client.send(get('/'))
    await client.has('part')
    fail(backend.wires[0]!)
    await client.end()
    expect(client.received).not.toContain('0\r\n\r\n')
    expect(client.received).not.toContain('502')
    expect(balancer.counters().errors).toBe(0) // it was no answer of the balancer's own
    expect(backend.requests).toBe(1)
  })

  test.each(failures)('of known length, and it %s', async (_, fail) => {
    const backend = await startRawBackend((wire) => wire.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart'))
    const { port } = await startBalancer([backend.port], { ...patient, responseTimeoutMs: 300 })
    const client = openWire(port)
    client.send(get('/'))
    await client.has('part')
    fail(backend.wires[0]!)
    await client.end()
    expect(client.received.endsWith('\r\n\r\npart')).toBe(true)
  })

  test('to a client of HTTP/1.0, which could take an orderly close for the end, it is a reset', async () => {
    const backend = await startRawBackend((wire) => wire.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n'))
    const { port } = await startBalancer([backend.port], patient)
    const client = openWire(port)
    client.send('GET / HTTP/1.0\r\n\r\n')
    await client.has('part')
    backend.wires[0]!.socket.end()
    expect(await client.end()).toBe('reset')
  })
})

describe('waiting', () => {
  test('a client that holds its body longer than the response timeout is not cut', async () => {
    const backend = await startRawBackend(() => {})
    const { port } = await startBalancer([backend.port], { ...patient, responseTimeoutMs: 60 })
    const client = openWire(port)
    client.send(post('/', 'Content-Length: 4\r\n'))
    await until('the request', () => backend.requests === 1)
    await new Promise((resolve) => setTimeout(resolve, 250)) // the span itself is what is tested
    expect(client.received).toBe('')
    client.send('body')
    await backend.wires[0]!.has('body')
    await client.has('x-seaworthy-balancer: response-timeout') // now it is the backend's turn
  })

  test('no backend is up: 503 with Retry-After at once', async () => {
    const { port, balancer } = await startBalancer([])
    const client = openWire(port)
    client.send(post('/', 'Content-Length: 4\r\n') + 'body')
    await client.has('HTTP/1.1 503 ')
    expect(client.received).toMatch(/x-seaworthy-balancer: no-backend-up\r\n/)
    expect(client.received).toMatch(/retry-after: 1\r\n/i)
    expect(balancer.counters()).toEqual({ requests: 1, errors: 1, retries: 0, byBackend: {} })
  })

  test('a transfer coding that cannot be undone here is refused', async () => {
    const backend = await startRawBackend(() => {})
    const { port } = await startBalancer([backend.port])
    const client = openWire(port)
    client.send(post('/', 'Transfer-Encoding: gzip, chunked\r\n') + '0\r\n\r\n')
    await client.has('HTTP/1.1 501 ')
    expect(backend.requests).toBe(0)
  })
})
