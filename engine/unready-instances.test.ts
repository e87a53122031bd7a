import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { ScenarioWorld } from './scenario-world.js'
import { unreadyInstances } from './unready-instances.js'

async function urlThatAnswers(statusOf: () => number): Promise<URL> {
  const server = createServer((_request, response) => response.writeHead(statusOf()).end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

async function urlWithoutServer(): Promise<URL> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return new URL(`http://127.0.0.1:${port}`)
}

const worldOf = (urls: readonly URL[]): ScenarioWorld =>
  ({ service: { health: { readinessPath: '/ready' } }, deployment: { instances: urls.map((url, index) => ({ id: `replica-${index}`, url })) }, signal: new AbortController().signal }) as unknown as ScenarioWorld

test('says which instances are not ready in time, what they answered, and whether they ever listened', async () => {
  const world = worldOf([await urlThatAnswers(() => 200), await urlThatAnswers(() => 503), await urlWithoutServer()])
  expect(await unreadyInstances(world, { timeoutMs: 200, everyMs: 20 })).toEqual([
    { id: 'replica-1', last: '503', neverListened: false },
    { id: 'replica-2', last: 'refused', neverListened: true },
  ])
})

test('an instance that becomes ready in time is waited for', async () => {
  let asked = 0
  const world = worldOf([await urlThatAnswers(() => ((asked += 1) < 3 ? 503 : 204))])
  expect(await unreadyInstances(world, { timeoutMs: 20_000, everyMs: 10 })).toEqual([])
  expect(asked).toBe(3)
})
