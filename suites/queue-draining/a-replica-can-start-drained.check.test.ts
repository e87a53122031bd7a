import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { check } from './a-replica-can-start-drained.check.js'
import { every, fact, intervention, request, sample, stall } from './literal-history.test-support.js'
import { labels, loads } from './names.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf([fact('returnWindowMs', 1_250), ...events.flat()]), thresholds)

const start = intervention('start', { target: 'r0', label: labels.startedDrained, issuedAtMs: 1_000, acknowledgedAtMs: 1_050, witnessedAtMs: 1_060 })
const undrain = intervention('undrain', { target: 'r0', label: labels.startedDrained, issuedAtMs: 6_000, acknowledgedAtMs: 6_010, witnessedAtMs: 6_050 })
const probes = (probe: 'readiness' | 'liveness', outcome: string, span = { fromMs: 2_000, toMs: 5_900, everyMs: 100 }, boot = 'boot-2'): HistoryEvent[] => every(span, (atMs) => sample(probe, 'r0', atMs, outcome, boot))
const unready = probes('readiness', 'fail')
const alive = probes('liveness', 'pass')
const directly = (more: Partial<RequestEvent> = {}, span = { fromMs: 2_500, toMs: 5_900, everyMs: 100 }): RequestEvent[] => every(span, (atMs) => request(loads.startedDrained, atMs, { via: 'r0', instance: 'r0', boot: 'boot-2', method: 'GET', ...more }))
const direct = directly()
const balanced = (instances: readonly string[], span: { fromMs: number; toMs: number }, more: Partial<RequestEvent> = {}): RequestEvent[] =>
  every({ ...span, everyMs: 20 }, (atMs, index) => request(loads.background, atMs, { instance: instances[index % instances.length]!, ...more }))
const others = balanced(['r1', 'r2'], { fromMs: 500, toMs: 6_200 })
const entered = balanced(['r0', 'r1', 'r2'], { fromMs: 6_200, toMs: 7_000 }, { boot: 'boot-2' })
const sound = [start, undrain, unready, alive, direct, others, entered]
const but = (part: unknown, ...more: (HistoryEvent | readonly HistoryEvent[])[]) => judge(...sound.filter((one) => one !== part), ...more)

describe('a replica can start drained', () => {
  test('passes when all four hold', () => {
    expect(judge(...sound)).toMatchObject({ outcome: 'passed', strength: { n: 34 }, summary: expect.stringContaining('34 direct requests succeeded in 3.5 s while readiness failed and the balancer sent nothing, and it answered through the balancer 190 ms after the undrain') })
  })

  test('fails when it is ready, not alive, refuses direct requests or gets traffic', () => {
    expect(but(unready, probes('readiness', 'pass'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r0, started in drained state, reported ready 39 times before its drain was undone') })
    expect(judge(...sound, sample('liveness', 'r0', 4_000, 'fail', 'boot-2'))).toMatchObject({ outcome: 'failed', summary: expect.stringMatching(/failed 1 of \d+ liveness probes/) })
    expect(judge(...sound, request(loads.startedDrained, 5_950, { via: 'r0', outcome: 'error-status', status: 503 }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('failed 1 of 35 direct requests (error-status 1)') })
    expect(judge(...sound, request(loads.background, 3_000, { instance: 'r0' }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('got 1 request through the balancer while it was drained (allowed 0)') })
  })

  test('fails when it got what it refused, and is inconclusive when something failed of which nobody knows where', () => {
    expect(judge(...sound, request(loads.background, 3_000, { instance: 'r0', outcome: 'error-status', status: 503 })).outcome).toBe('failed')
    expect(judge(...sound, request(loads.background, 3_000, { outcome: 'closed-in-flight' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('may have reached r0') })
  })

  test('fails when it never enters the rotation, or only as another process', () => {
    expect(but(entered, balanced(['r1', 'r2'], { fromMs: 6_200, toMs: 37_000 }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('had not answered 31 s after the undrain through the balancer (allowed 30 s)') })
    expect(but(entered, balanced(['r0', 'r1'], { fromMs: 6_200, toMs: 7_000 }, { boot: 'boot-3' }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('another process') })
  })

  test('fails when it enters the rotation too late', () => {
    expect(but(entered, balanced(['r1', 'r2'], { fromMs: 6_200, toMs: 37_000 }), balanced(['r0', 'r1'], { fromMs: 37_000, toMs: 38_000 }, { boot: 'boot-2' }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('answered only 31 s after the undrain through the balancer (allowed 30 s)') })
  })

  test('a request from before its start, or before it serves, is not held against it', () => {
    expect(judge(...sound, request(loads.background, 900, { instance: 'r0' })).outcome).toBe('passed')
    const early = directly({ outcome: 'refused' }, { fromMs: 1_100, toMs: 2_400, everyMs: 100 })
    expect(judge(start, undrain, unready, alive, early, direct, others, entered).outcome).toBe('passed')
    expect(judge(...sound, sample('liveness', 'r0', 2_000, 'refused')).outcome).toBe('passed')
  })

  test('is inconclusive when nothing was started drained, or nothing served', () => {
    expect(judge(others)).toMatchObject({ outcome: 'inconclusive', summary: 'no replica was started in drained state' })
    expect(but(direct)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('r0 served no direct request') })
    expect(but(start, intervention('start', { target: 'r0', label: labels.startedDrained, issuedAtMs: 1_000, error: 'no' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('was not seen to start: no') })
  })

  test('is inconclusive when it was not watched for long enough or with too few probes', () => {
    expect(but(direct, directly({}, { fromMs: 4_000, toMs: 5_900, everyMs: 100 }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('watched for only 2 s') })
    expect(but(direct, directly({}, { fromMs: 2_500, toMs: 5_900, everyMs: 1_000 }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 4 direct requests of 20') })
    expect(but(unready)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 failing readiness answers of 10') })
    expect(but(alive)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 liveness answers of 10') })
  })

  test('is inconclusive without names in the answers, without an undrain, and when the harness stalled', () => {
    const nameless = balanced(['r1'], { fromMs: 500, toMs: 7_000 }).map(({ instance: _, ...one }) => one)
    expect(judge(start, undrain, unready, alive, direct, nameless)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 0 requests through the balancer said who answered') })
    expect(but(undrain, intervention('undrain', { target: 'r0', label: labels.startedDrained, issuedAtMs: 6_000, error: '500' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the undrain of r0 was not acknowledged: 500') })
    expect(judge(...sound, stall(4_000, 1_500)).outcome).toBe('inconclusive')
    expect(but(unready, probes('readiness', 'pass'), stall(4_000, 1_500)).outcome).toBe('inconclusive')
  })
})

describe('a replica that a platform started drained', () => {
  const ordered = (end: Record<string, unknown>, more: { readonly error?: string } = {}) =>
    intervention('rollOut', { target: 'replicas', label: labels.startedDrained, issuedAtMs: 500, acknowledgedAtMs: 1_300, detail: { ok: true, instances: ['r0'], ...end }, ...more })
  const landed: HistoryEvent = { kind: 'platform', name: 'process-started', target: 'r0', atMs: 1_000 }
  const old = [...probes('readiness', 'pass', { fromMs: 100, toMs: 1_500, everyMs: 100 }, 'boot-1'), ...probes('liveness', 'pass', { fromMs: 100, toMs: 1_500, everyMs: 100 }, 'boot-1')]
  // The process before it goes on for a while, under the same name.
  const oldServes = balanced(['r0'], { fromMs: 500, toMs: 2_000 }, { boot: 'boot-1' })
  const othersWithBoots = others.map((one) => ({ ...one, boot: `${one.instance}-boot` }))
  const sound = [ordered({}), landed, old, oldServes, undrain, unready, alive, direct, othersWithBoots, entered]
  const but = (part: unknown, ...more: (HistoryEvent | readonly HistoryEvent[])[]) => judge(...sound.filter((one) => one !== part), ...more)

  test('passes, whatever the one before it in the place got and said', () => {
    expect(judge(...sound)).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('r0 started drained: 34 direct requests succeeded') })
  })
  test('fails when it got traffic, as soon as it ran, or was ready', () => {
    for (const atMs of [900, 3_000]) expect(judge(...sound, request(loads.background, atMs, { instance: 'r0', boot: 'boot-2' })), String(atMs)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('got 1 request through the balancer') })
    expect(but(unready, probes('readiness', 'pass'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('reported ready 39 times') })
  })
  test('fails when it got traffic as a process that no probe saw, and whatever it answered', () => {
    expect(judge(...sound, request(loads.background, 800, { instance: 'r0', boot: 'boot-that-died' }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('got 1 request through the balancer') })
    expect(judge(...sound, request(loads.background, 3_000, { instance: 'r0', boot: 'boot-2', outcome: 'error-status', status: 503 })).outcome).toBe('failed')
  })
  test('is not held against it what the one that took its place afterwards got', () => {
    const back = intervention('rollOut', { target: 'replicas', label: labels.restore, issuedAtMs: 4_000 })
    expect(judge(ordered({}), landed, old, unready, alive, othersWithBoots, back, balanced(['r0'], { fromMs: 4_500, toMs: 7_000 }, { boot: 'boot-3' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('r0 served no direct request') })
  })
  test('is inconclusive when it may have got traffic', () => {
    const text = { outcome: 'inconclusive', summary: expect.stringContaining('1 request through the balancer may have reached r0') }
    expect(judge(...sound, request(loads.background, 3_000, { instance: 'r0' }))).toMatchObject(text)
    expect(judge(...sound, request(loads.background, 800, { outcome: 'error-status', status: 502 }))).toMatchObject(text)
  })
  test('fails when it does not enter the rotation, which is not looked for after it was taken back', () => {
    const back = intervention('rollOut', { target: 'replicas', label: labels.restore, issuedAtMs: 37_000 })
    expect(but(entered, back, balanced(['r1', 'r2'], { fromMs: 6_200, toMs: 50_000 }, { boot: 'r1-boot' }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('had not answered 31 s after the undrain') })
  })
  test.each<[string, () => ReturnType<typeof judge>, string]>([
    ['the platform did not get there', () => judge(ordered({ ok: false, instances: undefined, error: 'the swarm says paused' }), landed, old), 'no replica was started in drained state: the swarm says paused'],
    ['it was not ordered', () => judge(intervention('rollOut', { target: 'replicas', label: labels.startedDrained, issuedAtMs: 500, error: 'no such image' }), old), 'no replica was started in drained state: no such image'],
    ['no other process was seen in its place', () => but(landed), 'was not seen to be'],
    ['it was seen there only later', () => but(landed, { ...landed, atMs: 2_000 } as HistoryEvent), 'was not seen to be'],
    ['the process before it is not known', () => but(old), 'did not say which process it was'],
    ['its readiness does not say which process it is', () => but(unready, probes('readiness', 'fail', { fromMs: 2_000, toMs: 5_900, everyMs: 100 }, undefined as unknown as string).map((one) => ({ ...one, value: { outcome: 'fail', status: 503 } }) as HistoryEvent)), 'answers do not say which process of r0'],
    ['answers through the balancer do not say which process gave them', () => judge(...sound.filter((one) => one !== othersWithBoots && one !== oldServes), others), 'said who answered'],
  ])('is inconclusive when %s', (_, judged, text) => {
    expect(judged()).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
  })
})
