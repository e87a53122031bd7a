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
  test.each<[string, string, Readonly<Record<string, string>>, number]>([
    ['a{ x = "1" , y="2" } 1', 'a', { x: '1', y: '2' }, 1],
    ['a{x="1",} 1', 'a', { x: '1' }, 1],
    ['a{} 7', 'a', {}, 7],
    ['a\t1', 'a', {}, 1],
    ['a{x="}, y=\\"#"}1', 'a', { x: '}, y="#' }, 1],
    ['a{x="a\\\\"} 2', 'a', { x: 'a\\' }, 2],
    ['a -Inf', 'a', {}, -Infinity],
    ['a nan', 'a', {}, Number.NaN],
    ['a{quantile="0.99"} NaN', 'a', { quantile: '0.99' }, Number.NaN],
    ['a 1e+3 -3', 'a', {}, 1_000],
    ['a 1 1395066363.5', 'a', {}, 1],
    ['a_bucket{le="1"} 3 # {t="}"} 0.4', 'a_bucket', { le: '1' }, 3],
    ['a_bucket{le="+Inf"} 3 # {} 1 1520879607.789', 'a_bucket', { le: '+Inf' }, 3],
    ['{"http.requests",status="200"} 5', 'http.requests', { status: '200' }, 5],
    ['a{"http.status"="200"} 5', 'a', { 'http.status': '200' }, 5],
  ])('%s is a sample', (line, name, labels, value) => {
    expect(readExposition(`${line}\n`)).toEqual({ samples: [{ name, labels, value }], errors: [] })
  })
  test('comments, types of OpenMetrics and its end are no samples, and a type that there is none of is no comment', () => {
    expect(readExposition('# HELP a what it is\n# TYPE a counter\n# UNIT a seconds\n# TYPE b stateset\n#anything\na_created 1.5\r\n# EOF\n').errors).toEqual([])
    expect(readExposition('# TYPE a nothing\n').errors).toEqual(['# TYPE a nothing'])
  })
  test.each(['a{1x="1"} 1', 'a{x="1",x="2"} 1', 'a{x="1" y="2"} 1', 'a{,} 1', 'a{x} 1', '{x="1"} 1', 'a 1 2 3', 'a 0x1p3', 'a 1_000', 'a{x="1} 1', 'a 1 # 5', 'a-b 1'])('%s is not in the format', (line) => {
    expect(readExposition(line).errors).toEqual([line])
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
