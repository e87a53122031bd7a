import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { drained, every, intervention, nullControl, platform, sample, stall, unacknowledged } from './literal-history.test-support.js'
import { check } from './readiness-fails-while-draining.check.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'standard')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf(events.flat()), thresholds)

const before = every({ fromMs: 0, toMs: 2_000, everyMs: 100 }, (atMs) => sample('readiness', 'instance-0', atMs, 'pass'))
const others = every({ fromMs: 0, toMs: 6_000, everyMs: 100 }, (atMs) => sample('readiness', 'instance-1', atMs, 'pass'))
const during = (outcome: (atMs: number) => string, toMs = 6_000): HistoryEvent[] =>
  every({ fromMs: 2_050, toMs, everyMs: 100 }, (atMs) => sample('readiness', 'instance-0', atMs, outcome(atMs)))
const failing = during(() => 'fail')

describe('readiness fails while draining', () => {
  test('passes on prompt, steady, explicit failing answers', () => {
    const finding = judge(before, others, drained, failing, nullControl({ fromMs: 0, toMs: 6_000, everyMs: 100 }))
    expect(finding).toMatchObject({ outcome: 'passed', strength: { n: 40 } })
    expect(finding.summary).toContain('within 40 ms')
  })

  test('an answer that was failing before the acknowledgement counts as immediate', () => {
    const grey = sample('readiness', 'instance-0', 2_005, 'fail')
    expect(judge(before, others, drained, grey, failing).summary).toContain('within 0 ms')
  })

  test('samples after the stop, and of the next boot, are no relapse', () => {
    const stop = intervention('stop', { target: 'instance-0', issuedAtMs: 5_000, acknowledgedAtMs: 5_400 })
    const again = every({ fromMs: 5_500, toMs: 6_000, everyMs: 100 }, (atMs) => sample('readiness', 'instance-0', atMs, 'pass'))
    expect(judge(before, others, drained, during(() => 'fail', 5_000), stop, again).outcome).toBe('passed')
    const rebooted = sample('readiness', 'instance-0', 5_900, 'pass', 'boot-2')
    expect(judge(before, others, drained, failing, rebooted).outcome).toBe('passed')
  })

  test('isolated resets of the probe do not matter', () => {
    expect(judge(before, others, drained, during((atMs) => (atMs === 2_250 ? 'reset' : 'fail'))).outcome).toBe('passed')
  })

  test('fails when readiness stays green, although nothing else shows the drain', () => {
    const finding = judge(before, others, intervention('drain', { target: 'instance-0', label: 'behind-balancer', issuedAtMs: 2_000, acknowledgedAtMs: 2_010 }), during(() => 'pass'))
    expect(finding.outcome).toBe('failed')
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('still passed') })
    expect(finding.evidence.map((one) => one.note).join()).toContain('the acknowledgement alone stands for the drain')
  })

  test('fails when it turns late, relapses, or says nothing', () => {
    expect(judge(before, others, drained, during((atMs) => (atMs < 4_500 ? 'pass' : 'fail')))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('first failed 2.5 s after') })
    expect(judge(before, others, drained, during((atMs) => (atMs === 4_050 ? 'pass' : 'fail')))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('passed again 1 time') })
    expect(judge(before, others, drained, during(() => 'refused'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('stopped answering its readiness probe (refused 40)') })
  })

  test('fails when the process exits without ever saying so', () => {
    const finding = judge(before, others, drained, during(() => 'pass', 2_600), platform('process-exited', 'instance-0', 2_600))
    expect(finding).toMatchObject({ outcome: 'failed' })
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('exited 590 ms after') })
  })

  test('fails when another replica is dragged along', () => {
    const unready = sample('readiness', 'instance-1', 3_010, 'fail')
    expect(judge(before, others, unready, drained, failing)).toMatchObject({ outcome: 'failed' })
  })

  test('is inconclusive without a drain, an acknowledgement, or a readiness that passed before', () => {
    expect(judge(before, others, failing)).toMatchObject({ outcome: 'inconclusive', summary: 'no replica was drained' })
    expect(judge(before, others, unacknowledged, failing)).toMatchObject({ outcome: 'inconclusive', summary: 'the drain of instance-0 was not acknowledged: ECONNREFUSED' })
    expect(judge(others, drained, failing)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not seen to pass before') })
  })

  test('is inconclusive with too few samples, no other replica, or a stalled harness', () => {
    expect(judge(before, others, drained)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 readiness samples') })
    expect(judge(before, others, drained, during(() => 'fail', 2_200), platform('process-exited', 'instance-0', 2_260))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 2 explicit failing answers') })
    expect(judge(before, others, drained, during((atMs) => (atMs < 2_200 ? 'fail' : 'refused'))).outcome).toBe('inconclusive')
    expect(judge(before, drained, failing)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no readiness sample of another replica') })
    expect(judge(before, others, drained, during(() => 'pass'), stall(3_000, 1_500)).outcome).toBe('inconclusive')
    expect(judge(before, others, drained, during(() => 'pass'), nullControl({ fromMs: 3_000, toMs: 3_100, everyMs: 100 }, 'timeout')).outcome).toBe('inconclusive')
  })

  test('an explicit failure after the limit does not count as prompt, whatever the probes got until then', () => {
    const silentUntil = (outcome: string) => during((atMs) => (atMs < 3_900 ? 'pass' : atMs < 5_000 ? outcome : 'fail'))
    expect(judge(before, others, drained, silentUntil('timeout')).summary).toContain('first failed explicitly 3 s after the drain was acknowledged (allowed 2 s); until then its probes got no answer (timeout ')
    expect(judge(before, others, drained, silentUntil('reset')).outcome).toBe('failed')
    const gap = during((atMs) => (atMs < 3_900 ? 'pass' : 'fail')).filter((event) => event.kind !== 'observation' || event.atMs < 3_900 || event.atMs > 5_000)
    expect(judge(before, others, drained, gap)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no probe was sent between the limit and that answer') })
  })
})
