import { describe, expect, test } from 'vitest'
import { encodeMarks, MarkCollector, type Mark } from './mark-collector.js'

const mark = (index: number, more: Partial<Mark> = {}): Mark => ({ atMs: index * 3.6, latencyMs: 2 + (index % 40), kind: index % 5, id: 100 + index, count: 1, ...more })
const collected = (limit: number, size: number): MarkCollector => {
  const collector = new MarkCollector(limit)
  for (let index = 0; index < size; index++) collector.add(mark(index))
  return collector
}
const countOf = (marks: readonly Mark[], kind?: number): number => marks.filter((one) => kind === undefined || one.kind === kind).reduce((sum, { count }) => sum + count, 0)

describe('marks', () => {
  test('are every request as long as there is room', () => {
    const collector = collected(1_000, 1_000)
    expect(collector.cellMs).toBe(0)
    expect(collector.marks()).toEqual(Array.from({ length: 1_000 }, (_, index) => mark(index)))
  })

  test('are summed up beyond that, and none is lost', () => {
    const collector = collected(1_000, 50_000)
    const marks = collector.marks()
    expect(collector.cellMs).toBeGreaterThan(0)
    expect(marks.length).toBeLessThanOrEqual(1_000)
    expect(countOf(marks)).toBe(50_000)
    for (let kind = 0; kind < 5; kind++) expect(countOf(marks, kind)).toBe(10_000)
    expect(marks.map(({ atMs }) => atMs)).toEqual(marks.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
  })

  test('a rare kind keeps marks of its own among very many', () => {
    const collector = new MarkCollector(500)
    for (let index = 0; index < 20_000; index++) collector.add(mark(index, { kind: index === 12_345 ? 9 : 0 }))
    expect(collector.marks().filter(({ kind }) => kind === 9)).toMatchObject([{ id: 100 + 12_345, count: 1 }])
  })

  test('many kinds at once come to an end too', () => {
    const collector = new MarkCollector(1_000)
    for (let index = 0; index < 30_000; index++) collector.add(mark(index, { kind: index % 600, atMs: index * 1_000, latencyMs: (index * 7_919) % 60_000 }))
    expect(countOf(collector.marks())).toBe(30_000)
  })
})

describe('the encoding', () => {
  /** The same as the page's own reader, in a few lines. */
  function decoded(text: string): readonly number[] {
    const values: number[] = []
    let [value, scale] = [0, 1]
    for (const byte of Buffer.from(text, 'base64')) {
      value += (byte % 128) * scale
      scale *= 128
      if (byte >= 128) continue
      values.push(value)
      ;[value, scale] = [0, 1]
    }
    return values
  }
  test('keeps time and latency to a tenth of a millisecond, kind, count and id', () => {
    const marks = [mark(0, { atMs: 12.34, latencyMs: 0.06, id: 7 }), mark(1, { atMs: 12.38, latencyMs: 40_000.04, kind: 300, count: 1_000_000, id: 3 })]
    expect(decoded(encodeMarks(marks))).toEqual([123, 1, 0, 1, 14, 1, 400_000, 300, 1_000_000, 7])
  })
})
