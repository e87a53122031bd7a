import { expect, test } from 'vitest'
import { greatestOf, leastOf } from './extremes.js'

test('the extremes of a million values', () => {
  const values = Array.from({ length: 1_000_000 }, (_, index) => (index * 7_919) % 1_000_003)
  expect([leastOf(values), greatestOf(values)]).toEqual([0, 1_000_002])
})
test('of nothing, and of what is no number, are what Math says', () => {
  expect([leastOf([]), greatestOf([])]).toEqual([Infinity, -Infinity])
  expect([leastOf([1, Number.NaN, 2]), greatestOf([1, Number.NaN, 2])]).toEqual([Number.NaN, Number.NaN])
})
