import { describe, expect, test } from 'vitest'
import { fact, intervention, ready, request, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { scaling } from './number-of-replicas.requirements.js'
import { scaleLabels, scalingLoad } from './scale-out-and-in.js'
import { scalingIsInvisible as check } from './scaling-is-invisible.check.js'

const thresholds = thresholdValues(scaling, 'quick')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) =>
  check.evaluate(historyOf([fact('instances', ['r1', 'r2', 'r3']), fact('ejectWindowMs', 2_000), fact('startTimeoutMs', 10_000), ...events.flat()]), thresholds)

const out = intervention({ name: 'add-instance', target: 'replicas', label: scaleLabels.out, issuedAtMs: 1_000, acknowledgedAtMs: 1_050, witnessedAtMs: 1_060, detail: { instance: 'r4' } })
const removal = intervention({ name: 'remove-instance', target: 'r4', label: scaleLabels.in, issuedAtMs: 6_000, acknowledgedAtMs: 9_000, witnessedAtMs: 9_001 })
/** A request every 10 ms, answered by these in turn. */
const traffic = (fromMs: number, toMs: number, instances: readonly string[], more: Partial<RequestEvent> = {}): RequestEvent[] =>
  Array.from({ length: (toMs - fromMs) / 10 }, (_, index) => request(fromMs + index * 10, { load: scalingLoad, via: 'balancer', instance: instances[index % instances.length]!, ...more }))
const three = ['r1', 'r2', 'r3']
const isReady = ready(3_000, 'pass', 'boot-1', 'r4')
const before = traffic(500, 3_200, three)
const shared = traffic(3_200, 6_500, [...three, 'r4'])
const after = traffic(6_500, 11_100, three)
const witnesses = (more: Partial<RequestEvent> = {}, effects: number | 'unread' = 1, count = 5): HistoryEvent[] =>
  Array.from({ length: count }).flatMap(() => {
    const sent = request(5_800, { load: 'witness', method: 'POST', operation: 'slow', via: 'r4', instance: 'r4', endedAtMs: 7_500, ...more })
    return [sent, { kind: 'witness', request: sent.id, group: scaleLabels.in, instance: 'r4', proof: 'A', provenAtMs: 5_900, ...(effects === 'unread' ? {} : { effects }) }] as HistoryEvent[]
  })
const inFlight = witnesses()
const sound = [out, removal, isReady, before, shared, after, inFlight]
const but = (part: unknown, ...more: (HistoryEvent | readonly HistoryEvent[])[]) => judge(...sound.filter((one) => one !== part), ...more)

describe('scaling is invisible', () => {
  test('passes when nothing fails and the new replica has its share', () => {
    const finding = judge(...sound)
    expect(finding.outcome).toBe('passed')
    expect(finding.summary).toMatch(/none of 5 in flight on it was lost, and it got \d+ of 80 requests \(fair share 1\/4\)$/)
  })

  test('fails when a request fails, at any time from the addition on', () => {
    const lost = request(6_100, { load: scalingLoad, via: 'balancer', outcome: 'error-status', status: 502 })
    expect(judge(...sound, lost)).toMatchObject({ outcome: 'failed', summary: expect.stringMatching(/1 of \d+ requests failed while r4 was added and removed \(1 error-status; allowed 0\)/) })
    expect(judge(...sound, request(700, { load: scalingLoad, outcome: 'timeout' })).outcome).toBe('passed')
    expect(judge(...sound, lost, stall(6_100, 1_200)).outcome).toBe('inconclusive')
  })

  test('fails when a request in flight is lost, or its effect missing or doubled', () => {
    expect(but(inFlight, witnesses({ outcome: 'reset-in-flight', endedAtMs: 6_010 }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('5 of 5 requests in flight on r4 were not completed exactly once') })
    expect(but(inFlight, witnesses({}, 0)).outcome).toBe('failed')
    expect(but(inFlight, witnesses({}, 2)).outcome).toBe('failed')
  })

  test('what was completed before a controller told the replica to end was not in flight; what was lost by then was', () => {
    const told = (atMs: number): HistoryEvent => ({ kind: 'platform', name: 'process-told-to-end', target: 'r4', atMs })
    expect(judge(...sound, told(7_400)).outcome).toBe('passed')
    expect(judge(...sound, told(7_600))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 requests were proven to be in flight on r4') })
    expect(but(inFlight, witnesses({ outcome: 'reset-in-flight', endedAtMs: 6_010 }), told(7_600)).outcome).toBe('failed')
  })

  describe('where the platform chooses who goes', () => {
    const chosen = intervention({ name: 'remove-instance', target: 'replicas', label: scaleLabels.in, issuedAtMs: 6_000, acknowledgedAtMs: 9_000, witnessedAtMs: 9_001, detail: { instance: 'r2' } })
    const onOthers = (instance: string, more: Partial<RequestEvent> = {}) => witnesses({ via: instance, instance, ...more }).map((one) => (one.kind === 'witness' ? { ...one, instance } : one))
    const told: HistoryEvent = { kind: 'platform', name: 'process-told-to-end', target: 'r2', atMs: 6_500 }
    const scene = (...flights: readonly HistoryEvent[][]) => judge(out, chosen, told, isReady, before, shared, after, ...flights)

    test('what was in flight on that one counts, and on no other', () => {
      expect(scene(onOthers('r2'), onOthers('r1', { outcome: 'reset-in-flight', endedAtMs: 6_010 }))).toMatchObject({ outcome: 'passed', summary: expect.stringMatching(/failed while r4 was added and r2 removed, none of 5 in flight on r2 was lost, and r4 got/) })
      expect(scene(onOthers('r1'), onOthers('r2', { outcome: 'reset-in-flight', endedAtMs: 6_010 }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('5 of 5 requests in flight on r2') })
      expect(scene(onOthers('r1'), onOthers('r4'))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 requests were proven to be in flight on r2') })
    })

    test('what was put in flight while it made up its mind counts too, and what was completed by then does not', () => {
      const late = onOthers('r2').map((one): HistoryEvent => (one.kind === 'witness' ? { ...one, provenAtMs: 6_400 } : one))
      expect(scene(late).outcome).toBe('passed')
      expect(scene(late.map((one): HistoryEvent => (one.kind === 'witness' ? { ...one, provenAtMs: 6_600 } : one)))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 requests') })
      expect(scene(onOthers('r2', { endedAtMs: 6_300 }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 requests') })
      expect(judge(out, chosen, isReady, before, shared, after, onOthers('r2'))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 requests') })
    })

    test('one that was told to end and never did fails by what was lost on it, and the one that was added has no part in it', () => {
      const hung = intervention({ name: 'remove-instance', target: 'replicas', label: scaleLabels.in, issuedAtMs: 6_000 })
      const lost = { outcome: 'timeout', endedAtMs: 9_000 } as const
      expect(judge(out, hung, told, isReady, before, shared, after, onOthers('r2', lost))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('5 of 5 requests in flight on r2') })
      expect(judge(out, hung, told, isReady, before, shared, after, onOthers('r4', lost))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('r2 was not seen to end') })
    })

    test('is inconclusive when it did not tell which, or took none away', () => {
      const none = intervention({ name: 'remove-instance', target: 'replicas', label: scaleLabels.in, issuedAtMs: 6_000 })
      expect(judge(out, none, isReady, before, shared, after, witnesses({ outcome: 'timeout', endedAtMs: 9_000 }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('a replica that the platform chose was not seen to end') })
    })
  })

  test('needs no effect of operations that have none', () => {
    const operations = (mutates: boolean) => fact('operations', [{ name: 'slow', mutates }])
    expect(but(inFlight, witnesses({ method: 'GET' }, 'unread'), operations(false)).outcome).toBe('passed')
    expect(but(inFlight, witnesses({}, 'unread'), operations(true))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('it could not be read how often') })
  })

  test('fails when the new replica is never ready or gets no share, if it was watched for long enough', () => {
    expect(but(isReady, ready(12_000, 'fail', 'boot-1', 'r4')).outcome).toBe('inconclusive')
    const late = intervention({ name: 'remove-instance', target: 'r4', label: scaleLabels.in, issuedAtMs: 50_000, acknowledgedAtMs: 51_000, witnessedAtMs: 51_001 })
    const never = judge(out, late, ready(12_000, 'fail', 'boot-1', 'r4'), traffic(500, 15_000, three))
    expect(never).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r4 was not ready 11 s after it had been added') })
    expect(judge(out, late, isReady, traffic(500, 36_000, three))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('got only 0 of the last 80 requests 33 s after it was ready (allowed 30 s)') })
    expect(judge(out, removal, isReady, before, traffic(3_200, 6_500, three), after, inFlight)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('too few to tell its share') })
  })

  test('is inconclusive when nothing was added or removed, or nothing shows it', () => {
    expect(judge(before)).toMatchObject({ outcome: 'inconclusive', summary: 'no replica was added' })
    expect(but(out, intervention({ name: 'add-instance', target: 'replicas', label: scaleLabels.out, issuedAtMs: 1_000 }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no replica could be added') })
    expect(but(removal)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('r4 was not seen to end') })
  })

  test('fails when the new replica gets its share too late', () => {
    const removed = intervention({ name: 'remove-instance', target: 'r4', label: scaleLabels.in, issuedAtMs: 50_000, acknowledgedAtMs: 51_000, witnessedAtMs: 51_001 })
    const late = [...traffic(500, 36_000, three), ...traffic(36_000, 40_000, [...three, 'r4'])]
    expect(judge(out, removed, isReady, late)).toMatchObject({ outcome: 'failed', summary: expect.stringMatching(/r4 got its share only 3\d s after it was ready \(allowed 30 s\)/) })
  })

  test('says why a replica was not added, not seen to start, or not removed', () => {
    const failing = (events: readonly HistoryEvent[], error: string): HistoryEvent[] =>
      events.flatMap((event): HistoryEvent[] => (event.kind !== 'intervention' || event.phase === 'issued' ? [event] : event.phase === 'acknowledged' ? [{ ...event, phase: 'failed', error }] : []))
    expect(but(out, failing(out, 'no room')).summary).toBe('no replica could be added: no room')
    expect(but(removal, failing(removal, 'no such replica')).summary).toContain('r4 was not seen to end: no such replica')
    expect(but(out, out.filter((event) => event.kind === 'intervention' && event.phase !== 'witnessed'))).toMatchObject({ outcome: 'inconclusive', summary: 'r4 was not seen to be started' })
  })

  test('is inconclusive without requests in flight, without traffic, and when effects were not read', () => {
    expect(but(inFlight)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 requests were proven to be in flight on r4') })
    expect(but(inFlight, witnesses({}, 1, 4))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 4 requests were proven') })
    expect(but(inFlight, witnesses({}, 'unread'))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('it could not be read how often the effect of 5 requests happened') })
    expect(judge(out, removal, isReady, inFlight).outcome).toBe('inconclusive')
    expect(but(after)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('were sent after r4 had gone') })
    expect(but(shared, traffic(3_200, 6_500, [...three, 'r4'], { instance: undefined } as unknown as Partial<RequestEvent>)).outcome).toBe('inconclusive')
  })
})
