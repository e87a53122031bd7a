import { describe, expect, test } from 'vitest'
import { request, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { processorWaitProbe, withoutWaits } from '../../core/processor-waits.js'
import { judgeLatency } from './latency.js'

const window = { fromMs: 10_000, toMs: 40_000 }
const limitMs = 100
const momentMs = 20_000

/** One every 10 ms, of which so many, one after the other from the moment on, take far too long. */
const requests = (slow: number): RequestEvent[] =>
  Array.from({ length: 3_000 }, (_, index) => {
    const plannedAtMs = window.fromMs + 10 * index
    const isSlow = plannedAtMs >= momentMs && plannedAtMs < momentMs + 10 * slow
    return request(plannedAtMs, { load: 'degradation', endedAtMs: plannedAtMs + (isSlow ? 400 : 5) })
  })
const question = (slow: number) => ({ requests: requests(slow), quantile: 0.99, limitMs, what: 'requests', before: { fromMs: 0, toMs: 9_000 }, window })
const judge = (slow: number, ...events: readonly HistoryEvent[]) => judgeLatency(historyOf(events), question(slow))
const echo = (atMs: number, ms: number): HistoryEvent => request(atMs, { load: 'null-control', endedAtMs: atMs + ms })
/** What it was seen to have of the processors in the 200 ms before. */
const use = (atMs: number, serviceRanMs: number): HistoryEvent => ({ kind: 'observation', probe: processorWaitProbe, target: 'network', atMs, value: { waitedMs: 150, ranMs: 50, windowMs: 200, serviceRanMs, capacityMs: 400 } })
const others = use(momentMs + 200, 100)
const undecided = { outcome: 'inconclusive', summary: expect.stringContaining('25 of 3000 requests took longer than 100 ms: neither few nor many') as string }

describe('a quantile that neither holds nor fails for one moment', () => {
  test('is not told from the whole window', () => {
    expect(judge(10)).toMatchObject({ outcome: 'passed' })
    expect(judge(25)).toMatchObject(undecided)
    expect(judge(60)).toMatchObject({ outcome: 'failed' })
  })
  test('is told without the moment in which the harness stalled, or its own echo server was slow, while others had the processors', () => {
    const told = { outcome: 'passed', summary: expect.stringMatching(/^p99 of requests was 5 ms, without \d+ that were due while the harness stalled or its own echo server was slow$/) as string }
    expect(judge(25, stall(momentMs + 300, 300), others)).toMatchObject(told)
    expect(judge(25, echo(momentMs, 300), others)).toMatchObject(told)
    // The quick ones of that moment are left out as well.
    const [, leftOut = '0'] = /without (\d+)/.exec(judge(25, stall(momentMs + 300, 300), others).summary) ?? []
    expect(Number(leftOut)).toBeGreaterThan(25)
    // A first judging looks at a history without waits.
    expect(judgeLatency(withoutWaits(historyOf([stall(momentMs + 300, 300), others])), question(25))).toMatchObject(told)
  })
  test('stays open where the moment was another one, small against the limit, or most of the window', () => {
    expect(judge(25, stall(momentMs + 3_000, 300), echo(momentMs - 3_000, 300), use(momentMs + 3_000, 100), use(momentMs - 2_800, 100))).toMatchObject(undecided)
    expect(judge(25, stall(momentMs + 300, 40), echo(momentMs, 40), others)).toMatchObject(undecided)
    expect(judge(25, echo(momentMs, 3_000), others)).toMatchObject(undecided)
    expect(judge(25, request(momentMs, { load: 'null-control', outcome: 'timeout', endedAtMs: momentMs + 300 }), others)).toMatchObject(undecided)
  })
  test('stays open where the service took the processors itself, or nobody knows who did', () => {
    expect(judge(25, echo(momentMs, 300))).toMatchObject(undecided)
    expect(judge(25, echo(momentMs, 300), others, use(momentMs + 250, 300))).toMatchObject(undecided)
    expect(judgeLatency(withoutWaits(historyOf([echo(momentMs, 300), others, use(momentMs + 250, 300)])), question(25))).toMatchObject(undecided)
  })
  test('stays open where the service was late before anything stalled, and let go of it only then', () => {
    const held = requests(0).map((one) => (one.plannedAtMs >= momentMs - 4_000 && one.plannedAtMs < momentMs && one.plannedAtMs % 160 === 0 ? { ...one, endedAtMs: momentMs + 50 } : one))
    expect(judgeLatency(historyOf([stall(momentMs + 100, 100), use(momentMs + 100, 100)]), { ...question(0), requests: held })).toMatchObject({ outcome: 'inconclusive' })
  })
  test('what certainly fails does not pass for a moment', () => {
    expect(judge(60, stall(momentMs + 600, 600), others).outcome).toBe('inconclusive')
    expect(judge(60, echo(momentMs, 700), others).outcome).not.toBe('passed')
  })
})
