import { expect, test } from 'vitest'
import { spareLaneBeside } from './spare-lane.js'

function machine() {
  const now = { atMs: 0, idleMs: 0 }
  return { now, processors: { clock: () => now.atMs, look: () => ({ count: 2, idleMs: now.idleMs }) } }
}
const here = { runsOnThisMachine: true }

test('beside four lanes there is one more where the processors are idle for two seconds', () => {
  const { now, processors } = machine()
  const spare = spareLaneBeside(4, here, processors)
  const watch = spare?.watch()
  expect(watch?.look()).toBe(false)
  now.atMs += 2_000
  now.idleMs += 0.16 * 2 * 2_000
  expect(watch?.look()).toBe(true)
  now.atMs += 2_000
  now.idleMs += 0.14 * 2 * 2_000
  expect(watch?.look()).toBe(false)
  expect(spare?.everyMs).toBeLessThanOrEqual(500)
})

test('each that watches begins anew', () => {
  const { now, processors } = machine()
  const spare = spareLaneBeside(4, here, processors)
  spare?.watch().look()
  now.atMs += 2_000
  now.idleMs += 4_000
  expect(spare?.watch().look()).toBe(false)
})

test('there is none beside fewer than four, on processors that cannot be looked at, or where instances may run elsewhere', () => {
  const { processors } = machine()
  expect(spareLaneBeside(3, here, processors)).toBeUndefined()
  expect(spareLaneBeside(4, here, null)).toBeUndefined()
  expect(spareLaneBeside(4, {}, processors)).toBeUndefined()
  expect(spareLaneBeside(4, here, processors)).toBeDefined()
})
