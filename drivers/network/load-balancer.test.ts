import { createHash, randomBytes } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { request as undiciRequest } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { endServer, listenLocally } from './local-server.js'
import { get, openWire, post, startBalancer, startRawBackend, until } from './raw-http.test-support.js'

async function startHttpBackend(listener: RequestListener): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url === '/ready') response.writeHead(204).end()
    else listener(request, response)
  })
  onTestFinished(() => endServer(server))
  return listenLocally(server)
}
const sha = (data: Buffer): string => createHash('sha256').update(data).digest('hex')

describe('streaming', () => {
  test('the head and the first chunk of an answer reach the client before it ends', async () => {
    const backend = await startRawBackend((wire) => wire.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'))
    const { port } = await startBalancer([backend.port])
    const client = openWire(port)
    client.send(get('/'))
    await client.has('HTTP/1.1 200 OK')
    backend.wires[0]!.send('5\r\nfirst\r\n')
    await client.has('first')
    expect(client.received).not.toContain('0\r\n\r\n')
    backend.wires[0]!.send('0\r\n\r\n')
    await client.has('0\r\n\r\n')
    expect(client.ended).toBeUndefined()
  })

  test.each([
    ['chunked', 'Transfer-Encoding: chunked\r\n', ['4\r\npart\r\n', '3\r\nend\r\n0\r\n\r\n']],
    ['of known length', 'Content-Length: 7\r\n', ['part', 'end']],
  ])('a held body that is %s reaches the backend as it comes, the head without any of it', async (_, framing, [part, end]) => {
    const backend = await startRawBackend(() => {})
    const { port } = await startBalancer([backend.port])
    const client = openWire(port)
    client.send(post('/held', framing))
    await until('the head', () => backend.requests === 1)
    const wire = backend.wires[0]!
    expect(wire.received.endsWith('\r\n\r\n')).toBe(true)
    client.send(part!)
    await wire.has('part')
    expect(wire.received).not.toContain('end')
    client.send(end!)
    await wire.has('end')
    wire.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    await client.has('\r\n\r\nok')
  })

  test('large bodies pass whole in both directions', async () => {
    const port = await startHttpBackend((request, response) => request.pipe(response))
    const balancer = await startBalancer([port])
    const body = randomBytes(6 * 1024 * 1024)
    const answer = await undiciRequest(`http://127.0.0.1:${balancer.port}/`, { method: 'POST', body })
    expect(sha(Buffer.from(await answer.body.arrayBuffer()))).toBe(sha(body))
  })

  test('a client that does not read stops the backend, and gets everything later', async () => {
    let blockedAt = 0
    const total = 48 * 1024 * 1024
    const port = await startHttpBackend((_, response) => {
      response.writeHead(200, { 'content-length': total })
      let sent = 0
      const more = (): void => {
        while (sent < total) {
          sent += 65_536
          if (!response.write(Buffer.alloc(65_536))) {
            blockedAt = sent
            return void response.once('drain', more)
          }
        }
        response.end()
      }
      more()
    })
    const balancer = await startBalancer([port])
    const client = openWire(balancer.port)
    client.send(get('/'))
    await client.has('200 OK')
    client.socket.pause()
    let before = -1
    for (let same = 0; same < 30; ) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      same = before === blockedAt ? same + 1 : 0
      before = blockedAt
    }
    expect(blockedAt).toBeLessThan(total / 2)
    client.socket.resume()
    await until('the rest', () => client.bytes > total, 10_000)
  })
})

describe('framing', () => {
  test('HEAD, 204 and 304 have no body and leave the connection usable', async () => {
    const port = await startHttpBackend((request, response) => {
      if (request.url === '/204') response.writeHead(204).end()
      else if (request.url === '/304') response.writeHead(304, { etag: '"a"' }).end()
      else response.writeHead(200, { 'content-length': 5 }).end('hello')
    })
    const balancer = await startBalancer([port])
    const client = openWire(balancer.port)
    client.send('HEAD / HTTP/1.1\r\nHost: b\r\n\r\n')
    await client.has('\r\n\r\n')
    expect(client.received).toMatch(/content-length: 5/i)
    client.send(get('/204'))
    await client.has('HTTP/1.1 204')
    client.send(get('/304'))
    await client.has('etag: "a"')
    client.send(get('/last'))
    await client.has('\r\n\r\nhello')
    expect(client.received.match(/hello/g)).toHaveLength(1)
    expect(client.ended).toBeUndefined()
  })

  test('trailers pass in both directions', async () => {
    const backend = await startRawBackend(() => {})
    const { port } = await startBalancer([backend.port])
    const client = openWire(port)
    client.send(post('/', 'Transfer-Encoding: chunked\r\nTrailer: X-Up\r\n') + '2\r\nhi\r\n0\r\nX-Up: yes\r\n\r\n')
    await until('the request', () => backend.requests === 1)
    await backend.wires[0]!.has('0\r\nX-Up: yes\r\n\r\n')
    backend.wires[0]!.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Down\r\n\r\n2\r\nho\r\n0\r\nX-Down: no\r\n\r\n')
    await client.has('0\r\nX-Down: no\r\n\r\n')
  })

  test('100-continue is asked of the backend and passed on', async () => {
    const backend = await startRawBackend((wire) => wire.send('HTTP/1.1 100 Continue\r\n\r\n'))
    const { port } = await startBalancer([backend.port])
    const client = openWire(port)
    client.send(post('/', 'Content-Length: 4\r\nExpect: 100-continue\r\n'))
    await client.has('HTTP/1.1 100 Continue')
    expect(backend.wires[0]!.received).toContain('Expect: 100-continue')
    client.send('body')
    await backend.wires[0]!.has('body')
    backend.wires[0]!.send('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n')
    await client.has('201 Created')
    expect(client.received).not.toContain('Connection: close')
  })

  test('a final answer instead of 100 ends the connection, because the body may or may not come', async () => {
    const backend = await startRawBackend((wire) => wire.send('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'))
    const { port } = await startBalancer([backend.port])
    const client = openWire(port)
    client.send(post('/', 'Content-Length: 4\r\nExpect: 100-continue\r\n'))
    await client.has('413 Too Large')
    expect(client.received).toContain('Connection: close')
    expect(await client.end()).toBe('fin')
    await backend.wires[0]!.end() // the body it may wait for will not come
  })

  test('fields of one hop stay there, everything else passes unchanged', async () => {
    const backend = await startRawBackend((wire) =>
      wire.send('HTTP/1.1 200 Fine\r\nX-Down: 1\r\nConnection: close, X-Hop\r\nX-Hop: secret\r\nKeep-Alive: timeout=9\r\nX-Seaworthy-Balancer: forged\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\nwhole'),
    )
    const { port } = await startBalancer([backend.port])
    const client = openWire(port)
    client.send(get('/a?b=%20c', 'X-UP: Ä\r\nConnection: keep-alive, X-Mine\r\nX-Mine: secret\r\nTE: trailers\r\nUpgrade: h2c\r\n'))
    await client.has('200 Fine')
    const head = backend.wires[0]!.received
    expect(head).toContain('GET /a?b=%20c HTTP/1.1')
    expect(head).toContain('Host: balancer\r\nX-UP: Ä\r\n')
    expect(head).toContain('Via: 1.1 seaworthy')
    expect(head).not.toMatch(/x-mine|upgrade|\nte:/i)
    backend.wires[0]!.socket.end()
    await client.has('0\r\n\r\n')
    expect(client.received).toContain('Set-Cookie: a\r\nSet-Cookie: b\r\n')
    expect(client.received).not.toMatch(/x-hop|timeout=9|forged|connection: close/i)
    expect(client.ended).toBeUndefined()
  })

  test('a POST without a body stays one', async () => {
    const backend = await startRawBackend((wire) => wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))
    const { port } = await startBalancer([backend.port])
    const client = openWire(port)
    client.send(post('/', ''))
    await client.has('200 OK')
    expect(backend.wires[0]!.received).toContain('Content-Length: 0')
  })
})

describe('a client that goes away', () => {
  test('in the middle of its body takes the request to the backend with it', async () => {
    const backend = await startRawBackend(() => {})
    const { port, balancer } = await startBalancer([backend.port])
    const client = openWire(port)
    client.send(post('/', 'Content-Length: 100\r\n') + 'part')
    await until('the request', () => backend.requests === 1)
    await backend.wires[0]!.has('part')
    client.socket.destroy()
    await backend.wires[0]!.end()
    expect(balancer.counters().errors).toBe(0)
    expect(backend.requests).toBe(1)
  })

  test('while waiting for or reading its answer takes the request to the backend with it', async () => {
    const backend = await startRawBackend((wire, head) => {
      if (head.startsWith('GET /begun')) wire.send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart')
    })
    const { port, balancer } = await startBalancer([backend.port])
    for (const [index, path] of ['/waiting', '/begun'].entries()) {
      const client = openWire(port)
      client.send(get(path))
      await until('the request', () => backend.requests === index + 1)
      if (path === '/begun') await client.has('part')
      client.socket.resetAndDestroy()
      await backend.wires[index]!.end()
    }
    expect(balancer.counters()).toMatchObject({ requests: 2, errors: 0 })
  })
})
