import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { CircuitBreaker } from './circuit-breaker.js'
import { Source } from './source.js'

test('a breaker opens after failures in a row, lets one request try after the window, and closes when that succeeds', () => {
  let nowMs = 0
  const breaker = new CircuitBreaker({ failures: 2, windowMs: 100 }, () => nowMs)
  const fail = (): void => {
    expect(breaker.permits()).toBe(true)
    breaker.failed()
  }
  fail()
  expect(breaker.permits()).toBe(true)
  breaker.succeeded() // not in a row
  fail()
  fail()
  expect(breaker.permits()).toBe(false)
  nowMs = 100
  expect([breaker.permits(), breaker.permits()]).toEqual([true, false])
  breaker.failed()
  expect(breaker.permits()).toBe(false)
  nowMs = 200
  expect(breaker.permits()).toBe(true)
  breaker.succeeded()
  expect([breaker.permits(), breaker.permits()]).toEqual([true, true])
})

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})
async function sourceOf(respond: RequestListener, timeoutMs = 2_000): Promise<Source<{ readonly stars: number }>> {
  const listening = (server = createServer(respond))
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  return new Source('reviews', { host: '127.0.0.1', port }, { timeoutMs, breakerFailures: 2, breakerWindowMs: 60_000 })
}

test('an answer, remembered', async () => {
  const source = await sourceOf((_, response) => void response.end('{"stars":4}'))
  expect(await source.about('a b')).toEqual({ stars: 4 })
  expect(source.last).toEqual({ stars: 4 })
})
test.each<[string, RequestListener]>([
  ['an error', (_, response) => void response.writeHead(500).end('{}')],
  ['a cut connection', (request) => void request.socket.destroy()],
  ['an answer that breaks off', (_, response) => {
    response.writeHead(200, { 'content-length': '99' })
    response.write('{"stars"')
    setImmediate(() => response.socket?.destroy())
  }],
])('%s: it is away, and left alone from the second time on', async (_name, respond) => {
  const source = await sourceOf(respond)
  await expect(source.about('a')).rejects.toMatchObject({ reason: 'unreachable' })
  await expect(source.about('a')).rejects.toMatchObject({ reason: 'unreachable' })
  await expect(source.about('a')).rejects.toMatchObject({ reason: 'left-alone' })
})
test('silence ends at the deadline, also when a byte comes now and then', async () => {
  const silent = await sourceOf(() => {}, 50)
  await expect(silent.about('a')).rejects.toMatchObject({ reason: 'slow' })
  server?.closeAllConnections()
  server?.close()
  const trickling = await sourceOf((_, response) => void setInterval(() => response.write(' '), 10).unref(), 50)
  await expect(trickling.about('a')).rejects.toMatchObject({ reason: 'slow' })
})
