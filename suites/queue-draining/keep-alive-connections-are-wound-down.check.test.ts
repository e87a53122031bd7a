import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { check } from './keep-alive-connections-are-wound-down.check.js'
import { drained, every, intervention, nullControl, request, unacknowledged } from './literal-history.test-support.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'standard')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf(events.flat()), thresholds)

type Last = Partial<RequestEvent> | undefined
/** One connection with a request every 200 ms, GET and POST in turn; its last request at `lastMs` is changed. */
const connection = (number: number, lastMs: number, last: Last): RequestEvent[] =>
  every({ fromMs: 1_000 + number, toMs: lastMs + 1, everyMs: 200 }, (atMs, i) =>
    request('keep-alive', atMs, { via: 'instance-0', connection: number, reused: i > 0, method: i % 2 === 0 ? 'GET' : 'POST', ...(atMs + 200 > lastMs ? last : {}) }),
  )
const connections = (lastMs: number, last: Last, count = 20): RequestEvent[] => every({ fromMs: 0, toMs: count, everyMs: 1 }, (number) => connection(number, lastMs, last)).flat()
const told: Last = { closeAnnounced: true }
const quiet: HistoryEvent = { kind: 'phase', name: 'quiet', atMs: 19_000 }

describe('keep-alive connections are wound down', () => {
  test('passes when every connection is told to close in time', () => {
    const finding = judge(drained, connections(2_300, told), quiet)
    expect(finding).toMatchObject({ outcome: 'passed', strength: { n: 20 } })
    expect(finding.summary).toContain('20 of 20 persistent connections were told to close')
  })

  test('a polite refusal with Connection: close tells it too', () => {
    expect(judge(drained, connections(2_300, { outcome: 'polite-refusal', closeAnnounced: true }), quiet).outcome).toBe('passed')
  })

  test('one idle reset of a GET is allowed beside connections that were told', () => {
    const one = connection(20, 2_220, { outcome: 'reset-idle', method: 'GET' })
    expect(judge(drained, connections(2_300, told, 19), one, quiet).outcome).toBe('passed')
  })

  test('fails when connections are served beyond the limit', () => {
    const finding = judge(drained, connections(18_000, undefined), quiet)
    expect(finding.outcome).toBe('failed')
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('20 of 20 were still served without a word 15 s after the drain was acknowledged') })
    expect(judge(drained, connections(2_300, told, 19), connection(20, 18_000, told), quiet).outcome).toBe('failed')
  })

  test('fails when the server closes connections between two requests without having told anybody', () => {
    const closed = (number: number, atMs: number, how = 'closed-by-server'): HistoryEvent => ({ kind: 'observation', probe: 'connection-ended', target: 'instance-0', atMs, value: { load: 'keep-alive', connection: number, how } })
    const silent = [...connections(2_300, told, 19), ...connection(20, 2_220, undefined)]
    expect(judge(drained, silent, closed(20, 2_400), quiet)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of 20 were closed between two requests without being told in an answer') })
    expect(judge(drained, silent, closed(20, 2_400, 'stopped'), quiet).outcome).toBe('inconclusive')
    expect(judge(drained, connections(2_300, told), closed(19, 2_400), quiet).outcome).toBe('passed')
    const stop = intervention('stop', { target: 'instance-0', issuedAtMs: 2_350, acknowledgedAtMs: 2_500 })
    expect(judge(drained, silent, stop, closed(20, 2_400), quiet).outcome).toBe('inconclusive')
  })

  test('fails when a request that may be repeated meets more idle resets than one repetition can mend', () => {
    const again = request('keep-alive', 2_400, { via: 'instance-0', connection: 20, reused: true, method: 'GET', outcome: 'reset-idle' })
    expect(judge(drained, connections(2_300, told, 19), connection(20, 2_220, { outcome: 'reset-idle', method: 'GET' }), again, quiet)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 had more than 1 idle reset') })
  })

  test('fails on an idle reset of a POST, and on a request that is cut in flight', () => {
    expect(judge(drained, connections(2_300, told, 19), connection(20, 2_220, { outcome: 'reset-idle', method: 'POST' }), quiet)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 idle reset hit a request that must not be repeated') })
    for (const outcome of ['reset-in-flight', 'closed-in-flight', 'truncated'] as const) {
      expect(judge(drained, connections(2_300, told, 19), connection(20, 2_220, { outcome, method: 'GET' }), quiet)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 request on them was cut in flight') })
    }
  })

  test('what the stop cuts is not charged to the drain', () => {
    const stop = intervention('stop', { target: 'instance-0', issuedAtMs: 2_222, acknowledgedAtMs: 2_500 })
    const cutByStop = connection(20, 2_220, { outcome: 'closed-in-flight', endedAtMs: 2_300 })
    expect(judge(drained, connections(2_220, told, 19), cutByStop, stop, quiet).outcome).toBe('inconclusive')
  })

  test('is inconclusive when connections end without a word, by silence or given up by us', () => {
    expect(judge(drained, connections(2_300, undefined), quiet)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('20 of 20 persistent connections ended without being told') })
    expect(judge(drained, connections(1_900, undefined), quiet)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('20 of 20 persistent connections ended without being told') })
    expect(judge(drained, connections(2_300, { outcome: 'cancelled', code: 'SW_CONNECTION_ENDED' }), quiet).outcome).toBe('inconclusive')
  })

  test('is inconclusive when they were not watched for long enough', () => {
    const stop = intervention('stop', { target: 'instance-0', issuedAtMs: 6_000, acknowledgedAtMs: 6_500 })
    expect(judge(drained, connections(5_900, undefined), stop, quiet)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('were not watched for the 15 s that are allowed') })
  })

  test('is inconclusive when connections were closed before the drain, or there were none', () => {
    expect(judge(drained, connections(2_300, told, 19), connection(20, 1_500, told), quiet)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 19 persistent connections were alive') })
    expect(judge(drained, quiet)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 persistent connections were alive') })
    expect(judge(unacknowledged, connections(2_300, told), quiet).outcome).toBe('inconclusive')
    expect(judge(connections(2_300, told), quiet)).toMatchObject({ outcome: 'inconclusive', summary: 'no replica was drained' })
  })

  test('is inconclusive when the harness may have been the cause', () => {
    const cut = connection(20, 2_220, { outcome: 'closed-in-flight' })
    expect(judge(drained, connections(2_300, told, 19), cut, nullControl({ fromMs: 2_100, toMs: 2_200, everyMs: 100 }, 'refused'), quiet).outcome).toBe('inconclusive')
  })

  test('a word that comes after the limit does not count', () => {
    const late = (number: number): RequestEvent[] => [
      ...connection(number, 2_100, undefined),
      request('keep-alive', 15_000, { via: 'instance-0', connection: number, reused: true, method: 'GET', endedAtMs: 38_010, closeAnnounced: true }),
    ]
    const all = every({ fromMs: 0, toMs: 20, everyMs: 1 }, late).flat()
    const beyond: HistoryEvent = { kind: 'phase', name: 'quiet', atMs: 40_000 }
    expect(judge(drained, all, beyond)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('told to close only 36 s after the acknowledgement (allowed 15 s)') })
    const servedBetween = request('keep-alive', 16_900, { via: 'instance-0', connection: 3, reused: true, method: 'GET', endedAtMs: 17_300 })
    expect(judge(drained, all, servedBetween, beyond).outcome).toBe('failed')
  })

  test('an idle reset excuses few connections only', () => {
    const raced = (from: number) => every({ fromMs: from, toMs: 20, everyMs: 1 }, (number) => connection(number, 2_300, { outcome: 'reset-idle', method: 'GET' })).flat()
    expect(judge(drained, connections(2_300, told, 18), raced(18), quiet).outcome).toBe('passed')
    expect(judge(drained, connections(2_300, told, 17), raced(17), quiet).summary).toContain('3 of 20 were reset while idle without being told')
    expect(judge(drained, connections(2_300, told, 1), raced(1), quiet).outcome).toBe('failed')
  })
})
