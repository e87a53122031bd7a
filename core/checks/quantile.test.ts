import { expect, test } from 'vitest'
import { highestQuantile, quantileOf, samplesFor } from './quantile.js'

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1)

test('the limits enclose the estimate, and come closer with more samples', () => {
  const few = quantileOf(upTo(200), 0.95)
  expect(few.estimate).toBe(190)
  expect([few.lower, few.upper]).toEqual([185, 196])
  const many = quantileOf(upTo(2_000), 0.95)
  expect((many.upper! - many.lower) / 2_000).toBeLessThan((few.upper! - few.lower) / 200)
})

test('the order of the sample does not matter', () => {
  expect(quantileOf([...upTo(300)].reverse(), 0.95)).toEqual(quantileOf(upTo(300), 0.95))
})

test('a sample that is too small has no upper limit', () => {
  expect(quantileOf(upTo(50), 0.99).upper).toBeUndefined()
  expect(quantileOf(upTo(400), 0.99).upper).toBeDefined()
})

test('the highest quantile that the sample is large enough for', () => {
  expect(samplesFor(0.99)).toBe(1_000)
  expect(highestQuantile(upTo(1_000), [0.95, 0.99])?.q).toBe(0.99)
  expect(highestQuantile(upTo(999), [0.95, 0.99])?.q).toBe(0.95)
  expect(highestQuantile(upTo(199), [0.95, 0.99])).toBeUndefined()
})
