import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Deployment } from '../core/driver.js'
import { letsIn } from './lets-in.js'
import { Interventions } from './recorded-intervention.js'
import { createControls } from './scenario-controls.js'
import type { ScenarioWorld } from './scenario-world.js'

const ends: (() => unknown)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A load balancer of somebody else that gives these answers, the last one for good. */
async function balancer(...statuses: number[]): Promise<Pick<Deployment, 'balancer' | 'entrypoint'>> {
  const server = createServer((_, response) => response.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => server.close())
  return { balancer: { kind: 'stack' } as unknown as Deployment['balancer'], entrypoint: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) }
}
const world = { service: { health: { readinessPath: '/ready' } }, signal: new AbortController().signal } as unknown as ScenarioWorld

test('a load balancer that is not ours lets in when it has found the service, also where that refuses', async () => {
  expect(await letsIn(world, await balancer(503, 503, 200), 2_000)).toBe(true)
  expect(await letsIn(world, await balancer(503, 403), 2_000)).toBe(true)
  expect(await letsIn(world, await balancer(503), 200)).toBe(false)
})

test('ours is not asked: it counts what it sends to', async () => {
  const { entrypoint } = await balancer(503)
  expect(await letsIn(world, { balancer: { kind: 'seaworthy' } as unknown as Deployment['balancer'], entrypoint }, 0)).toBe(true)
})

test('a second deployment was started when it was asked for, or when its driver says that its first replica was', async () => {
  let now = 1_000
  const startedAt = async (driver: () => Partial<Deployment>): Promise<number> => {
    const deployApart = async (): Promise<object> => {
      now += 20_000
      return { deployment: { entrypoint: new URL('http://127.0.0.1:1'), instances: [], components: [], ...driver() }, end: async () => {} }
    }
    const given = { service: { target: { replicas: { env: {} } } }, leftAlone: () => undefined, apart: new Map(), deployApart, clock: () => now, record: () => {} } as unknown as ScenarioWorld
    return (await createControls(given, new Interventions(given), () => {}).deployApart({ name: 'fresh', replicas: 1 })).startedAtMs
  }
  expect(await startedAt(() => ({}))).toBe(1_000)
  now = 1_000
  const seconds = await startedAt(() => ({ startedAtHrtimeMs: Number(process.hrtime.bigint()) / 1e6 - 5_000 }))
  expect(seconds).toBeGreaterThan(15_500)
  expect(seconds).toBeLessThanOrEqual(16_000)
})
