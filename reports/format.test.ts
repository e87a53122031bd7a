import { describe, expect, test } from 'vitest'
import { zeroFailuresBound95 } from '../core/check.js'
import { exampleReport } from './fixtures.js'
import { formatBound, formatClock, formatComparison, formatDuration, formatMeasurement, formatNumber, formatScore, formatScoreLine, formatShare } from './format.js'

test.each([
  [0, '0 ms'], [999.4, '999 ms'], [1_000, '1.0 s'], [59_990, '59.9 s'], [60_000, '1 min 00 s'], [185_000, '3 min 05 s'], [3_720_000, '1 h 02 min'], [NaN, 'unknown'],
])('a duration of %d ms reads %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text)
})
test.each([[-5, '0:00'], [7_900, '0:07'], [760_000, '12:40'], [3_723_000, '1:02:03']])('a clock at %d ms shows %s', (ms, text) => {
  expect(formatClock(ms)).toBe(text)
})

describe('nothing looks better than it is', () => {
  test.each([[1, '100 %'], [0.9999, '99 %'], [0.29, '29 %'], [0.004, '<1 %'], [0, '0 %'], [NaN, '–']])('a share of %d reads %s', (ratio, text) => {
    expect(formatShare(ratio)).toBe(text)
  })
  test.each([[100, '100'], [99.9, '99'], [0, '0'], [null, '–']])('a score of %d reads %s', (value, text) => {
    expect(formatScore(value)).toBe(text)
  })
  test.each([[3, '64 %'], [30, '9.6 %'], [300, '1 %'], [3_000, '0.1 %'], [0, '100 %']])('the bound after %d trials reads %s and is never below the true one', (n, text) => {
    expect(formatBound(zeroFailuresBound95(n))).toBe(text)
    expect(parseFloat(text) / 100).toBeGreaterThanOrEqual(zeroFailuresBound95(n) - 1e-12)
  })
  test('a measurement does not round to its limit', () => {
    expect(formatNumber(0.9996)).not.toBe(formatNumber(1))
    expect(formatNumber(2000.4)).not.toBe(formatNumber(2000))
  })
})

test('measurements carry their unit', () => {
  expect(formatMeasurement(1, 'requests')).toBe('1 request')
  expect(formatMeasurement(12_345, 'ms')).toBe('12,345 ms')
  expect(formatComparison({ note: '', measured: 3, allowed: 0, unit: 'requests' })).toBe('measured 3 requests, allowed 0 requests')
  expect(formatComparison({ note: '' })).toBe('')
})

test('a score is never without coverage and level', () => {
  expect(formatScoreLine({ ...exampleReport.score, value: 71.4, coverage: 0.84, level: 2 })).toBe('Score 71 of 100 at 84 % coverage, level 2 of 3')
  expect(formatScoreLine({ ...exampleReport.score, value: null, coverage: 0, level: 0 })).toBe('Nothing was judged at 0 % coverage, no level reached')
})
