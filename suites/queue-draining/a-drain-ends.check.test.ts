import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestOutcome } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { check } from './a-drain-ends.check.js'
import { every, fact, intervention, nullControl, platform, request, returned, stall, witness, type WitnessSpec } from './literal-history.test-support.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'standard')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf(events.flat()), thresholds)

const settings = fact('drain', { deadlineMs: 5_000, endsInExit: false })
const drain = intervention('drain', { target: 'instance-0', label: 'with-stuck-request', issuedAtMs: 1_000, acknowledgedAtMs: 1_010, witnessedAtMs: 1_100 })
const stuck = (endedAtMs: number, outcome: RequestOutcome = 'closed-in-flight', more: Partial<WitnessSpec> = {}): HistoryEvent[] =>
  witness({ group: 'stuck', instance: 'instance-0', provenAtMs: 700, endedAtMs, outcome, proof: 'C', ...more })
const ordinary = (outcome: RequestOutcome = 'ok'): HistoryEvent[] =>
  every({ fromMs: 0, toMs: 5, everyMs: 1 }, () => witness({ group: 'ordinary', instance: 'instance-0', provenAtMs: 800, endedAtMs: 2_800, outcome })).flat()
const back = returned('instance-0', 13_000, { ready: true })

describe('a drain ends', () => {
  test.each<RequestOutcome>(['closed-in-flight', 'reset-in-flight', 'truncated', 'polite-refusal', 'error-status'])('passes when the stuck client is told by the deadline (%s)', (outcome) => {
    const finding = judge(settings, drain, stuck(6_050, outcome), ordinary(), back)
    expect(finding.outcome).toBe('passed')
    expect(finding.summary).toContain('5 s after the acknowledgement')
  })

  test('says with which status the stuck client was told', () => {
    const refused = stuck(6_050, 'polite-refusal').map((event): HistoryEvent => (event.kind === 'request' ? { ...event, status: 503 } : event))
    expect(judge(settings, drain, refused, ordinary(), back)).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('its client was told (status 503)') })
  })

  test('passes when the stuck client is told much too early: that is for DRAIN-03', () => {
    const finding = judge(settings, drain, stuck(1_210, 'reset-in-flight'), ordinary('reset-in-flight'), back)
    expect(finding.outcome).toBe('passed')
    expect(finding.evidence.map((one) => one.note).join()).toContain('losses are judged by DRAIN-03')
  })

  test.each<RequestOutcome>(['ok', 'cancelled', 'timeout', 'closed-in-flight'])('fails when the stuck request was open beyond the limit, however it ended (%s)', (outcome) => {
    const finding = judge(settings, drain, stuck(11_600, outcome), ordinary(), back)
    expect(finding.outcome).toBe('failed')
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('still open 10 s after the drain of instance-0 was acknowledged') })
  })

  test('where the drain ends in an exit, the exit counts too', () => {
    const exits = fact('drain', { deadlineMs: 5_000, endsInExit: true })
    const stopAt = (issuedAtMs: number) => intervention('stop', { target: 'instance-0', label: 'restore', issuedAtMs, acknowledgedAtMs: issuedAtMs + 200 })
    expect(judge(exits, drain, stuck(6_050), ordinary(), platform('process-exited', 'instance-0', 6_100), back).outcome).toBe('passed')
    expect(judge(exits, drain, stuck(6_050), ordinary(), stopAt(11_600), back).summary).toContain('had not exited 10 s after')
    expect(judge(exits, drain, stuck(6_050), ordinary(), platform('process-exited', 'instance-0', 11_500), back).outcome).toBe('failed')
    expect(judge(exits, drain, stuck(6_050), ordinary(), stopAt(7_000), back).summary).toContain('the exit of instance-0 was not seen')
  })

  test('without a declared deadline the one of the thresholds holds', () => {
    expect(judge(drain, stuck(31_000), ordinary(), returned('instance-0', 32_000, { ready: true })).outcome).toBe('passed')
    expect(judge(drain, stuck(36_100), ordinary(), returned('instance-0', 37_000, { ready: true })).outcome).toBe('failed')
  })

  test('is inconclusive when the stuck request was not proven to be in flight', () => {
    expect(judge(settings, drain, ordinary(), back)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no request that never finishes was proven') })
    expect(judge(settings, drain, stuck(6_050, 'closed-in-flight', { proof: 'D' }), back).outcome).toBe('inconclusive')
    expect(judge(settings, drain, stuck(6_050, 'closed-in-flight', { via: 'balancer' }), back).outcome).toBe('inconclusive')
    expect(judge(settings, drain, stuck(6_050, 'closed-in-flight', { provenAtMs: 1_005 }), back).outcome).toBe('inconclusive')
    expect(judge(settings, drain, stuck(950), back).outcome).toBe('inconclusive')
    expect(judge(settings, drain, stuck(6_050).filter((event) => event.kind === 'witness'), back).outcome).toBe('inconclusive')
  })

  test('is inconclusive when the client gave up or the request finished by itself', () => {
    expect(judge(settings, drain, stuck(6_050, 'timeout'), back)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('gave up by itself after 5 s') })
    expect(judge(settings, drain, stuck(6_050, 'cancelled'), back).outcome).toBe('inconclusive')
    expect(judge(settings, drain, stuck(6_050, 'ok'), back)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('finished by itself') })
  })

  test('is inconclusive without a drain, an acknowledgement or a return, and with a disturbed harness', () => {
    expect(judge(settings, stuck(6_050), back)).toMatchObject({ outcome: 'inconclusive', summary: 'no replica was drained' })
    expect(judge(settings, intervention('drain', { target: 'instance-0', label: 'with-stuck-request', issuedAtMs: 1_000 }), stuck(12_000), back).outcome).toBe('inconclusive')
    expect(judge(settings, drain, stuck(6_050), ordinary())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not recorded whether instance-0 came back') })
    expect(judge(settings, drain, stuck(6_050), returned('instance-0', 13_000, { ready: false })).outcome).toBe('inconclusive')
    expect(judge(settings, drain, stuck(11_600), back, stall(5_000, 3_000)).outcome).toBe('inconclusive')
    expect(judge(settings, drain, stuck(11_600), back, nullControl({ fromMs: 5_000, toMs: 5_100, everyMs: 100 }, 'refused')).outcome).toBe('inconclusive')
  })

  test('without a word of the platform the first refused probe for the exit stands for it', () => {
    const exits = fact('drain', { deadlineMs: 5_000, endsInExit: true })
    const stop = (issuedAtMs: number) => intervention('stop', { target: 'instance-0', label: 'restore', issuedAtMs, acknowledgedAtMs: issuedAtMs + 200 })
    const probe = (atMs: number, outcome: RequestOutcome = 'refused') => request('exit-probe', atMs, { via: 'instance-0', outcome })
    const finding = judge(exits, drain, stuck(6_050), ordinary(), probe(6_060, 'ok'), probe(6_305), stop(6_400), back)
    expect(finding.outcome).toBe('passed')
    expect(finding.summary).toContain('it refused connections for good after 5.3 s')
    expect(judge(exits, drain, stuck(6_050), ordinary(), probe(11_300), stop(11_600), back).summary).toContain('had not exited 10 s after')
    expect(judge(exits, drain, stuck(6_050), ordinary(), probe(6_305), probe(6_350, 'ok'), stop(6_400), back).outcome).toBe('inconclusive')
    expect(judge(exits, drain, stuck(6_050), ordinary(), stop(6_300), probe(6_305), back).outcome).toBe('inconclusive')
  })
})
