import { expect, test } from 'vitest'
import type { ScenarioContext } from '../../core/scenario.js'
import { scenario } from './an-unfit-replica-leaves-the-rotation.scenario.js'

/** A world on a clock of its own, in which a fault takes `applyMs` to be in place. Resolves to how long each fault lasted from then on. */
async function lastedMs(applyMs: number): Promise<readonly number[]> {
  let nowMs = 0
  const appliedAtMs: number[] = []
  const releasedAtMs: number[] = []
  const apply = async () => {
    nowMs += applyMs
    appliedAtMs.push(nowMs)
    nowMs += 700 // until it is witnessed
    return { appliedAtMs: nowMs - 700, undo: async () => {} }
  }
  const thresholds: Readonly<Record<string, number>> = { fault_s: 8, readiness_false_within_s: 10, return_within_s: 30 }
  const context = {
    service: { traffic: {} },
    instances: [{ id: 'replica-0' }, { id: 'replica-1' }, { id: 'replica-2' }],
    edges: [{ from: 'replica-1', to: 'database' }],
    ejectWindowMs: 1_000,
    now: () => nowMs,
    pause: async (ms: number) => void (nowMs += Math.max(0, ms)),
    threshold: (_id: string, key: string) => thresholds[key],
    step: () => {},
    observe: () => void releasedAtMs.push(nowMs),
    untilInRotation: async () => true,
    control: { freeze: apply, isolate: apply },
    traffic: { start: () => ({ stop: async () => {} }), sample: () => ({ stop: async () => {} }) },
  } as unknown as ScenarioContext
  await scenario.exercise(context)
  return releasedAtMs.map((atMs, index) => atMs - appliedAtMs[index]!)
}

test('both faults last as long as is asked for, however long it takes to apply them', async () => {
  expect(await lastedMs(10)).toEqual([8_000, 8_000])
  expect(await lastedMs(3_000)).toEqual([8_000, 8_000])
})
