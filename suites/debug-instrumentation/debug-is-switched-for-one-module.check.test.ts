import { describe, expect, test } from 'vitest'
import { fact, intervention, platform, requests, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { debugIsSwitchedForOneModule } from './debug-is-switched-for-one-module.check.js'

const thresholds = { span_s: 2, a_debug_lines_min: 50, other_modules_increase_max: 0, back_within_s: 10, restarts_max: 0, p99_factor_max: 2, p99_slack_ms: 100 }
const fields = { time: '/time', level: '/level', message: '/message', correlation: '/traceId', module: '/module' }
type Spans = 'usual' | 'debug' | 'after'
/** Debug lines by module; '' is no module. */
type Lines = Readonly<Record<string, number>>
const linesOf = (counts: Lines): string[] =>
  Object.entries(counts).flatMap(([module, count]) => Array.from({ length: count }, () => JSON.stringify({ time: '2026-01-02T03:04:05Z', level: 'debug', message: 'x', ...(module === '' ? {} : { module }) })))

interface Shape {
  readonly lines?: Partial<Record<Spans, Lines>>
  readonly during?: Partial<RequestEvent>
  readonly count?: number
  readonly more?: readonly HistoryEvent[]
  readonly refused?: boolean
  readonly complete?: boolean
}
function judge({ lines = {}, during = {}, count = 100, more = [], refused = false, complete = true }: Shape = {}) {
  const said: Record<Spans, Lines> = { usual: { http: 3 }, debug: { records: 80, http: 3 }, after: {}, ...lines }
  const load = (name: string, fromMs: number, extra: Partial<RequestEvent> = {}): HistoryEvent[] => requests({ fromMs, toMs: fromMs + count * 20, everyMs: 20 }, { load: name, ...extra })
  const reading = (span: Spans, atMs: number): HistoryEvent => ({ kind: 'observation', probe: `log-${span}`, target: 'a', atMs, value: { lines: linesOf(said[span]), bytes: 1, complete } })
  return debugIsSwitchedForOneModule.evaluate(historyOf([
    fact('logs', { instances: ['a'], fields }),
    fact('debug-levels', { module: 'records', modules: ['records', 'http'], debug: 'DEBUG' }),
    ...load('debug-usual', 0), reading('usual', 2_500),
    ...intervention({ name: 'log-level', target: 'a', label: 'debug', issuedAtMs: 2_600, ...(refused ? {} : { acknowledgedAtMs: 2_610 }) }),
    ...load('debug-on', 3_000, during).map((one, index) => ({ ...one, ...(during.endedAtMs === undefined ? {} : { endedAtMs: 3_000 + index * 20 + during.endedAtMs }) }) as HistoryEvent),
    reading('debug', 5_500),
    ...intervention({ name: 'log-level', target: 'a', label: 'info', issuedAtMs: 5_600, acknowledgedAtMs: 5_610 }),
    ...load('debug-after', 6_000), reading('after', 8_500),
    ...more,
  ]), thresholds)
}

describe('debug is switched for one module', () => {
  test('passed: only that module became louder, and is quiet again', () => {
    expect(judge()).toMatchObject({ outcome: 'passed', summary: 'debug output was switched on for records alone (80 lines), and off again, without a restart' })
  })
  test.each<[string, Shape, string]>([
    ['others became louder', { lines: { debug: { records: 80, http: 90 } } }, 'debug output of records also switched on that of http'],
    ['a module that nobody declared became louder', { lines: { debug: { records: 80, sessions: 1 } } }, 'also switched on that of sessions'],
    ['the module did not', { lines: { debug: { http: 3 } } }, 'records wrote 0 debug lines in 100 requests'],
    ['it stayed loud', { lines: { after: { records: 5 } } }, 'records wrote 5 debug lines after it was switched back'],
    ['the call was refused', { refused: true }, 'a refused to switch the level of records'],
    ['a process ended', { more: [platform(4_000, 'process-exited', 'a')] }, 'a ended while levels were switched'],
    ['requests failed', { during: { outcome: 'error-status', status: 500 } }, '100 of 100 requests failed'],
    ['requests were slow', { during: { endedAtMs: 400 } }, '100 of 100 requests took longer than 110 ms'],
  ])('failed: %s', (_what, shape, summary) => {
    expect(judge(shape)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) as string })
  })
  test.each<[string, Shape, string]>([
    ['lines name no module', { lines: { debug: { records: 80, '': 4 } } }, '4 debug lines name no module'],
    ['another module was talkative before, and a little more so', { lines: { debug: { records: 80, http: 7 } } }, 'http wrote debug lines before as well'],
    ['the module was talkative before', { lines: { usual: { records: 1, http: 3 } } }, 'nothing shows the switch'],
    ['too few requests', { count: 20 }, '20 requests were sent'],
    ['part of the log was lost', { complete: false }, 'could not be read to its end'],
    ['the harness stalled while requests were slow', { during: { endedAtMs: 400 }, more: [stall(4_000, 900)] }, 'stalled'],
  ])('inconclusive: %s', (_what, shape, summary) => {
    expect(judge(shape)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) as string })
  })
  test('a process that ended before is no harm, and one of a component neither', () => {
    expect(judge({ more: [platform(-100, 'process-exited', 'a'), platform(4_000, 'process-exited', 'cache')] }).outcome).toBe('passed')
  })
  test('inconclusive: nothing was switched', () => {
    expect(debugIsSwitchedForOneModule.evaluate(historyOf([]), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: 'no level was switched' })
  })
})
