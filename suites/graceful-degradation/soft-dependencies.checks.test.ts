import { describe, expect, test } from 'vitest'
import { platform, request, stall } from '../../core/checks/literal-events.test-support.js'
import type { Check, Finding } from '../../core/check.js'
import type { HistoryEvent } from '../../core/history.js'
import { processorWaitProbe } from '../../core/processor-waits.js'
import { thresholdValues } from '../../core/requirement.js'
import { coreGoesOn } from './core-goes-on.check.js'
import { degradedAnswersSaySo } from './degraded-answers-say-so.check.js'
import { fullServiceReturns } from './full-service-returns.check.js'
import { changed, declared, degradationEvents, during, everyMs, faultOf, historyOf, isFault, unwitnessed, without } from './literal-degradation.test-support.js'
import { capturedMissing, capturedPart, degradationFact, release } from './names.js'
import { partsBeatNothing } from './parts-beat-nothing.check.js'
import { requirements } from './requirements.js'
import { slownessIsContained } from './slowness-is-contained.check.js'

const good = degradationEvents()
const judge = (check: Check, events: readonly HistoryEvent[], more: Readonly<Record<string, number>> = {}): Finding =>
  check.evaluate(historyOf(events), { ...thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick'), ...more })
const saying = (outcome: Finding['outcome'], text: string) => ({ outcome, summary: expect.stringContaining(text) as string })
const slow = (ms: number) => ({ plannedAtMs }: { readonly plannedAtMs: number }) => ({ endedAtMs: plannedAtMs + ms })

const all = [coreGoesOn, slownessIsContained, degradedAnswersSaySo, fullServiceReturns, partsBeatNothing]
describe.each(all.map((check) => [check.requirement, check] as const))('%s', (_id, check) => {
  test('passes when all is well', () => {
    expect(judge(check, good)).toMatchObject({ outcome: 'passed' })
  })
  test('nothing is said of an empty history, of one without faults, without traffic, or with faults nobody witnessed', () => {
    expect(judge(check, []).outcome).toBe('inconclusive')
    expect(judge(check, without(good, (event) => event.kind === 'intervention')).outcome).toBe('inconclusive')
    expect(judge(check, without(good, (event) => event.kind === 'request')).outcome).toBe('inconclusive')
    expect(judge(check, unwitnessed(good)).outcome).toBe('inconclusive')
    expect(judge(check, without(good, (event) => event.kind === 'fact' && event.name === degradationFact)).outcome).toBe('inconclusive')
  })
  test('nothing is said when one component was never taken away, or the fault did not reach its end', () => {
    const kind = check === slownessIsContained ? 'delay' : check === partsBeatNothing ? 'silence' : 'refuse'
    const forgotten = without(good, (event) => isFault(event, 'reviews', kind) || (check === degradedAnswersSaySo && isFault(event, 'reviews', 'silence')))
    expect(judge(check, forgotten).outcome).toBe('inconclusive')
    expect(judge(check, without(good, (event) => event.kind === 'observation' && event.probe === release)).outcome).toBe('inconclusive')
  })
  test('nothing is said of a service that serves everything in full while its dependencies are away', () => {
    const unused = changed(good, () => true, () => ({ outcome: 'ok', captured: { [capturedPart('stock')]: 1, [capturedPart('recommendations')]: 1, [capturedPart('reviews')]: 1 } }))
    if (check !== degradedAnswersSaySo && check !== partsBeatNothing && check !== slownessIsContained) expect(judge(check, unused).outcome).toBe('inconclusive')
  })
})

describe('DEGR-01', () => {
  const refused = faultOf('recommendations', 'refuse')
  test('a core request that fails without the component', () => {
    const broken = changed(good, during(refused, 'item'), () => ({ outcome: 'error-status', status: 502 }))
    expect(judge(coreGoesOn, broken)).toMatchObject(saying('failed', 'without recommendations'))
    expect(judge(coreGoesOn, changed(good, during(refused, 'item'), () => ({ outcome: 'polite-refusal', status: 503 }))).outcome).toBe('failed')
    expect(judge(coreGoesOn, unwitnessed(broken)).outcome).toBe('inconclusive')
  })
  test('a starved machine is not charged to the service, but what failed in calm is', () => {
    const starved = good.map((event) => (event.kind === 'request' && event.load === 'null-control' && event.plannedAtMs > refused.fromMs - 500 && event.plannedAtMs < refused.fromMs + 1_500 ? { ...event, endedAtMs: event.plannedAtMs + 500 } : event))
    const turnedAway = (untilMs: number) => changed(starved, (one) => during(refused, 'read')(one) && one.plannedAtMs < untilMs, () => ({ outcome: 'polite-refusal', status: 503 }))
    expect(judge(coreGoesOn, turnedAway(refused.fromMs + 1_000))).toMatchObject(saying('inconclusive', 'too busy'))
    expect(judge(coreGoesOn, turnedAway(refused.toMs)).outcome).toBe('failed')
    expect(judge(coreGoesOn, [...turnedAway(refused.fromMs + 1_000), request(refused.fromMs + 100, { load: 'null-control', outcome: 'timeout' })])).toMatchObject(saying('inconclusive', 'null control'))
  })
  test('one that fails while a component is silent is no matter of it', () => {
    expect(judge(coreGoesOn, changed(good, during(faultOf('reviews', 'silence'), 'read'), () => ({ outcome: 'timeout' }))).outcome).toBe('passed')
  })
  test('core requests that become slow, unless the machine was', () => {
    const late = changed(good, during(refused, 'read'), slow(400))
    expect(judge(coreGoesOn, late)).toMatchObject(saying('failed', 'took longer'))
    expect(judge(coreGoesOn, [...late, stall(refused.fromMs + 500, 300)]).outcome).toBe('inconclusive')
    const echoes = late.map((event) => (event.kind === 'request' && event.load === 'null-control' && during(refused)(event) ? { ...event, ...slow(150)(event) } : event))
    expect(judge(coreGoesOn, echoes)).toMatchObject(saying('inconclusive', 'busy'))
  })
  test('core requests that are slow for as long as what they go through waits for a processor', () => {
    const late = changed(good, during(refused, 'read'), slow(400))
    const waits = (target: string, share: number, serviceRanMs = 100): HistoryEvent[] =>
      Array.from({ length: Math.ceil((refused.toMs + 1_000 - refused.fromMs) / 200) }, (_, index) => ({
        kind: 'observation', probe: processorWaitProbe, target, atMs: refused.fromMs + 200 * (index + 1), value: { waitedMs: 200 * share, ranMs: 0, windowMs: 200, serviceRanMs, capacityMs: 400 },
      }))
    const waited = saying('inconclusive', 'waited for a processor')
    for (const target of ['network', 'replica-0', 'db-primary', 'virtual-machine']) expect(judge(coreGoesOn, [...late, ...waits(target, 0.8)])).toMatchObject(waited)
    // At each moment one of them has it; and half of the lateness explains not the other half.
    expect(judge(coreGoesOn, [...late, ...waits('network', 0.5), ...waits('replica-1', 0.5), ...waits('replica-0', 0.5), ...waits('db-primary', 0.5)])).toMatchObject(saying('failed', 'took longer'))
    // Who takes the processors itself waits for nobody else.
    expect(judge(coreGoesOn, [...late, ...waits('network', 0.8, 300), ...waits('replica-1', 0.8, 300)])).toMatchObject(saying('failed', 'took longer'))
    const hung = changed(good, during(refused, 'read'), slow(3_000))
    expect(judge(coreGoesOn, [...hung, ...waits('network', 0.8), ...waits('replica-1', 0.8)])).toMatchObject(saying('failed', 'took longer'))
  })
  test('a replica that ends', () => {
    expect(judge(coreGoesOn, [...good, platform(refused.fromMs + 500, 'process-exited', 'r0')])).toMatchObject(saying('failed', 'r0 was restarted'))
    expect(judge(coreGoesOn, changed(good, (one) => during(refused)(one) && one.instance === 'r1' && one.plannedAtMs > refused.toMs - 500, () => ({ boot: 'another' }))).outcome).toBe('failed')
    expect(judge(coreGoesOn, [...good, platform(refused.fromMs + 500, 'process-exited', 'recommendations')]).outcome).toBe('passed')
  })
  test('an outage that was too short, or with too few requests', () => {
    expect(judge(coreGoesOn, good, { outage_s: 30 })).toMatchObject(saying('inconclusive', 'needs 30000 ms'))
    expect(judge(coreGoesOn, good, { core_requests_min: 1_000 })).toMatchObject(saying('inconclusive', 'needs 1000'))
  })
  test('a cache that stood in', () => {
    const cached = changed(good, (one) => during(refused)(one) && ['item', 'page'].includes(one.operation), () => ({ outcome: 'ok' }))
    expect(judge(coreGoesOn, cached)).toMatchObject(saying('inconclusive', 'stood in'))
  })
})

describe('DEGR-02', () => {
  const silent = faultOf('recommendations', 'silence')
  test('requests that use the component and wait for it', () => {
    const waiting = changed(good, during(silent, 'item'), (one) => ({ endedAtMs: silent.toMs + 10 + one.id % 3 }))
    expect(judge(slownessIsContained, waiting)).toMatchObject(saying('failed', 'requests that use recommendations while recommendations is silent took longer than 2000 ms'))
    expect(judge(slownessIsContained, changed(good, during(silent, 'item'), () => ({ outcome: 'timeout' })))).toMatchObject(saying('failed', 'never answered'))
    expect(judge(slownessIsContained, changed(good, during(faultOf('reviews', 'delay'), 'reviews'), slow(2_900)))).toMatchObject(saying('failed', 'reviews crawls'))
  })
  test('an explicit error in time is an answer', () => {
    expect(judge(slownessIsContained, changed(good, during(silent, 'item'), () => ({ outcome: 'error-status', status: 502 }))).outcome).toBe('passed')
  })
  test('requests that do not use it and become slow or fail', () => {
    const affected = changed(good, during(silent, 'read'), slow(400))
    expect(judge(slownessIsContained, affected)).toMatchObject(saying('failed', 'do not use it'))
    expect(judge(slownessIsContained, [...affected, stall(silent.fromMs + 500, 300)]).outcome).toBe('inconclusive')
    expect(judge(slownessIsContained, changed(good, during(silent, 'write'), () => ({ outcome: 'error-status', status: 503 })))).toMatchObject(saying('failed', 'do not use it while recommendations is silent failed'))
    expect(judge(slownessIsContained, changed(good, during(faultOf('reviews', 'refuse'), 'read'), slow(400))).outcome).toBe('passed')
  })
  test('too little load to use up a pool, or for the quantile', () => {
    expect(judge(slownessIsContained, good, { offered_min: 1_000 })).toMatchObject(saying('inconclusive', 'too few to exhaust a pool'))
    expect(judge(slownessIsContained, good, { quantile: 0.99 })).toMatchObject(saying('inconclusive', 'p99 needs 1000'))
  })
})

describe('DEGR-03', () => {
  const silent = faultOf('reviews', 'silence')
  test('an answer without the component that looks like a full one', () => {
    expect(judge(degradedAnswersSaySo, changed(good, during(silent, 'reviews'), () => ({ outcome: 'ok' })))).toMatchObject(saying('failed', 'without reviews'))
    const one = changed(good, (each) => during(silent, 'reviews')(each) && each.plannedAtMs < silent.fromMs + everyMs, () => ({ outcome: 'ok' }))
    expect(judge(degradedAnswersSaySo, one)).toMatchObject(saying('failed', '1 of'))
  })
  test('one from a cache within its declared time, or one that was answered after the release, is none', () => {
    const cached = changed(good, (one) => during(silent, 'reviews')(one) && one.plannedAtMs < silent.fromMs + 400, () => ({ outcome: 'ok' }))
    const withCache = cached.map((event) => (event.kind === 'fact' && event.name === degradationFact ? { ...event, value: { ...declared, cachedForMs: 500 } } : event))
    expect(judge(degradedAnswersSaySo, cached).outcome).toBe('failed')
    expect(judge(degradedAnswersSaySo, withCache).outcome).toBe('passed')
    const late = changed(good, (one) => during(silent, 'reviews')(one) && one.plannedAtMs > silent.toMs - 300, () => ({ outcome: 'ok', endedAtMs: silent.toMs + 20 }))
    expect(judge(degradedAnswersSaySo, late).outcome).toBe('passed')
  })
  test('content that is neither in full nor valid', () => {
    expect(judge(degradedAnswersSaySo, changed(good, during(silent, 'page'), () => ({ outcome: 'wrong-content', detail: '/key is 1' })))).toMatchObject(saying('failed', 'neither'))
  })
  test('a marker in good times, unless the harness stalled', () => {
    const marked = changed(good, (one) => one.operation === 'item' && one.plannedAtMs < 60, () => ({ outcome: 'degraded' }))
    expect(judge(degradedAnswersSaySo, marked)).toMatchObject(saying('failed', 'when nothing was wrong'))
    expect(judge(degradedAnswersSaySo, [...marked, stall(500, 700)]).outcome).toBe('inconclusive')
  })
  test('errors alone are honest, and no degraded answers', () => {
    const errors = changed(good, (one) => one.outcome === 'degraded', () => ({ outcome: 'error-status', status: 502 }))
    expect(judge(degradedAnswersSaySo, errors)).toMatchObject(saying('inconclusive', 'no degraded answer'))
    expect(judge(degradedAnswersSaySo, good, { answers: 500 }).outcome).toBe('inconclusive')
  })
})

describe('DEGR-04', () => {
  const refused = faultOf('reviews', 'refuse')
  const never = changed(good, (one) => one.operation === 'reviews' && one.plannedAtMs > refused.toMs, () => ({ outcome: 'degraded' }))
  const alone = without(never, (event) => isFault(event, 'reviews', 'silence') || isFault(event, 'reviews', 'delay'))
  test('full answers that do not return', () => {
    expect(judge(fullServiceReturns, alone)).toMatchObject(saying('failed', 'after reviews was back (refuse)'))
    expect(judge(fullServiceReturns, alone, { full_within_s: 60 })).toMatchObject(saying('inconclusive', 'nobody looked longer'))
  })
  test('full answers that return too late, or never enough of them in a row', () => {
    const silent = faultOf('reviews', 'silence')
    expect(judge(fullServiceReturns, good, { full_within_s: 0.6 })).toMatchObject(saying('failed', 'had not returned'))
    const flickering = without(
      changed(good, (one) => one.operation === 'reviews' && one.plannedAtMs > silent.toMs && Math.round((one.plannedAtMs - 21) / everyMs) % 10 === 0, () => ({ outcome: 'degraded' })),
      (event) => isFault(event, 'reviews', 'delay'),
    )
    expect(judge(fullServiceReturns, flickering, { full_within_s: 5 }).outcome).toBe('failed')
  })
  test('a dependency that is not healthy itself, or a harness that stalled', () => {
    const sick: HistoryEvent = { kind: 'observation', probe: 'dependency-health', target: 'reviews', atMs: 23_000, value: { outcome: 'refused' } }
    expect(judge(fullServiceReturns, [...alone, sick])).toMatchObject(saying('inconclusive', 'not healthy'))
    expect(judge(fullServiceReturns, [...alone, { ...sick, value: { outcome: 'read' } }]).outcome).toBe('failed')
    expect(judge(fullServiceReturns, [...alone, stall(12_000, 4_000)]).outcome).toBe('inconclusive')
  })
  test('a restart that brought it back', () => {
    expect(judge(fullServiceReturns, [...good, platform(refused.toMs + 100, 'process-exited', 'r1')])).toMatchObject(saying('failed', 'r1 was restarted'))
  })
  test('nothing to return from', () => {
    expect(judge(fullServiceReturns, changed(good, during(refused, 'reviews'), () => ({ outcome: 'ok' })))).toMatchObject(saying('inconclusive', 'nothing to return from'))
  })
  test('a fault that was too short', () => {
    expect(judge(fullServiceReturns, good, { fault_s: 60 }).outcome).toBe('inconclusive')
  })
})

describe('DEGR-09', () => {
  const silent = faultOf('reviews', 'silence')
  const captured = (change: Record<string, unknown>) => (one: { readonly captured?: Readonly<Record<string, unknown>> }) => ({ captured: { ...one.captured, ...change } })
  test('a page that fails, or lacks another part, or has another one than usual', () => {
    expect(judge(partsBeatNothing, changed(good, during(silent, 'page'), () => ({ outcome: 'error-status', status: 502, captured: {} })))).toMatchObject(saying('failed', 'without reviews (silence)'))
    expect(judge(partsBeatNothing, changed(good, during(silent, 'page'), captured({ [capturedPart('stock')]: undefined }))).outcome).toBe('failed')
    expect(judge(partsBeatNothing, changed(good, during(silent, 'page'), captured({ [capturedPart('recommendations')]: [] }))).outcome).toBe('failed')
  })
  test('a part that is never the same only has to be there', () => {
    const changing = changed(good, (one) => one.operation === 'page', (one) => captured({ [capturedPart('stock')]: one.id })(one))
    expect(judge(partsBeatNothing, changing).outcome).toBe('passed')
  })
  test('a page that does not name what is missing', () => {
    expect(judge(partsBeatNothing, changed(good, during(silent, 'page'), captured({ [capturedMissing]: [] })))).toMatchObject(saying('failed', 'did not say'))
    expect(judge(partsBeatNothing, changed(good, during(silent, 'page'), captured({ [capturedMissing]: { reviews: 'away' } }))).outcome).toBe('passed')
    expect(judge(partsBeatNothing, changed(good, during(silent, 'page'), captured({ [capturedMissing]: 'no reviews' }))).outcome).toBe('passed')
  })
  test('a page that was answered in full after the release says nothing', () => {
    const late = changed(good, (one) => during(silent, 'page')(one) && one.plannedAtMs > silent.toMs - 200, () => ({ endedAtMs: silent.toMs + 30, outcome: 'ok', captured: { [capturedMissing]: [] } }))
    expect(judge(partsBeatNothing, late).outcome).toBe('passed')
  })
  test('a page that comes late', () => {
    expect(judge(partsBeatNothing, changed(good, during(silent, 'page'), slow(2_500)))).toMatchObject(saying('failed', 'took longer'))
  })
  test('another source that is away and of which its own operations say nothing', () => {
    const silently = changed(good, (one) => one.operation === 'item', () => ({ outcome: 'ok' }))
    expect(judge(partsBeatNothing, silently).outcome).toBe('passed')
  })
  test('a replica that returns a little later than the others', () => {
    const backAtMs = faultOf('recommendations', 'refuse').toMs + 500
    const later = changed(good, (one) => one.operation === 'page' && one.plannedAtMs > backAtMs && one.plannedAtMs < backAtMs + 200, (one) => captured({ [capturedPart('recommendations')]: undefined })(one))
    expect(judge(partsBeatNothing, later).outcome).toBe('passed')
    const never = changed(good, (one) => one.operation === 'page' && one.plannedAtMs > backAtMs && one.plannedAtMs < backAtMs + 2_000, (one) => captured({ [capturedPart('recommendations')]: undefined })(one))
    expect(judge(partsBeatNothing, never).outcome).toBe('failed')
  })
  test('parts that were never seen, too few answers, another source that is still away', () => {
    expect(judge(partsBeatNothing, changed(good, (one) => one.operation === 'page', captured({ [capturedPart('stock')]: undefined })))).toMatchObject(saying('inconclusive', 'told apart'))
    expect(judge(partsBeatNothing, good, { requests: 500 })).toMatchObject(saying('inconclusive', 'needs 500'))
    const away = changed(good, (one) => one.operation === 'item' && one.plannedAtMs > faultOf('recommendations', 'refuse').fromMs, () => ({ outcome: 'degraded' }))
    expect(judge(partsBeatNothing, away)).toMatchObject(saying('inconclusive', 'another source'))
  })
})
