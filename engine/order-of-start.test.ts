import { expect, test } from 'vitest'
import { expectedMsOf, inOrderOfStart } from './order-of-start.js'
import type { PlannedScenario } from './plan.js'
import { seededRandom } from './seeded-random.js'

const planned = (id: string, expectedMs: number, lanes?: number): PlannedScenario => ({ scenario: { id, ...(lanes === undefined ? {} : { lanes }) }, expectedMs }) as unknown as PlannedScenario
const orderOf = (scenarios: readonly PlannedScenario[], seed: number): string => inOrderOfStart(scenarios, seededRandom(seed, 'order')).map(({ scenario }) => scenario.id).join(' ')

test('what takes more lanes begins first, and then the longest', () => {
  expect(orderOf([planned('short', 5_000), planned('long', 40_000), planned('wide', 30_000, 2), planned('middle', 20_000, 1)], 1)).toBe('wide long middle short')
})

test('equal ones change places with the seed, and the same seed gives the same order', () => {
  const equal = ['a', 'b', 'c', 'd'].map((id) => planned(id, 10_000))
  expect(new Set([1, 2, 3, 4, 5].map((seed) => orderOf(equal, seed))).size).toBeGreaterThan(1)
  expect(orderOf(equal, 7)).toBe(orderOf([...equal], 7))
})

test('side by side they take their share of the lanes, and never less than the longest of them', () => {
  expect(expectedMsOf([planned('a', 10_000), planned('b', 20_000, 2)], 2)).toBe(25_000)
  expect(expectedMsOf([planned('a', 10_000), planned('b', 2_000)], 4)).toBe(10_000)
  expect(expectedMsOf([planned('wide', 6_000, 3)], 1)).toBe(6_000)
  expect(expectedMsOf([], 4)).toBe(0)
})
