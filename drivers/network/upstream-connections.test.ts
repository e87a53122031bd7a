import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { expect, onTestFinished, test } from 'vitest'
import { listenLocally } from './local-server.js'
import { startRawBackend } from './raw-http.test-support.js'
import { UpstreamConnections } from './upstream-connections.js'

function connectionsFor(options: { readonly maxIdleMs: number; readonly connectTimeoutMs: number }): UpstreamConnections {
  const connections = new UpstreamConnections({ ...options, responseTimeoutMs: 5_000 })
  onTestFinished(() => connections.destroy())
  return connections
}
/** Code of the failure, or the status. */
function ask(port: number, connections: UpstreamConnections): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const request = httpRequest({ host: '127.0.0.1', port, agent: connections }, (answer) => {
      answer.resume().once('end', () => setImmediate(() => resolve(answer.statusCode)))
    })
    request.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    request.end()
  })
}

test('after a stall of the process its timers are late, and a stale connection is not used all the same', async () => {
  const backend = await startRawBackend((wire) => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    wire.send(answer)
    wire.socket.on('data', () => wire.send(answer))
  })
  const connections = connectionsFor({ maxIdleMs: 200, connectTimeoutMs: 5_000 })
  await ask(backend.port, connections)
  connections.dropStale()
  await ask(backend.port, connections)
  expect(backend.wires).toHaveLength(1)
  const untilMs = performance.now() + 220
  while (performance.now() < untilMs); // no timer can run
  connections.dropStale()
  await ask(backend.port, connections)
  expect(backend.wires).toHaveLength(2)
})

test('a connection that is not made in time fails with a code of its own', async () => {
  const server = createServer()
  const port = await listenLocally(server)
  onTestFinished(() => void server.close())
  const outcome = ask(port, connectionsFor({ maxIdleMs: 200, connectTimeoutMs: 1 }))
  const untilMs = performance.now() + 20
  while (performance.now() < untilMs); // the timer is due before the connection can be seen
  expect(await outcome).toBe('SW_UPSTREAM_CONNECT_TIMEOUT')
})
