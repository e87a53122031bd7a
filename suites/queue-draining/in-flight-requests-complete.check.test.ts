import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestOutcome } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { check } from './in-flight-requests-complete.check.js'
import { every, fact, intervention, nullControl, returned, sample, stall, witness, type WitnessSpec } from './literal-history.test-support.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf(events.flat()), thresholds)

const drain = intervention('drain', { target: 'instance-0', label: 'drain-1', issuedAtMs: 1_000, acknowledgedAtMs: 1_020, witnessedAtMs: 1_100 })
const inFlight = (more: Partial<WitnessSpec> = {}, count = 10): HistoryEvent[] =>
  every({ fromMs: 0, toMs: count, everyMs: 1 }, (offset) =>
    witness({ group: 'drain-1', instance: 'instance-0', provenAtMs: 800 + offset, endedAtMs: 2_800 + offset, effects: 1, ...more }),
  ).flat()
const control = (outcome: RequestOutcome = 'reset-in-flight'): HistoryEvent[] => [
  ...intervention('kill', { target: 'instance-1', label: 'kill-control', issuedAtMs: 6_000, acknowledgedAtMs: 6_005, witnessedAtMs: 6_010 }),
  ...every({ fromMs: 0, toMs: 10, everyMs: 1 }, () => witness({ group: 'kill-control', instance: 'instance-1', provenAtMs: 5_900, endedAtMs: 6_003, outcome })).flat(),
]
const back = returned('instance-0', 5_000)

describe('in-flight requests complete', () => {
  test('passes when all complete exactly once and the kill control lost some', () => {
    const finding = judge(drain, inFlight(), back, control())
    expect(finding).toMatchObject({ outcome: 'passed', strength: { n: 10 } })
    expect(finding.summary).toBe('0 of 10 requests in flight were lost over 1 drain, each completed exactly once; the same requests under a kill lost 10')
    expect(finding.evidence.map((one) => one.note).join('\n')).toContain('fewer than 26 % per request')
    expect(finding.evidence.map((one) => one.note).join('\n')).toContain('fewer than 95 % per drain')
  })

  test('a kill that was not seen to land is no control', () => {
    const unseen = control().filter((event) => !(event.kind === 'intervention' && event.phase === 'witnessed'))
    expect(judge(drain, inFlight(), back, unseen)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the kill of instance-1 in the kill control was not seen to land') })
  })

  test('the acknowledgement alone is enough to fail on and not to pass on', () => {
    const green = intervention('drain', { target: 'instance-0', label: 'drain-1', issuedAtMs: 1_000, acknowledgedAtMs: 1_020 })
    const finding = judge(green, inFlight(), back, control())
    expect(finding).toMatchObject({ outcome: 'inconclusive', summary: 'nothing on instance-0 showed that it was draining' })
    expect(judge(green, inFlight({ outcome: 'reset-in-flight' }), back, control()).outcome).toBe('failed')
    const shown = [sample('readiness', 'instance-0', 900, 'pass'), sample('readiness', 'instance-0', 1_100, 'fail')]
    expect(judge(green, shown, inFlight(), back, control()).outcome).toBe('passed')
    expect(finding.evidence.map((one) => one.note).join()).toContain('the acknowledgement alone stands for the drain')
  })

  test('a command that answers only at the end of the drain is dated by readiness', () => {
    const slow = intervention('drain', { target: 'instance-0', label: 'drain-1', issuedAtMs: 1_000, acknowledgedAtMs: 2_900, witnessedAtMs: 2_910 })
    expect(judge(slow, inFlight(), back, control()).outcome).toBe('inconclusive')
    const shown = [sample('readiness', 'instance-0', 900, 'pass'), sample('readiness', 'instance-0', 1_100, 'fail')]
    expect(judge(slow, shown, inFlight(), back, control()).outcome).toBe('passed')
  })

  test('what only reads has no effect to be read back, and what changes something has', () => {
    const operations = (mutates: boolean): HistoryEvent => fact('operations', [{ name: 'slow', mutates, weight: 0 }])
    expect(judge(operations(false), drain, inFlight({ effects: undefined }), back, control()).outcome).toBe('passed')
    expect(judge(operations(true), drain, inFlight({ effects: undefined }), back, control())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('it could not be read how often') as string })
  })

  test('an operation that is always refused says nothing about a drain, one that sometimes is does', () => {
    const refused = { outcome: 'error-status', status: 409 } as const
    expect(judge(drain, inFlight(refused), back, control())).toMatchObject({ outcome: 'inconclusive', summary: 'every request of slow in flight was answered with 409: it was refused for what was sent, which says nothing about the drain' })
    expect(judge(drain, inFlight({ ...refused, operation: 'login' }, 3), inFlight({}, 7), back, control()).outcome).toBe('inconclusive')
    expect(judge(drain, inFlight(refused, 9), inFlight({}, 1), back, control()).outcome).toBe('failed')
    expect(judge(drain, inFlight({ ...refused, operation: 'login' }, 3), inFlight({ outcome: 'reset-in-flight' }, 1), back, control()).outcome).toBe('failed')
    expect(judge(drain, inFlight({ outcome: 'error-status', status: 500 }), back, control()).outcome).toBe('failed')
  })

  test('a service with nothing that can be caught in flight is told what to declare', () => {
    expect(judge(fact('catchable-in-flight', false))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('minDuration') as string })
  })

  test.each<RequestOutcome>(['reset-in-flight', 'closed-in-flight', 'truncated', 'timeout', 'error-status', 'polite-refusal', 'wrong-content', 'reset-idle'])(
    'fails when one of them ends in %s',
    (outcome) => {
      const lost = witness({ group: 'drain-1', instance: 'instance-0', provenAtMs: 900, endedAtMs: 1_220, outcome })
      const finding = judge(drain, inFlight(), lost, back, control())
      expect(finding.outcome).toBe('failed')
      expect(finding.summary).toContain(`1 of 11 requests in flight were lost (${outcome} 1; allowed 0)`)
      expect(finding.evidence[0]?.requests).toEqual([lost[0]?.kind === 'request' ? lost[0].id : -1])
    },
  )

  test('a loss before the acknowledgement is a loss to the drain', () => {
    const lost = witness({ group: 'drain-1', instance: 'instance-0', provenAtMs: 900, endedAtMs: 1_010, outcome: 'reset-in-flight' })
    expect(judge(drain, inFlight(), lost, back, control()).outcome).toBe('failed')
  })

  test('fails without control, count or return: one loss is enough', () => {
    expect(judge(drain, inFlight({ outcome: 'reset-in-flight', endedAtMs: 1_220 }, 1)).outcome).toBe('failed')
  })

  test('fails on duplicated effects, and on answers whose effect never happened', () => {
    expect(judge(drain, inFlight({ effects: 2 }), back, control())).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('the effect of 10 happened more than once') })
    expect(judge(drain, inFlight({ effects: 0 }), back, control())).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('10 were answered although their effect never happened') })
  })

  test('is inconclusive when the kill control did not run or lost nothing', () => {
    expect(judge(drain, inFlight(), back)).toMatchObject({ outcome: 'inconclusive', summary: 'the kill control did not run' })
    expect(judge(drain, inFlight(), back, control('ok'))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the kill control lost 0 of 10 requests, needs 1') })
    expect(judge(drain, inFlight(), back, control().slice(0, 3))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no request of the kill control was proven') })
  })

  test('is inconclusive with too few requests, too weak a proof, or a proof that came too late', () => {
    expect(judge(drain, back, control())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 requests were proven') })
    expect(judge(drain, inFlight({}, 9), back, control())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 9 requests were proven to be in flight across a drain, needs 10') })
    expect(judge(drain, inFlight({ proof: 'D' }), back, control()).outcome).toBe('inconclusive')
    expect(judge(drain, inFlight({ proof: 'C', via: 'balancer' }), back, control()).outcome).toBe('inconclusive')
    expect(judge(drain, inFlight({ proof: 'C' }), back, control()).outcome).toBe('passed')
    expect(judge(drain, inFlight({ provenAtMs: 1_001 }), back, control()).outcome).toBe('inconclusive')
    expect(judge(drain, inFlight({ endedAtMs: 1_010 }), back, control()).outcome).toBe('inconclusive')
    expect(judge(drain, inFlight({ outcome: 'cancelled' }), back, control()).outcome).toBe('inconclusive')
  })

  test('is inconclusive when effects were not read, the replica did not return, or no drain was acknowledged', () => {
    expect(judge(drain, inFlight({ effects: undefined }), back, control())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be read how often the effect of 10 requests') })
    expect(judge(drain, inFlight(), control())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not recorded whether instance-0 came back') })
    expect(judge(drain, inFlight(), returned('instance-0', 5_000, { ready: false, inRotation: false }), control())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('did not become ready again') })
    expect(judge(inFlight(), back, control())).toMatchObject({ outcome: 'inconclusive', summary: 'no replica was drained' })
    const refused = intervention('drain', { target: 'instance-0', label: 'drain-1', issuedAtMs: 1_000, error: 'found 500' })
    expect(judge(refused, inFlight(), back, control())).toMatchObject({ outcome: 'inconclusive', summary: 'the drain of instance-0 was not acknowledged: found 500' })
  })

  test('is inconclusive when the harness was disturbed, for a loss as for a pass', () => {
    const disturbed = nullControl({ fromMs: 1_500, toMs: 1_600, everyMs: 100 }, 'reset-in-flight')
    expect(judge(drain, inFlight(), back, control(), disturbed).outcome).toBe('inconclusive')
    expect(judge(drain, inFlight({ outcome: 'timeout' }), back, control(), stall(1_500, 3_000)).outcome).toBe('inconclusive')
  })

  test('needs as many drains as the profile asks for', () => {
    const standard = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'standard')
    const finding = check.evaluate(historyOf([drain, inFlight({}, 40), back, control()].flat()), standard)
    expect(finding.summary).toContain('only 1 drain had requests in flight, needs 3')
  })

  test('proven requests that the harness gave up take the pass away, and no failure', () => {
    const cancelled = inFlight({ outcome: 'cancelled' }, 20)
    expect(judge(drain, inFlight(), cancelled, back, control())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('20 requests in flight on instance-0 were given up by the harness') })
    expect(judge(drain, inFlight(), inFlight({ outcome: 'reset-in-flight' }, 1), cancelled, back, control()).outcome).toBe('failed')
  })

  test('what is lost to a later stop of ours is not charged to the drain, nor forgotten', () => {
    const stop = intervention('stop', { target: 'instance-0', label: 'restore', issuedAtMs: 40_000, acknowledgedAtMs: 40_500 })
    const later = returned('instance-0', 45_000)
    const cut = (endedAtMs: number) => inFlight({ outcome: 'reset-in-flight', endedAtMs }, 2)
    expect(judge(drain, inFlight(), cut(40_010), stop, later, control())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('2 requests in flight on instance-0 ended without an answer only after') })
    expect(judge(drain, inFlight(), cut(39_900), stop, later, control()).outcome).toBe('failed')
  })
})
