import { expect, test } from 'vitest'
import type { LeftAlone } from '../core/scenario.js'
import { Interventions } from './recorded-intervention.js'
import { createControls } from './scenario-controls.js'
import type { ScenarioWorld } from './scenario-world.js'

/** What a drain of replica-0 sends to it, where a drain is declared as another signal than the stop. */
async function drainedBy(refused: LeftAlone | undefined): Promise<readonly string[]> {
  const sent: string[] = []
  const world = {
    service: {
      balancer: { intervalMs: 10, fall: 1, rise: 1, timeoutMs: 10 },
      health: { readinessPath: '/ready' },
      lifecycle: { drain: { via: 'signal', signal: 'SIGUSR1' }, stop: { signal: 'SIGTERM', graceMs: 1_000, allowedExitCodes: [0] }, startTimeoutMs: 100 },
    },
    leftAlone: () => refused,
    deployment: { balancer: { intervalMs: 10, fall: 1, rise: 1, timeoutMs: 10 }, instances: [{ id: 'replica-0', url: new URL('http://127.0.0.1:1') }], controls: { signal: async (_: string, signal: string) => void sent.push(signal) } },
    signal: AbortSignal.abort(),
    clock: () => 0,
    record: () => {},
  } as unknown as ScenarioWorld
  await createControls(world, new Interventions(world), () => {}).drain('replica-0')
  return sent
}

test('a drain is the declared one, and the stop signal where the driver leaves that alone', async () => {
  expect(await drainedBy(undefined)).toEqual(['SIGUSR1'])
  expect(await drainedBy({ reason: 'a drain is its end', mayBeAllowed: false })).toEqual(['SIGTERM'])
})

test('a second deployment that the driver cannot make is not made by attaching to the first', async () => {
  const deployed: string[] = []
  const world = { service: { lifecycle: {} }, leftAlone: () => ({ reason: 'there is only the one stack', mayBeAllowed: false }), apart: new Map(), deployApart: async ({ name }: { readonly name: string }) => void deployed.push(name), clock: () => 0, record: () => {} } as unknown as ScenarioWorld
  await expect(createControls(world, new Interventions(world), () => {}).deployApart({ name: 'fresh', replicas: 1 })).rejects.toThrow('no second deployment fresh: there is only the one stack')
  expect(deployed).toEqual([])
})
