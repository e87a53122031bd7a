import { createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { listenLocally } from './local-server.js'
import { startRawBackend, type Wire } from './raw-http.test-support.js'
import { checkReadiness, type CheckResult } from './readiness-check.js'

const answering = (status: string) => (wire: Wire): void => void wire.socket.end(`HTTP/1.1 ${status}\r\n\r\n`)
async function check(script: (wire: Wire) => void, timeoutMs = 2_000): Promise<CheckResult> {
  const backend = await startRawBackend(script)
  return checkReadiness({ host: '127.0.0.1', port: backend.port, path: '/health' }, timeoutMs)
}

test.each([
  ['200 OK', true],
  ['204 No Content', true],
  ['302 Found', true],
  ['400 Bad Request', false],
  ['429 Too Many Requests', false],
  ['503 Service Unavailable', false],
])('%s', async (status, passed) => {
  expect(await check(answering(status))).toEqual({ passed, reason: `readiness answered ${status.slice(0, 3)}` })
})

test('no answer, a reset, a close and a refusal do not pass', async () => {
  expect(await check(() => {}, 60)).toEqual({ passed: false, reason: 'readiness gave no answer within 60 ms', lateAfterMs: 60 })
  expect(await check((wire) => void wire.socket.resetAndDestroy())).toEqual({ passed: false, reason: 'readiness failed: read ECONNRESET' })
  expect(await check((wire) => void wire.socket.end())).toEqual({ passed: false, reason: 'readiness failed: socket hang up' })
  const server = createServer()
  const port = await listenLocally(server)
  await new Promise((resolve) => server.close(resolve))
  const refused = await checkReadiness({ host: '127.0.0.1', port, path: '/' }, 2_000)
  expect(refused.reason).toMatch(/^readiness failed: connect ECONNREFUSED/)
})

test('a body that never ends does not keep the check waiting', async () => {
  const result = await check((wire) => wire.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx'), 200)
  expect(result.passed).toBe(true)
})

test('a stall of this process is not charged to the backend', async () => {
  const backend = await startRawBackend(answering('200 OK'))
  const result = checkReadiness({ host: '127.0.0.1', port: backend.port, path: '/' }, 300)
  const untilMs = performance.now() + 1_000
  while (performance.now() < untilMs); // the timeout is over before anything can be read
  expect((await result).passed).toBe(true)
})
