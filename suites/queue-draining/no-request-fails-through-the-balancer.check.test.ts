import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent, type RequestOutcome } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { drained, every, fact, intervention, nullControl, platform, request, returned, unacknowledged, witness } from './literal-history.test-support.js'
import { check } from './no-request-fails-through-the-balancer.check.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf(events.flat()), thresholds)

const qualification = (outcome: RequestOutcome = 'ok'): HistoryEvent[] =>
  every({ fromMs: -3_000, toMs: 0, everyMs: 100 }, (atMs, i) => request('balancer-qualification', atMs, { outcome: i === 7 ? outcome : 'ok' }))
const control = nullControl({ fromMs: 0, toMs: 9_000, everyMs: 100 })
const settings = fact('ejectWindowMs', 2_000)
const stopped = intervention('stop', { target: 'instance-0', label: 'behind-balancer', issuedAtMs: 6_000, acknowledgedAtMs: 6_300, witnessedAtMs: 6_300 })
const startedAgain = intervention('start', { target: 'instance-0', label: 'restore', issuedAtMs: 8_000, acknowledgedAtMs: 8_050 })
const back = returned('instance-0', 9_900)
const down = platform('backend-down', 'instance-0', 2_600)

/** 100 per second over two replicas; instance-0 gets its last request at `lastMs`, and from 9 s on again. */
function traffic(change: (atMs: number) => Partial<RequestEvent> = () => ({}), lastMs = 2_600): RequestEvent[] {
  return every({ fromMs: 0, toMs: 10_000, everyMs: 10 }, (atMs, i) => {
    const drainedOne = i % 2 === 0 && (atMs <= lastMs || atMs >= 9_000)
    return request('background', atMs, { instance: drainedOne ? 'instance-0' : 'instance-1', boot: 'boot-1', ...change(atMs) })
  })
}
const world = [settings, ...control, ...drained, ...stopped, ...startedAgain, back, down, ...qualification()]
const at = (atMs: number, outcome: RequestOutcome, toMs = atMs) => (planned: number) => (planned >= atMs && planned <= toMs ? { outcome } : {})

describe('no request fails through the balancer', () => {
  test('passes without a failed request and with a share that falls to zero in time', () => {
    const finding = judge(world, traffic())
    expect(finding).toMatchObject({ outcome: 'passed', strength: { n: 800 } })
    expect(finding.summary).toBe('0 of 800 requests through the balancer failed while instance-0 was drained and stopped; its share fell to zero within 590 ms (allowed 2 s)')
  })

  test.each<RequestOutcome>(['error-status', 'polite-refusal', 'refused', 'timeout', 'reset-in-flight', 'truncated', 'reset-idle'])('fails on one request that ends in %s', (outcome) => {
    const finding = judge(world, traffic(at(2_300, outcome)))
    expect(finding).toMatchObject({ outcome: 'failed' })
    expect(finding.evidence[0]?.requests).toHaveLength(1)
  })

  test('an idle reset of what may be repeated is not a failure', () => {
    expect(judge(world, traffic((atMs) => (atMs === 2_300 ? { outcome: 'reset-idle', method: 'GET' } : {}))).outcome).toBe('passed')
  })

  test('says that the grace of the drain is shorter than detection', () => {
    const finding = judge(world, traffic(at(2_020, 'error-status', 2_590)))
    expect(finding.outcome).toBe('failed')
    expect(finding.summary).toContain('stopped serving within 15 ms of the acknowledgement, but the balancer took it out only after 590 ms, so the grace of the drain is shorter than detection (up to 2 s)')
    const neverLeft = world.map((event) => (event === down ? platform('backend-down', 'instance-0', 6_100) : event))
    expect(judge(neverLeft, traffic(at(6_020, 'error-status'), 6_000)).summary).toContain('took instance-0 out only after 4.1 s, so readiness did not say in time that it was leaving')
    const later = judge(world, traffic(at(3_000, 'error-status')))
    expect(later.summary).toContain('when the balancer had already taken instance-0 out')
  })

  test('says that the balancer never took the replica out', () => {
    expect(judge(world.filter((event) => event !== down), traffic(at(2_300, 'error-status'))).summary).toContain('the first 295 ms after the acknowledgement; the balancer never took instance-0 out')
  })

  test('fails when the drained replica is still given requests after the eject window', () => {
    const finding = judge(world, traffic(() => ({}), 5_500))
    expect(finding.outcome).toBe('failed')
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('still given requests 3.5 s after the drain was acknowledged (allowed 2 s)') })
  })

  test('a share that falls late is undecided where the time of the balancer is a guess; what clients lost meanwhile is not', () => {
    const guessed = fact('balancer', { kind: 'the load balancer of the project shop', declared: false })
    expect(judge(world, guessed, traffic(() => ({}), 5_500))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('2 s was assumed (declare balancer:') })
    expect(judge(world, guessed, traffic(at(6_100, 'refused'), 5_500)).outcome).toBe('inconclusive')
    expect(judge(world, guessed, traffic(at(2_300, 'error-status'), 5_500)).outcome).toBe('failed')
    // Nobody saw who answered: the replica may have been sent to until it was stopped, and after.
    const nameless = (events: readonly HistoryEvent[]) => events.map((event) => (event.kind === 'request' ? { ...event, instance: undefined } : event) as HistoryEvent)
    expect(judge(world, guessed, nameless(traffic(at(6_100, 'refused'))))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('declare balancer') as string })
    expect(judge(world, guessed, nameless(traffic(at(2_300, 'error-status')))).outcome).toBe('failed')
    expect(judge(world, nameless(traffic(at(6_100, 'refused')))).outcome).toBe('failed')
    expect(judge(world, guessed, traffic(at(2_300, 'error-status'))).outcome).toBe('failed')
    expect(judge(world, guessed, traffic()).outcome).toBe('passed')
    expect(judge(world, fact('balancer', { kind: 'the load balancer of the project shop' }), traffic(() => ({}), 5_500)).outcome).toBe('failed')
  })

  test('time counts from the acknowledgement, and a long request by when it was sent', () => {
    expect(judge(world, traffic(() => ({}), 4_000)).outcome).toBe('passed')
    expect(judge(world, traffic((atMs) => (atMs === 2_600 ? { endedAtMs: 5_900 } : {}))).outcome).toBe('passed')
  })

  test('a request in flight through the balancer that is lost fails it', () => {
    const lost = witness({ group: 'behind-balancer', instance: 'instance-0', provenAtMs: 1_900, endedAtMs: 2_210, outcome: 'truncated', via: 'balancer' })
    expect(judge(world, traffic(), lost).outcome).toBe('failed')
    const elsewhere = witness({ group: 'nobody', instance: 'instance-1', provenAtMs: 1_900, endedAtMs: 3_400, via: 'balancer' })
    const proven = witness({ group: 'behind-balancer', instance: 'instance-0', provenAtMs: 1_900, endedAtMs: 3_400, via: 'balancer' })
    expect(judge(world, traffic(), proven, elsewhere).evidence.map((one) => one.note)).toContain('in flight on instance-0 through the balancer when the drain was issued: ok 1')
    const direct = witness({ group: 'other', instance: 'instance-0', provenAtMs: 1_900, endedAtMs: 2_210, outcome: 'truncated' })
    expect(judge(world, traffic(), direct).outcome).toBe('passed')
  })

  test('what a starting replica does is not charged to the drain, nor is another boot', () => {
    expect(judge(world, traffic(at(9_100, 'error-status', 9_500))).outcome).toBe('passed')
    expect(judge(world, traffic((atMs) => (atMs > 5_000 ? { instance: 'instance-0', boot: 'boot-2' } : {}))).outcome).toBe('passed')
    const restarted = platform('process-started', 'instance-0', 5_000)
    expect(judge(world, restarted, traffic((atMs) => (atMs > 5_000 ? { instance: 'instance-0', boot: 'boot-2', outcome: 'error-status' } : {}), 2_600)).outcome).not.toBe('failed')
  })

  test('is inconclusive when the balancer loses requests itself or was not qualified', () => {
    const unqualified = world.filter((event) => event.kind !== 'request' || event.load !== 'balancer-qualification')
    expect(judge(unqualified, traffic(at(2_300, 'error-status')))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('was not qualified') })
    expect(judge(unqualified, qualification('error-status'), traffic(at(2_300, 'error-status')))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the balancer itself lost 1 of 30') })
  })

  test('is inconclusive when the null control lost requests or did not run', () => {
    const without = world.filter((event) => event.kind !== 'request' || event.load !== 'null-control')
    expect(judge(without, traffic())).toMatchObject({ outcome: 'inconclusive', summary: 'the null control did not run' })
    expect(judge(without, nullControl({ fromMs: 0, toMs: 9_000, everyMs: 100 }, 'timeout'), traffic(at(2_300, 'timeout'))).outcome).toBe('inconclusive')
  })

  test('is inconclusive when requests failed before the drain', () => {
    expect(judge(world, traffic(at(1_000, 'error-status')))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('1 request failed before the drain was issued') })
  })

  test('is inconclusive with no traffic, too little, none on the drained replica, or some given up by us', () => {
    expect(judge(world).outcome).toBe('inconclusive')
    expect(judge(world, traffic().filter((_, i) => i % 4 < 2))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('only 400 requests through the balancer, needs 600') })
    expect(judge(world, traffic(() => ({ instance: 'instance-1' })))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no answer before the drain could be attributed to instance-0') })
    expect(judge(world, traffic(at(3_000, 'cancelled')))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('1 request through the balancer was given up by the harness') })
    const endsEarly = traffic().filter((one) => one.plannedAtMs < 4_000)
    expect(judge(world, endsEarly)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no request was sent after the eject window') })
  })

  test('is inconclusive without a drain, an acknowledgement, a stop, a return or a known eject window', () => {
    const without = (events: readonly HistoryEvent[]): HistoryEvent[] => world.filter((event) => !events.includes(event))
    expect(judge(without(drained), traffic())).toMatchObject({ outcome: 'inconclusive', summary: 'no replica was drained' })
    expect(judge(without(drained), unacknowledged, traffic()).outcome).toBe('inconclusive')
    expect(judge(without(stopped), traffic())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('instance-0 was not stopped') })
    expect(judge(without([back]), traffic())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not recorded whether instance-0 came back') })
    expect(judge(without([back]), returned('instance-0', 9_900, { ready: true, inRotation: false }), traffic())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('did not come back into the rotation') })
    expect(judge(without([settings]), traffic())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('eject window of the balancer is not known') })
  })

  test('answers that name no replica are no proof of a share of zero', () => {
    const nameless = traffic().map((one) => {
      const { instance, ...rest } = one
      return one.plannedAtMs > 2_600 ? rest : { ...rest, ...(instance === undefined ? {} : { instance }) }
    })
    const finding = judge(world, nameless)
    expect(finding.outcome).toBe('inconclusive')
    expect(finding.summary).toContain('no request was sent after the eject window')
    expect(finding.summary).toContain('answers after the eject window name no replica')
  })

  test('idle resets are not counted as served, and many of them are a doubt', () => {
    const idle = (toMs: number) => traffic((atMs) => (atMs >= 2_300 && atMs < toMs ? { outcome: 'reset-idle', method: 'GET' } : {}))
    expect(judge(world, idle(2_350))).toMatchObject({ outcome: 'passed', strength: { n: 795 } })
    expect(judge(world, idle(2_400))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('10 requests through the balancer ended in an idle reset') })
  })

  test('a request that hung since well before the drain is a doubt, one from its very beginning a failure', () => {
    const hung = (atMs: number) => traffic((planned) => (planned === atMs ? { outcome: 'timeout', endedAtMs: 2_050 } : {}))
    expect(judge(world, hung(500))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('1 request sent more than 1 s before the drain timed out after it') })
    expect(judge(world, hung(1_500)).outcome).toBe('failed')
    const proven = witness({ group: 'behind-balancer', instance: 'instance-0', provenAtMs: 600, endedAtMs: 2_050, outcome: 'timeout', via: 'balancer' })
    expect(judge(world, traffic(), proven).outcome).toBe('failed')
  })
})
