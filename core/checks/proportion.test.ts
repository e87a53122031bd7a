import { expect, test } from 'vitest'
import { lowerLimit95, upperLimit95 } from './proportion.js'

test('limits are those of the tables', () => {
  expect(lowerLimit95(20, 60)).toBeCloseTo(0.23304, 4)
  expect(upperLimit95(20, 60)).toBeCloseTo(0.44647, 4)
  expect(lowerLimit95(10, 10)).toBeCloseTo(Math.pow(0.05, 1 / 10), 6)
  expect(upperLimit95(0, 10)).toBeCloseTo(1 - Math.pow(0.05, 1 / 10), 6)
})

test('nothing tried and nothing seen say nothing', () => {
  expect(lowerLimit95(0, 0)).toBe(0)
  expect(lowerLimit95(0, 50)).toBe(0)
  expect(upperLimit95(0, 0)).toBe(1)
  expect(upperLimit95(50, 50)).toBe(1)
})
