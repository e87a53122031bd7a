import { describe, expect, test } from 'vitest'
import { thresholdValues } from '../core/requirement.js'
import type { LeftAlone, Scenario, ScenarioContext } from '../core/scenario.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { rehearse } from './rehearsal.js'

const service: ServiceDescriptor = {
  schema: 'seaworthy/v1',
  name: 'orders',
  directory: '/',
  target: {
    kind: 'process',
    disposable: true,
    replicas: { command: ['orders'], env: { STORE: '{store:host}:{store:port}' }, restart: 'always', startAtBoot: true, count: 3 },
    components: [{ name: 'store', role: 'db-primary', hard: true, ownsData: true, ready: { kind: 'tcp' }, command: ['store'], env: {}, restart: 'always', startAtBoot: true }],
  },
  facts: {},
  balancer: { intervalMs: 250, fall: 2, rise: 1, timeoutMs: 250 },
  health: { readinessPath: '/ready' },
  lifecycle: { stop: { signal: 'SIGQUIT', graceMs: 10_000, allowedExitCodes: [0] }, startTimeoutMs: 15_000 },
  traffic: {},
  notApplicable: [],
  waivers: [],
  overrides: {},
}
const scenario = (exercise: (context: ScenarioContext) => Promise<void>): Scenario => ({ id: 'suite/scenario', title: 'It holds', needs: [], instanceCountMin: 1, expectedMs: () => 1, checks: [], exercise })
const play = (exercise: (context: ScenarioContext) => Promise<void>, randomSeed = 1, of = service, leftAlone: ScenarioContext['leftAlone'] = () => undefined) =>
  rehearse(scenario(exercise), { service: of, profile: 'quick', selected: new Set(['DRAIN-03']), thresholds: () => thresholdValues({ thresholds: [] } as never, 'quick'), randomSeed, leftAlone })

describe('a rehearsal', () => {
  test('names each fault with target, means and undo, in order', async () => {
    const { interventions, cutShort } = await play(async (context) => {
      await context.control.drain(context.instances[1]!.id)
      const fault = await context.control.faultDependency({ component: 'store', fault: { kind: 'delay', delayMs: 300 }, from: 'replica-0' })
      await fault.undo()
      await context.control.kill(['replica-0', 'store'])
    })
    expect(cutShort).toBeUndefined()
    expect(interventions).toEqual([
      { name: 'drain', target: 'replica-1', how: 'SIGQUIT', undo: 'it is stopped and started again' },
      { name: 'fault-dependency', target: 'store', how: 'delay 300 ms, for replica-0', undo: 'the fault proxies heal' },
      { name: 'kill', target: 'replica-0', how: 'SIGKILL to all its processes', undo: 'its supervisor starts it again' },
      { name: 'kill', target: 'store', how: 'SIGKILL to all its processes', undo: 'its supervisor starts it again' },
    ])
  })

  test('says of the drain of a node what it is', async () => {
    const { target } = service
    const drained: ServiceDescriptor = { ...service, target: { ...target, kind: 'kubernetes', cluster: { namespace: 'shop', workload: { kind: 'deployment', name: 'web' }, service: 'web', drain: 'node' } } }
    const { interventions } = await play(async ({ control }) => control.drain('replica-1'), 1, drained)
    expect(interventions).toEqual([{ name: 'drain', target: 'replica-1', how: 'its node is cordoned, then its pod is evicted', undo: 'the node is uncordoned when a replacement has its place, at the latest with the deployment' }])
  })

  test('leaves alone what the run would, and says how a drain is made that is stood for', async () => {
    const http = { via: 'http', method: 'POST', path: '/drain', expectStatus: [] } as const
    const declared: ServiceDescriptor = { ...service, lifecycle: { ...service.lifecycle, drain: { ...http, deadlineMs: 5_000, endsInExit: true }, undrain: http } }
    const whole = async ({ control, leftAlone }: ScenarioContext): Promise<void> => {
      await control.drain('replica-1')
      if (leftAlone('lifecycle.drain') === undefined) await control.stop('replica-2')
    }
    const refused = { reason: 'it is followed by a start in the same pod', mayBeAllowed: false }
    expect((await play(whole, 1, declared)).interventions).toMatchObject([{ name: 'drain', how: 'POST /drain', undo: 'POST /drain' }, { name: 'stop' }])
    expect((await play(whole, 1, declared, () => refused)).interventions).toEqual([{ name: 'drain', target: 'replica-1', how: 'SIGQUIT', undo: 'it is stopped and started again' }])
  })

  test('picks what a run with the same seed picks', async () => {
    const pick = async (context: ScenarioContext): Promise<void> => context.control.freeze(context.instances[Math.floor(context.random() * 3)]!.id).then(() => {})
    const targets = await Promise.all([1, 1, 2, 3, 4, 5, 6].map(async (seed) => (await play(pick, seed)).interventions[0]?.target))
    expect(targets[0]).toBe(targets[1])
    expect(new Set(targets).size).toBeGreaterThan(1)
  })

  test('time passes by calls alone, and nothing waits for ever', async () => {
    const startedAt = performance.now()
    const waits = await play(async (context) => {
      const untilMs = context.now() + 60_000
      while (context.now() < untilMs) await context.pause(100)
      await context.control.stop('replica-2')
    })
    expect(waits.interventions).toMatchObject([{ name: 'stop', target: 'replica-2' }])
    const endless = await play(async (context) => {
      for (let number = 0; number >= 0; number++) await context.traffic.readValue({ name: 'v', via: 'balancer', probe: { path: '/', pointer: '' } })
    })
    expect(endless.cutShort).toContain('depends on what the service answers')
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })

  test('sees the edges that the templates of the descriptor declare', async () => {
    const edges: unknown[] = []
    await play(async (context) => void edges.push(...context.edges))
    expect(edges).toEqual(['replica-0', 'replica-1', 'replica-2'].map((from) => ({ from, to: 'store' })))
  })

  test('sees those of containers that were there before where the driver puts fault proxies between them, and none where it cannot', async () => {
    const { target: { components: [store], replicas, ...target } } = service
    const seen = async (leftAlone: ScenarioContext['leftAlone'], kind: 'compose' | 'swarm'): Promise<unknown> => {
      const edges: unknown[] = []
      await play(async (context) => void edges.push(...context.edges), 1, { ...service, target: { ...target, kind, replicas: { ...replicas, command: [], env: {}, count: 1 }, components: [{ ...store!, command: [] }] } }, leftAlone)
      return edges
    }
    expect(await seen(() => undefined, 'swarm')).toEqual([{ from: 'replica-0', to: 'store' }])
    const unreachable = (capability: string): LeftAlone | undefined => (capability === 'fault.edge' ? { reason: 'nothing of ours stands between them', mayBeAllowed: false } : undefined)
    expect(await seen(unreachable, 'swarm')).toEqual([])
    expect(await seen(unreachable, 'compose')).toEqual([])
  })
})
