import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { drained, every, fact, intervention, platform, sample, stall, unacknowledged } from './literal-history.test-support.js'
import { check } from './liveness-stays-green.check.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'standard')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf(events.flat()), thresholds)

const before = every({ fromMs: 0, toMs: 2_000, everyMs: 100 }, (atMs) => sample('liveness', 'instance-0', atMs, 'pass'))
const during = (outcome: (atMs: number) => string, toMs = 6_000): HistoryEvent[] =>
  every({ fromMs: 2_050, toMs, everyMs: 100 }, (atMs) => sample('liveness', 'instance-0', atMs, outcome(atMs)))

describe('liveness stays green', () => {
  test('passes when every probe passes until the stop', () => {
    expect(judge(before, drained, during(() => 'pass'))).toMatchObject({ outcome: 'passed', strength: { n: 40 } })
  })

  test('a refusal after the listener is closed, or a single reset, is no failure', () => {
    expect(judge(before, drained, during((atMs) => (atMs < 4_500 ? 'pass' : 'refused'))).outcome).toBe('passed')
    expect(judge(before, drained, during((atMs) => (atMs === 2_250 ? 'reset' : 'pass')))).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('and 1 was reset, which is forgiven') })
  })

  test('fails when every second probe is reset: nobody closes connections that often', () => {
    expect(judge(before, drained, during((atMs) => (atMs % 200 === 50 ? 'reset' : 'pass')))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('failed in 20 of 40 probes') })
    expect(judge(before, drained, during((atMs) => ([2_250, 4_050].includes(atMs) ? 'reset' : 'pass'))).outcome).toBe('passed')
    expect(judge(before, drained, during((atMs) => ([2_250, 3_050, 4_050].includes(atMs) ? 'reset' : 'pass'))).outcome).toBe('failed')
  })

  test('what is sent after the stop was issued does not count', () => {
    const stop = intervention('stop', { target: 'instance-0', issuedAtMs: 5_000, acknowledgedAtMs: 5_400 })
    expect(judge(before, drained, stop, during((atMs) => (atMs < 5_000 ? 'pass' : 'fail'))).outcome).toBe('passed')
  })

  test('fails on failing answers, on none in time, and on resets in a row', () => {
    expect(judge(before, drained, during(() => 'fail'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('failed in 40 of 40 probes') })
    expect(judge(before, drained, during((atMs) => (atMs === 5_950 ? 'fail' : 'pass'))).outcome).toBe('failed')
    expect(judge(before, drained, during((atMs) => (atMs === 3_050 ? 'timeout' : 'pass'))).outcome).toBe('failed')
    expect(judge(before, drained, during((atMs) => (atMs > 3_000 && atMs < 3_200 ? 'reset' : 'pass'))).outcome).toBe('failed')
  })

  test('fails when a supervisor restarts the replica in its drain, unless the drain ends in an exit', () => {
    const restart = [platform('process-exited', 'instance-0', 4_000), platform('process-started', 'instance-0', 4_100)]
    expect(judge(before, drained, during(() => 'pass', 4_000), restart)).toMatchObject({ outcome: 'failed' })
    expect(judge(before, drained, during(() => 'pass', 4_000), restart, fact('drain', { deadlineMs: 5_000, endsInExit: true })).outcome).toBe('passed')
  })

  test('is inconclusive without samples, an acknowledgement or a baseline', () => {
    expect(judge(before, drained, during((atMs) => (atMs < 2_500 ? 'pass' : 'refused')))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 5 passing liveness answers') })
    expect(judge(before, drained, during(() => 'refused')).outcome).toBe('inconclusive')
    expect(judge(before, drained).outcome).toBe('inconclusive')
    expect(judge(before, unacknowledged, during(() => 'pass')).outcome).toBe('inconclusive')
    expect(judge(drained, during(() => 'pass')).outcome).toBe('inconclusive')
    expect(judge(before, drained, during((atMs) => (atMs === 3_050 ? 'timeout' : 'pass')), stall(3_100, 1_400)).outcome).toBe('inconclusive')
  })

  test('one refused probe hides nothing that comes after it', () => {
    expect(judge(before, drained, during((atMs) => (atMs < 3_500 ? 'pass' : atMs < 3_600 ? 'refused' : 'fail'))).outcome).toBe('failed')
    expect(judge(before, drained, during((atMs) => (atMs === 3_550 ? 'refused' : 'pass')))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('refused 1 liveness probe and answered again later') })
  })

  test('a start of ours after an exit is no restart by a supervisor', () => {
    const exit = platform('process-exited', 'instance-0', 4_000)
    const start = intervention('start', { target: 'instance-0', label: 'restore', issuedAtMs: 5_000, acknowledgedAtMs: 5_050 })
    expect(judge(before, drained, during(() => 'pass', 4_000), exit, start, platform('process-started', 'instance-0', 5_050)).outcome).toBe('passed')
    expect(judge(before, drained, during(() => 'pass', 4_000), exit, platform('process-started', 'instance-0', 4_900), start).outcome).toBe('failed')
  })

  test('does not pass on a drain that nothing showed, and still fails on it', () => {
    const unseen = intervention('drain', { target: 'instance-0', label: 'behind-balancer', issuedAtMs: 2_000, acknowledgedAtMs: 2_010 })
    const ready = (outcome: string) => every({ fromMs: 0, toMs: 6_000, everyMs: 100 }, (atMs) => sample('readiness', 'instance-0', atMs, atMs < 2_050 ? 'pass' : outcome))
    expect(judge(before, unseen, ready('pass'), during(() => 'pass'))).toMatchObject({ outcome: 'inconclusive', summary: 'nothing on instance-0 showed that it was draining' })
    expect(judge(before, unseen, ready('fail'), during(() => 'pass')).outcome).toBe('passed')
    expect(judge(before, unseen, ready('pass'), during(() => 'fail')).outcome).toBe('failed')
    const stop = intervention('stop', { target: 'instance-0', issuedAtMs: 5_000, acknowledgedAtMs: 5_400 })
    const seenLate = intervention('drain', { target: 'instance-0', label: 'behind-balancer', issuedAtMs: 2_000, acknowledgedAtMs: 2_010, witnessedAtMs: 5_100 })
    expect(judge(before, seenLate, stop, during(() => 'pass', 5_000)).outcome).toBe('inconclusive')
  })
})
