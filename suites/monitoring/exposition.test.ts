import { describe, expect, test } from 'vitest'
import { bucketIndex, bucketOfQuantile, bucketsOf, readExposition, statusClass } from './exposition.js'

describe('readExposition', () => {
  test('keeps the labels of every series, also of a typed histogram', () => {
    const text = '# HELP h how long\n# TYPE h histogram\nh_bucket{status="200",le="0.1"} 1\nh_bucket{status="500",le="0.1"} 2\nh_bucket{status="200",le="+Inf"} 4\nh_bucket{status="500",le="+Inf"} 2\nh_sum{status="200"} 2.5\n\n'
    const read = readExposition(text)
    expect(read.errors).toEqual([])
    expect(read.samples).toHaveLength(5)
    expect(bucketsOf(read, 'h')).toEqual({ bounds: [0.1, Infinity], counts: [3, 6] })
  })
  test('reads escapes, time stamps, exemplars and special values', () => {
    const { samples, errors } = readExposition('a{path="C:\\\\x",error="two\\nlines \\"here\\""} 1.5e3 1395066363000\nb +Inf\nc NaN\nd{le="1"} 3 # {trace_id="abc"} 0.4 1.5\n# EOF')
    expect(errors).toEqual([])
    expect(samples[0]).toEqual({ name: 'a', labels: { path: 'C:\\x', error: 'two\nlines "here"' }, value: 1_500 })
    expect(samples.map(({ value }) => value)).toEqual([1_500, Infinity, NaN, 3])
  })
  test.each(['<html>nope</html>', '{"json": 1}', 'a{x=} 1', 'a b', 'a', 'requests total 5', 'a{x="1"'])('%s is not in the format', (line) => {
    expect(readExposition(`good 1\n${line}\n`)).toEqual({ samples: [{ name: 'good', labels: {}, value: 1 }], errors: [line] })
  })
})

test.each([['200', 2], ['304', 3], ['4xx', 4], ['5XX', 5], ['OK', undefined], ['600', undefined], ['', undefined], [undefined, undefined]])('the class of %s is %s', (label, found) => {
  expect(statusClass(label)).toBe(found)
})

test('buckets of values and of quantiles', () => {
  expect([0.05, 0.1, 0.2, 7].map((value) => bucketIndex([0.1, 1, 5], value))).toEqual([0, 0, 1, 3])
  expect([0.5, 0.9, 0.95].map((quantile) => bucketOfQuantile({ counts: [50, 90, 100] }, quantile))).toEqual([0, 1, 2])
  expect(bucketOfQuantile({ counts: [0, 0] }, 0.5)).toBeUndefined()
})
