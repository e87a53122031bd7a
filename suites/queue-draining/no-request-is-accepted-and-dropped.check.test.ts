import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent, type RequestOutcome } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { drained, every, fact, intervention, platform, nullControl, request, sample, stall, unacknowledged } from './literal-history.test-support.js'
import { check } from './no-request-is-accepted-and-dropped.check.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'standard')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf(events.flat()), thresholds)

/** 50 per second directly to the replica, from before the drain until `toMs`; 200 of them after the acknowledgement. */
const stragglers = (outcome: (atMs: number) => RequestOutcome, toMs = 6_020): RequestEvent[] =>
  every({ fromMs: 1_600, toMs, everyMs: 20 }, (atMs) => request('straggler', atMs, { via: 'instance-0', key: `k${atMs}`, endedAtMs: atMs + 2, outcome: atMs < 2_000 ? 'ok' : outcome(atMs) }))
const end: HistoryEvent = { kind: 'phase', name: 'stopping instance-0', atMs: 6_100 }

describe('no request is accepted and dropped', () => {
  test('passes when all are served, refused politely, or refused before they are sent', () => {
    expect(judge(drained, stragglers(() => 'ok'), end)).toMatchObject({ outcome: 'passed', strength: { n: 200 } })
    expect(judge(drained, stragglers((atMs) => (atMs < 4_500 ? 'polite-refusal' : 'refused')), end).summary).toContain('0 were served, 124 politely refused and 76 refused before they were sent')
    // What never reached it shows nothing about dropping.
    expect(judge(drained, stragglers((atMs) => (atMs < 4_500 ? 'polite-refusal' : 'refused')), end).strength?.n).toBe(124)
    expect(judge(drained, stragglers((atMs) => (atMs === 2_500 ? 'reset-before-send' : 'degraded')), end).outcome).toBe('passed')
  })

  test.each<RequestOutcome>(['reset-in-flight', 'closed-in-flight', 'reset-idle', 'truncated', 'timeout', 'error-status', 'wrong-content'])('fails on one %s in the middle of the drain', (outcome) => {
    const finding = judge(drained, stragglers((atMs) => (atMs === 3_000 ? outcome : 'ok')), end)
    expect(finding).toMatchObject({ outcome: 'failed' })
    expect(finding.evidence[0]?.requests).toHaveLength(1)
  })

  test('fails when everything is accepted and dropped and the listener never closes', () => {
    expect(judge(drained, stragglers(() => 'closed-in-flight'), end)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('200 were accepted and dropped (closed-in-flight 200)') })
  })

  test('a few cuts as the listener closes are the race of the accept queue, more are not', () => {
    const closing = (cuts: number) => (atMs: number): RequestOutcome => (atMs < 4_000 ? 'ok' : atMs < 4_000 + cuts * 20 ? 'reset-in-flight' : 'refused')
    const finding = judge(drained, stragglers(closing(2)), end)
    expect(finding.outcome).toBe('passed')
    expect(finding.summary).toContain('2 were cut at the close of the listener')
    expect(judge(drained, stragglers(closing(4)), end).outcome).toBe('failed')
    const tooFar = (atMs: number): RequestOutcome => (atMs === 3_800 ? 'reset-in-flight' : atMs < 4_000 ? 'ok' : 'refused')
    expect(judge(drained, stragglers(tooFar), end).outcome).toBe('failed')
  })

  test('one cut in a sample too small to tell 1 % decides nothing', () => {
    const quick = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick')
    const events = [...drained, ...stragglers((atMs) => (atMs < 2_500 ? 'ok' : atMs < 2_520 ? 'reset-in-flight' : 'refused'), 3_300), end]
    expect(check.evaluate(historyOf(events), quick)).toMatchObject({ outcome: 'inconclusive' })
  })

  test('fails when a request without an answer took effect', () => {
    const cut = stragglers((atMs) => (atMs < 4_000 ? 'ok' : atMs < 4_020 ? 'reset-in-flight' : 'refused'))
    const read = (outcome: RequestOutcome, status: number): RequestEvent => request('straggler-effects', 7_000, { method: 'GET', key: 'k4000', outcome, status })
    expect(judge(drained, cut, end, read('ok', 200))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 took effect without an answer') })
    const unread = expect.objectContaining({ note: expect.stringContaining('was not looked for') as string }) as unknown
    expect(judge(drained, cut, end).evidence).toContainEqual(unread)
    expect(judge(drained, cut, end, read('error-status', 404)).evidence).not.toContainEqual(unread)
    expect(judge(drained, cut, end, read('error-status', 404)).outcome).toBe('passed')
  })

  test('a replica that leaves early must still have been sent some', () => {
    const exit = (atMs: number) => [platform('process-exited', 'instance-0', atMs), ...stragglers((plannedAtMs) => (plannedAtMs < atMs ? 'ok' : 'refused'))]
    expect(judge(drained, exit(3_100)).outcome).toBe('passed')
    expect(judge(drained, exit(2_400)).summary).toContain('only 19 requests fell into the drain of instance-0, needs 50')
  })

  test('is inconclusive without traffic, a baseline, a drain or an acknowledgement', () => {
    expect(judge(drained, stragglers(() => 'ok', 2_010), end)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 requests fell into the drain') })
    expect(judge(drained, stragglers(() => 'ok', 4_000), end)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('needs 200') })
    expect(judge(drained, stragglers(() => 'ok').filter((one) => one.plannedAtMs > 2_000), end)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('was not seen to serve this operation before the drain') })
    expect(judge(drained, end).outcome).toBe('inconclusive')
    expect(judge(stragglers(() => 'ok'), end)).toMatchObject({ outcome: 'inconclusive', summary: 'no replica was drained' })
    expect(judge(unacknowledged, stragglers(() => 'closed-in-flight'), end).outcome).toBe('inconclusive')
  })

  test('is inconclusive when the harness may have been the cause', () => {
    expect(judge(drained, stragglers((atMs) => (atMs === 3_000 ? 'timeout' : 'ok')), end, stall(3_100, 2_000)).outcome).toBe('inconclusive')
    expect(judge(drained, stragglers((atMs) => (atMs === 3_000 ? 'timeout' : 'ok')), end, nullControl({ fromMs: 3_000, toMs: 3_100, everyMs: 100 }, 'timeout')).outcome).toBe('inconclusive')
  })

  test('where every request was refused before it was sent, nothing was shown about dropping', () => {
    expect(judge(drained, stragglers(() => 'refused'), end)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('none of 200 requests to instance-0 was accepted or politely refused') })
    expect(judge(fact('drain', { deadlineMs: 5_000, endsInExit: true }), drained, stragglers(() => 'refused'), end)).toMatchObject({ outcome: 'passed', strength: { n: 0 } })
    expect(judge(drained, stragglers(() => 'refused'), platform('process-exited', 'instance-0', 6_050)).outcome).toBe('passed')
  })

  test('requests that the harness gave up take the pass away, and no failure', () => {
    const given = (rest: RequestOutcome) => stragglers((atMs) => (atMs < 6_210 ? 'ok' : atMs === 6_400 ? rest : 'cancelled'), 20_000)
    const later: HistoryEvent = { kind: 'phase', name: 'stopping instance-0', atMs: 20_100 }
    expect(judge(drained, given('cancelled'), later)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('were given up by the harness while it drained') })
    expect(judge(drained, given('closed-in-flight'), later).outcome).toBe('failed')
  })

  test('does not pass on a drain that nothing showed, and still fails on it', () => {
    const unseen = intervention('drain', { target: 'instance-0', label: 'behind-balancer', issuedAtMs: 2_000, acknowledgedAtMs: 2_010 })
    const ready = every({ fromMs: 0, toMs: 6_000, everyMs: 100 }, (atMs) => sample('readiness', 'instance-0', atMs, 'pass'))
    expect(judge(unseen, ready, stragglers(() => 'ok'), end)).toMatchObject({ outcome: 'inconclusive', summary: 'nothing on instance-0 showed that it was draining' })
    expect(judge(unseen, ready, stragglers((atMs) => (atMs < 3_000 ? 'ok' : 'polite-refusal')), end).outcome).toBe('passed')
    expect(judge(unseen, ready, stragglers((atMs) => (atMs === 3_000 ? 'timeout' : 'ok')), end).outcome).toBe('failed')
  })
})
