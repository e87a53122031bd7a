import { describe, expect, test } from 'vitest'
import type { Timeline, TimelineBucket } from '../../core/run-report.js'
import { exampleReport } from '../fixtures.js'
import { layOut, timeTicks, type Intervention } from './timeline-layout.js'
import { timelineFigure } from './timeline.js'

const bucket = (atMs: number, lost = 0): TimelineBucket => ({ atMs, ok: 10, refused: 1, lost, latencyMsMax: atMs })
const intervention = (fromMs: number, toMs: number, target = 'replica-1'): Intervention => ({ name: 'kill', target, label: null, fromMs, toMs, witnessed: 'gone', error: null })
const timeline = (given: Partial<Timeline>): Timeline => ({ bucketMs: 100, buckets: [], interventions: [], phases: [], ...given })

describe('layout', () => {
  test('many buckets are merged, and no request gets lost in it', () => {
    const buckets = Array.from({ length: 5_003 }, (_, index) => bucket(index * 100, index % 7 === 0 ? 1 : 0))
    const { columns, columnMs } = layOut(timeline({ buckets }))
    expect(columns.length).toBeLessThanOrEqual(360)
    expect(columnMs % 100).toBe(0)
    const total = (ones: readonly TimelineBucket[], key: 'ok' | 'refused' | 'lost'): number => ones.reduce((sum, one) => sum + one[key], 0)
    for (const key of ['ok', 'refused', 'lost'] as const) expect(total(columns, key)).toBe(total(buckets, key))
    expect(Math.max(...columns.map(({ latencyMsMax }) => latencyMsMax))).toBe(500_200)
  })
  test('idle times that have no bucket stay empty', () => {
    const { columns, columnMs } = layOut(timeline({ buckets: [bucket(0), bucket(100), bucket(90_000)] }))
    expect(columns.map(({ atMs }) => Math.floor(atMs / columnMs))).toEqual([0, 300])
    expect(columns[0]?.ok).toBe(20)
  })
  test('neither bars nor texts of interventions touch', () => {
    const interventions = Array.from({ length: 40 }, (_, index) => intervention(index * 900, index * 900 + 1_500, `replica-${index}`))
    const { lanes, width } = layOut(timeline({ interventions }))
    const spans = lanes.map((lane) => {
      const textWidth = lane.text.length * 6.1
      const textFrom = lane.place === 'before' ? lane.textAt - textWidth : lane.textAt
      return { top: lane.top, from: Math.min(lane.left, textFrom), to: Math.max(lane.left + lane.width, textFrom + textWidth) }
    })
    for (const a of spans) {
      for (const b of spans) if (a !== b && a.top === b.top) expect(a.to <= b.from || b.to <= a.from).toBe(true)
      expect(a.from).toBeGreaterThanOrEqual(0)
      expect(a.to).toBeLessThanOrEqual(width)
    }
  })
  test('everything lies inside the drawing, also what ends after the traffic', () => {
    const { xOf, plot, columns, yOfRequests, yOfLatency } = layOut(timeline({ buckets: [bucket(0), bucket(100)], interventions: [intervention(50, 9_000)] }))
    expect(xOf(9_000)).toBe(plot.right)
    for (const { ok, refused, lost, latencyMsMax } of columns) {
      expect(yOfRequests(ok + refused + lost)).toBeGreaterThanOrEqual(plot.top)
      expect(yOfLatency(latencyMsMax)).toBeGreaterThanOrEqual(plot.top)
    }
  })
  test('ticks are round and few', () => {
    expect(timeTicks(74_000)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000])
    for (const endMs of [1, 999, 60_000, 3_600_000, 1e9]) expect(timeTicks(endMs).length).toBeLessThanOrEqual(11)
  })
})

describe('drawing', () => {
  const [scenario] = exampleReport.scenarios
  test('an empty timeline is said instead of drawn', () => {
    expect(timelineFigure({ ...scenario!, timeline: timeline({}) }, 0).source).toContain('No traffic and no intervention')
  })
  test.each([
    ['no buckets', timeline({ interventions: [intervention(0, 0)] })],
    ['buckets of no width', timeline({ bucketMs: 0, buckets: [bucket(0)] })],
    ['one idle bucket', timeline({ buckets: [{ atMs: 0, ok: 0, refused: 0, lost: 0, latencyMsMax: 0 }] })],
  ])('numbers stay finite with %s', (_, given) => {
    expect(timelineFigure({ ...scenario!, timeline: given }, 0).source).not.toMatch(/NaN|Infinity|undefined/)
  })
  test('one lost request among thousands can be seen', () => {
    const buckets = [{ ...bucket(0), ok: 5_000, lost: 1 }]
    const [, path = ''] = /<path class="lost" d="([^"]*)"/.exec(timelineFigure({ ...scenario!, timeline: timeline({ buckets }) }, 0).source) ?? []
    expect(Number(/v([\d.]+)/.exec(path)?.[1])).toBeGreaterThanOrEqual(2)
  })
  test('what was not witnessed or failed is marked as such', () => {
    const source = (given: Partial<Intervention>): string => timelineFigure({ ...scenario!, timeline: timeline({ interventions: [{ ...intervention(0, 10), ...given }] }) }, 0).source
    expect(source({})).not.toContain('unproven')
    expect(source({ witnessed: null })).toContain('class="span fault unproven"')
    expect(source({ error: 'no permission' })).toContain('failed: no permission')
  })
})
