import { expect, test } from 'vitest'
import { judgeQuantile, quantileName } from './quantile-limit.js'

const sample = (n: number, above: number): number[] => Array.from({ length: n }, (_, index) => (index < above ? 300 : 20))

test.each([
  // P(X <= 3 | 100, 0.1) = 0.8 %, P(X >= 16) = 4.0 %, P(X >= 15) = 7.3 %
  [0.9, 100, 0, 'below'],
  [0.9, 100, 3, 'below'],
  [0.9, 100, 5, 'undecided'],
  [0.9, 100, 15, 'undecided'],
  [0.9, 100, 16, 'above'],
  [0.9, 100, 100, 'above'],
  // 0.99^298 = 5.0 %: fewer samples cannot show p99, however good they are.
  [0.99, 298, 0, 'undecided'],
  [0.99, 299, 0, 'below'],
  [0.99, 5_000, 30, 'below'],
  [0.99, 5_000, 80, 'above'],
  [0.9, 0, 0, 'undecided'],
] as const)('p%f of %i values with %i above the limit is %s', (quantile, n, above, verdict) => {
  expect(judgeQuantile({ values: sample(n, above), quantile, limit: 100 })).toMatchObject({ verdict, n, above })
})
test('the estimate is the value at the quantile, and what never came is above every limit', () => {
  expect(judgeQuantile({ values: [5, 1, 4, 2, 3], quantile: 0.6, limit: 9 }).estimate).toBe(3)
  expect(judgeQuantile({ values: [Infinity], quantile: 0.9, limit: 1e9 }).above).toBe(1)
  expect(judgeQuantile({ values: [], quantile: 0.9, limit: 1 }).estimate).toBeUndefined()
})
test('names', () => {
  expect([quantileName(0.9), quantileName(0.99), quantileName(0.999)]).toEqual(['p90', 'p99', 'p99.9'])
})
