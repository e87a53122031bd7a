import { describe, expect, test } from 'vitest'
import { fact, request, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { countersAgreeWithClients } from './counters-agree-with-clients.check.js'
import { latencyAgreesWithClients } from './latency-agrees-with-clients.check.js'

const thresholds = { successes: 100, errors: 20, slow: 5, count_deviation_ratio_max: 0.01, latency_bucket_off_max: 1, parse_errors_max: 0 }
const plan = { instances: ['a', 'b'], requestsMetric: 'requests_total', statusLabel: 'status', latencyMetric: 'latency_seconds', latencyUnit: 's' }

/** What one instance exposes: requests by status label, and in which bucket all of them fall. */
interface Exposed {
  readonly counts: Readonly<Record<string, number>>
  readonly bucket?: number
  readonly more?: string
  /** How many of them fall above all bounds but the last. */
  readonly slow?: number
  readonly bounds?: readonly number[]
}
const usualBounds = [0.001, 0.0025, 0.005, 0.01, 0.1]
function text({ counts, bucket = 2, more = '', slow = 0, bounds = usualBounds }: Exposed): string {
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0)
  const series = Object.entries(counts).map(([status, count]) => `requests_total{status="${status}"} ${count}`)
  const buckets = [...bounds, Infinity].map((bound, index) => `latency_seconds_bucket{le="${bound === Infinity ? '+Inf' : bound}"} ${bound === Infinity ? total : index >= bucket ? total - slow : 0}`)
  return [...series, ...buckets, more].join('\n')
}
const scrape = (name: string, atMs: number, target: string, value: object): HistoryEvent => ({ kind: 'observation', probe: name, target, sentAtMs: atMs - 2, atMs, value })

interface Shape {
  readonly quiet?: Exposed
  readonly before?: Exposed
  readonly after?: Exposed
  /** Of instance a, after; else it has the same boot. */
  readonly boot?: string | undefined
  readonly read?: object
  readonly successes?: number
  readonly more?: Partial<RequestEvent>
}
const quietly: Exposed = { counts: { 200: 40, 500: 1 } }
const right: Exposed = { counts: { 200: 90, 404: 10, 500: 11 } }
function history({ quiet = quietly, before = quietly, after = right, boot = 'one', read, successes = 100, more = {} }: Shape = {}): HistoryEvent[] {
  const value = (exposed: Exposed, ofBoot: string | undefined = 'one') => ({ outcome: 'read', status: 200, value: text(exposed), boot: ofBoot })
  const sent = (load: string, count: number, status: number): HistoryEvent[] => Array.from({ length: count }, (_, index) => request(1_000 + index * 10, { load, status, ...more }))
  return [
    fact('metrics', plan),
    ...['a', 'b'].flatMap((target) => [scrape('metrics-quiet', 400, target, value(quiet)), scrape('metrics-before', 900, target, value(before))]),
    ...sent('metrics-success', successes, 200),
    ...sent('metrics-server-error', 20, 500),
    ...sent('metrics-client-error', 20, 404),
    ...sent('null-control', 20, 200).map((one) => ({ ...one, endedAtMs: (one as RequestEvent).plannedAtMs + 1 })),
    scrape('metrics-after', 2_400, 'a', read ?? value(after, boot)),
    scrape('metrics-after', 2_400, 'b', value(after)),
  ]
}
const counters = (shape?: Shape) => countersAgreeWithClients.evaluate(historyOf(history(shape)), thresholds)
const latency = (shape?: Shape) => latencyAgreesWithClients.evaluate(historyOf(history(shape)), thresholds)

describe('counters agree with clients', () => {
  test('passed: every class rose by what clients saw', () => {
    expect(counters()).toMatchObject({ outcome: 'passed', summary: 'the metrics counted what clients saw: 100 of success, 20 of client error and 20 of server error' })
  })
  test('passed: classes instead of codes, and the reading of the metrics is counted too', () => {
    const before = { counts: { '2xx': 41, '5xx': 1 } }
    expect(counters({ quiet: { counts: { '2xx': 40, '5xx': 1 } }, before, after: { counts: { '2xx': 92, '4xx': 10, '5xx': 11 } } }).outcome).toBe('passed')
  })
  test.each([
    ['errors were counted as successes', { counts: { 200: 110, 500: 1 } }, 'counted 140, 0 and 0'],
    ['counters stood still', { counts: { 200: 80, 404: 10, 500: 11 } }, 'clients saw 100 of success'],
    ['everything was counted twice', { counts: { 200: 140, 404: 20, 500: 21 } }, 'counted 200, 40 and 40'],
    ['a label is no status', { counts: { 200: 90, 404: 10, 500: 1, error: 10 } }, 'no HTTP status'],
    ['a line is not in the format', { ...right, more: 'uptime is long' }, 'not in the format: uptime is long'],
    ['a counter is no number', { ...right, more: 'requests_total{status="201"} NaN' }, 'exposes requests_total as NaN, which is no count'],
    ['a counter went back', { counts: { 200: 90, 404: 10, 500: 0 } }, 'went back without a restart'],
  ])('failed: %s', (_what, after, summary) => {
    expect(counters({ after })).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) as string })
  })
  test('failed: a metric that is declared is not there', () => {
    expect(counters({ after: { counts: {} }, before: { counts: {} }, quiet: { counts: {} } })).toMatchObject({ outcome: 'failed', summary: 'a exposes no requests_total; b exposes no requests_total' })
  })
  test('failed: the metrics are answered with an error', () => {
    expect(counters({ read: { outcome: 'error-status', status: 404, boot: 'one' } })).toMatchObject({ outcome: 'failed', summary: 'the metrics of a could not be read: error-status, status 404' })
  })
  test.each<[string, Shape, string]>([
    ['an instance was restarted', { boot: 'two' }, 'a was restarted between two readings'],
    ['an instance did not answer', { read: { outcome: 'timeout' } }, 'could not be read: timeout'],
    ['others sent requests', { quiet: { counts: { 200: 30, 500: 1 } } }, 'requests of others were counted'],
    ['requests were not answered', { more: { outcome: 'timeout' } }, 'nobody knows whether they were counted'],
    ['too few succeeded', { successes: 90 }, 'clients saw 90 of success, needed are 100'],
  ])('inconclusive: %s', (_what, shape, summary) => {
    expect(counters(shape)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) as string })
  })
  test('inconclusive: nothing was read, or a reading is not there', () => {
    expect(countersAgreeWithClients.evaluate(historyOf([]), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: 'the metrics were not read' })
    const without = history().filter((event) => !(event.kind === 'observation' && event.probe === 'metrics-after' && event.target === 'b'))
    expect(countersAgreeWithClients.evaluate(historyOf(without), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: 'the metrics of b were not read twice' })
  })
  test('inconclusive: without a boot id a counter that went back may be a restart', () => {
    const events = history({ after: { counts: { 200: 90, 404: 10, 500: 0 } } }).map((event) =>
      event.kind === 'observation' ? { ...event, value: { ...(event.value as object), boot: undefined } } : event)
    expect(countersAgreeWithClients.evaluate(historyOf(events), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: 'a counter of a went back, which a restart would do as well' })
  })
})

describe('latency agrees with clients', () => {
  // Clients see 5 ms, of which 1 ms is the way there and back: from the bucket of 4 ms to that of 5 ms all is right.
  test.each([1, 2, 3])('passed: bucket %i', (bucket) => {
    const of = (exposed: Exposed): Exposed => ({ ...exposed, bucket })
    expect(latency({ quiet: of(quietly), before: of(quietly), after: of(right) }).outcome).toBe('passed')
  })
  test('a little lower than what clients saw may be the wait for a processor, much lower is not', () => {
    const of = (exposed: Exposed): Exposed => ({ ...exposed, bucket: 0 })
    const shape = { quiet: of(quietly), before: of(quietly), after: of(right) }
    expect(latency(shape)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('lower than what clients saw') as string })
    const long = history(shape).map((event) => (event.kind === 'request' && event.load !== 'null-control' ? { ...event, endedAtMs: (event.sentAtMs ?? event.plannedAtMs) + 60 } : event))
    expect(latencyAgreesWithClients.evaluate(historyOf(long), thresholds)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('clients saw 60.0 ms') as string })
  })
  test.each([4, 5])('failed: bucket %i', (bucket) => {
    const of = (exposed: Exposed): Exposed => ({ ...exposed, bucket })
    const shape = { quiet: of(quietly), before: of(quietly), after: of(right) }
    expect(latency(shape)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('clients saw 5.0 ms') as string })
    expect(latencyAgreesWithClients.evaluate(historyOf([...history(shape), stall(1_500, 400)]), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('stalled') as string })
  })
  test('failed: the histogram did not count everything', () => {
    expect(latency({ after: { counts: { 200: 90, 404: 5, 500: 5 } } })).toMatchObject({ outcome: 'failed', summary: 'the latency histogram counted 118 requests, clients saw 140' })
  })
  test('failed: the histogram counted everything twice', () => {
    const more = (count: number, exposed: Exposed): Exposed => ({ ...exposed, more: ['0.2', '+Inf'].map((bound) => `latency_seconds_bucket{le="${bound}",again="yes"} ${count}`).join('\n') })
    expect(latency({ after: more(1_000, right), before: more(0, quietly), quiet: more(0, quietly) })).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('clients saw 140') as string })
  })
  describe('requests that last', () => {
    // Fast ones, as fast as the lowest bucket, where those are too that nobody measures.
    const fast = (slow: number, shown: number): ReturnType<typeof historyOf> => {
      const of = (exposed: Exposed): Exposed => ({ ...exposed, bucket: 0, slow: exposed === right ? shown : 0 })
      const events = history({ quiet: of(quietly), before: of(quietly), after: { ...of(right), counts: { 200: 90 + slow / 2, 404: 10, 500: 11 } } })
      const quick = events.map((event): HistoryEvent => (event.kind === 'request' && event.load !== 'null-control' ? { ...event, endedAtMs: event.plannedAtMs + 1 } : event))
      const lasting = Array.from({ length: slow }, (_, index) => request(1_000 + index, { load: 'metrics-slow', status: 200, outcome: 'ok', endedAtMs: 1_600 }))
      return historyOf([...quick, ...(slow === 0 ? [] : [fact('slow-request', { minDurationMs: 500 })]), ...lasting])
    }
    test('passed: the histogram shows them', () => {
      expect(latencyAgreesWithClients.evaluate(fast(10, 5), thresholds)).toMatchObject({ outcome: 'passed' })
    })
    test('failed: durations that nobody measures are all next to nothing', () => {
      expect(latencyAgreesWithClients.evaluate(fast(10, 0), thresholds)).toMatchObject({ outcome: 'failed', summary: 'clients waited 500 ms and more for 10 requests, the latency histogram has 0 above 10 ms' })
    })
    test('inconclusive: without them nothing tells the lowest bucket from no measurement', () => {
      expect(latencyAgreesWithClients.evaluate(fast(0, 0), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('declare an operation with minDuration') as string })
      expect(latencyAgreesWithClients.evaluate(fast(4, 2), thresholds).outcome).toBe('inconclusive')
    })
  })
  test('inconclusive: buckets that are too coarse to tell', () => {
    const of = (exposed: Exposed): Exposed => ({ ...exposed, bounds: [], bucket: 0 })
    expect(latency({ quiet: of(quietly), before: of(quietly), after: of(right) })).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('has 1 buckets, too few') as string })
  })
  test('inconclusive: a summary cannot be added', () => {
    const summary = (event: HistoryEvent): HistoryEvent => (event.kind === 'observation' ? { ...event, value: { ...(event.value as object), value: `${(event.value as { value: string }).value.replaceAll(/^latency.*$/gm, '')}\nlatency_seconds{quantile="0.9"} 0.004\n` } } : event)
    expect(latencyAgreesWithClients.evaluate(historyOf(history().map(summary)), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('as a summary') as string })
  })
  test('inconclusive: the instances have different buckets', () => {
    const events = history().map((event) =>
      event.kind === 'observation' && event.target === 'b' ? { ...event, value: { ...(event.value as object), value: String((event.value as { value: string }).value).replaceAll('le="0.1"', 'le="0.2"') } } : event)
    expect(latencyAgreesWithClients.evaluate(historyOf(events), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('different buckets') as string })
  })
  test('inconclusive: too few requests', () => {
    expect(latency({ successes: 50 }).outcome).toBe('inconclusive')
  })
})
