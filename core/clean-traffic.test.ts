import { describe, expect, test } from 'vitest'
import { untilTrafficIsClean } from './clean-traffic.js'
import type { Load } from './scenario.js'

type Counts = ReturnType<Load['counts']>

/** Whether traffic was clean within so many steps of 100 ms, with these counts in each; it has to be so for 300 ms. */
function cleanIn(counts: readonly Counts[]): Promise<boolean> {
  let step = 0
  const context = {
    now: () => step * 100,
    until: async (_: string, condition: () => boolean | Promise<boolean>) => {
      for (step = 0; step < counts.length; step++) if (await condition()) return true
      return false
    },
  }
  const load = { counts: () => counts[Math.min(step, counts.length - 1)]! } as Load
  return untilTrafficIsClean(context, load, { cleanMs: 300, timeoutMs: 1_000 })
}
const steps = (count: number, of: (step: number) => Counts): Counts[] => Array.from({ length: count }, (_, step) => of(step))

describe('traffic is clean', () => {
  test('when none failed for so long, and what was under way has ended', async () => {
    expect(await cleanIn(steps(5, (step) => ({ planned: 5 * step + 2, ended: 5 * step, notOk: 3 })))).toBe(true)
    expect(await cleanIn(steps(3, (step) => ({ planned: 5 * step + 2, ended: 5 * step, notOk: 3 })))).toBe(false)
  })
  test('not while some fail, and from the last of them on it has to last', async () => {
    expect(await cleanIn(steps(9, (step) => ({ planned: 5 * step, ended: 5 * step, notOk: step })))).toBe(false)
    expect(await cleanIn(steps(9, (step) => ({ planned: 5 * step, ended: 5 * step, notOk: Math.min(step, 7) })))).toBe(false)
  })
  test('not while nothing ends: requests that hang have not failed yet', async () => {
    expect(await cleanIn(steps(9, (step) => ({ planned: 5 * step, ended: 0, notOk: 0 })))).toBe(false)
    expect(await cleanIn(steps(9, (step) => ({ planned: 40 + 5 * step, ended: 2 * step, notOk: 0 })))).toBe(false)
  })
})
