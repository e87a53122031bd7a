import { expect, test } from 'vitest'
import type { ScenarioContext } from '../../core/scenario.js'
import { scriptedService } from '../queue-draining/scripted-context.test-support.js'
import { losePower } from './lose-power.js'

/** A machine on which everything is up the longest delay after its boot: every step is written down. */
function machine(thresholds: Readonly<Record<string, number>>) {
  const said: string[] = []
  const context = {
    service: scriptedService(),
    instances: [{ id: 'replica-0' }, { id: 'replica-1' }],
    components: [{ name: 'database', hard: true }, { name: 'cache', hard: false }],
    random: () => 0,
    threshold: (_id: string, key: string) => thresholds[key] ?? 0,
    step: () => {},
    pause: async () => {},
    until: async (_what: string, condition: () => Promise<boolean>) => condition(),
    untilReady: async (id: string) => (said.push(`${id} is ready`), true),
    untilComponentReady: async (name: string) => (said.push(`${name} is up`), true),
    traffic: { send: async () => ({ outcome: 'ok' }), sample: () => ({ stop: async () => {} }) },
    control: { reboot: async (_manner: string, label: string) => void said.push(label) },
  } as unknown as ScenarioContext
  return { context, said }
}

test('after each power loss everything is up again before the next one, also what the service can do without', async () => {
  const { context, said } = machine({ orders: 3, gap_s: 10, ready_within_s: 60 })
  expect(await losePower(context, async () => true)).toBe(true)
  const losses = said.flatMap((word, at) => (word.startsWith('power-loss-') ? [at] : []))
  expect(losses).toHaveLength(3)
  for (const [index, at] of losses.entries()) {
    expect(said.slice(at + 1, losses[index + 1]).sort(), said[at]).toEqual(['cache is up', 'database is up', 'replica-0 is ready', 'replica-1 is ready'])
  }
})

test('when the service does not come back, no other power loss is made', async () => {
  const { context, said } = machine({ orders: 3, gap_s: 10, ready_within_s: 60 })
  const never = { ...context, untilReady: async () => false } as ScenarioContext
  expect(await losePower(never, async () => true)).toBe(false)
  expect(said.filter((word) => word.startsWith('power-loss-'))).toHaveLength(1)
})
