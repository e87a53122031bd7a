import { describe, expect, test } from 'vitest'
import type { Check, Finding } from '../../core/check.js'
import type { HistoryEvent, RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { coreGoesOn } from './core-goes-on.check.js'
import { degradedAnswersSaySo } from './degraded-answers-say-so.check.js'
import { fullServiceReturns } from './full-service-returns.check.js'
import { changed, declared, degradationEvents, during, faultOf, faults, historyOf, isFault, outageEvents, without } from './literal-degradation.test-support.js'
import { livenessIgnoresDependencies } from './liveness-ignores-dependencies.check.js'
import { capturedMissing, capturedPart, degradationFact, degradationLoad } from './names.js'
import { partsBeatNothing } from './parts-beat-nothing.check.js'
import { requirements } from './requirements.js'
import { slownessIsContained } from './slowness-is-contained.check.js'

/** Histories in which nothing was shown, or something that is not the service's doing. */

const good = degradationEvents()
const judge = (check: Check, events: readonly HistoryEvent[], more: Readonly<Record<string, number>> = {}): Finding =>
  check.evaluate(historyOf(events), { ...thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick'), ...more })
const saying = (outcome: Finding['outcome'], text: string) => ({ outcome, summary: expect.stringContaining(text) as string })
const first = (operation: string, fromMs: number) => {
  const found = good.find((event): event is RequestEvent => event.kind === 'request' && event.load === degradationLoad && event.operation === operation && event.plannedAtMs >= fromMs)
  return (one: RequestEvent): boolean => one.id === found?.id
}
const refused = faultOf('recommendations', 'refuse')
const silent = faultOf('recommendations', 'silence')

describe('an idle connection that closes as a request is sent on it', () => {
  const reset = (operation: string, fromMs: number): HistoryEvent[] => changed(good, first(operation, fromMs), () => ({ outcome: 'reset-idle', captured: {} }))
  test('is neither charged to the service nor proof of a fault', () => {
    expect(judge(partsBeatNothing, reset('page', refused.fromMs + 500))).toMatchObject({ outcome: 'passed' })
    const unused = changed(good, (one) => during(refused)(one) && ['item', 'page'].includes(one.operation), () => ({ outcome: 'ok' }))
    const isOne = first('item', refused.fromMs + 500)
    const once = unused.map((event) => (event.kind === 'request' && isOne(event) ? { ...event, outcome: 'reset-idle' as const } : event))
    expect(judge(coreGoesOn, once)).toMatchObject(saying('inconclusive', 'stood in'))
  })
})

describe('DEGR-01 needs a dependency that matters', () => {
  test('one stray failure among answers in full is no proof', () => {
    const unused = changed(good, (one) => during(refused)(one) && ['item', 'page'].includes(one.operation), () => ({ outcome: 'ok' }))
    const isOne = first('page', refused.fromMs + 500)
    const stray = unused.map((event) => (event.kind === 'request' && isOne(event) ? { ...event, outcome: 'timeout' as const } : event))
    expect(judge(coreGoesOn, stray)).toMatchObject(saying('inconclusive', 'stood in'))
  })
})

describe('DEGR-02 needs a dependency that matters', () => {
  test('what is answered in full and as quickly as ever did not wait for it', () => {
    const cached = changed(good, (one) => during(silent)(one) && ['item', 'page'].includes(one.operation), () => ({ outcome: 'ok' }))
    expect(judge(slownessIsContained, cached)).toMatchObject(saying('inconclusive', 'stood in'))
  })
})

describe('DEGR-03 counts answers', () => {
  test('requests that failed before the first fault are no normal answers', () => {
    const failing = changed(good, (one) => one.plannedAtMs < 2_900 && declared.marked.includes(one.operation), () => ({ outcome: 'error-status', status: 500 }))
    expect(judge(degradedAnswersSaySo, failing)).toMatchObject(saying('inconclusive', 'before the first fault'))
  })
  test('requests that were never answered are no answers', () => {
    let kept = 0
    const lost = changed(good, (one) => faults.some((fault) => fault.kind !== 'delay' && fault.component === 'reviews' && during(fault)(one)) && ['reviews', 'page'].includes(one.operation) && (kept += 1) > 2, () => ({ outcome: 'timeout', status: undefined as never, endedAtMs: 0 }))
    expect(judge(degradedAnswersSaySo, lost)).toMatchObject(saying('inconclusive', 'answers were given without reviews'))
  })
  test('both ways of being away have to be tried and seen', () => {
    const untried = without(good, (event) => isFault(event, 'reviews', 'silence'))
    expect(judge(degradedAnswersSaySo, untried)).toMatchObject(saying('inconclusive', 'reviews (silence)'))
    const unseen = without(good, (event) => isFault(event, 'reviews', 'silence') && event.kind === 'intervention' && event.phase === 'witnessed')
    expect(judge(degradedAnswersSaySo, unseen)).toMatchObject(saying('inconclusive', 'reviews (silence)'))
  })
})

describe('DEGR-04', () => {
  /** Reviews are only seen in an operation that recommendations are seen in as well. */
  const shared = good.map((event): HistoryEvent => (event.kind === 'fact' && event.name === degradationFact ? { ...event, value: { ...declared, dependents: { recommendations: ['item', 'page'], reviews: ['page'] } } } : event))
  test('an operation that is degraded for want of another component does not show that this one is still away', () => {
    expect(judge(fullServiceReturns, shared, { full_within_s: 2 }).outcome).not.toBe('failed')
  })
  test('answers of one replica do not show that the other has returned', () => {
    const back = refused.toMs + 5
    const stuck = changed(good, (one) => one.operation === 'item' && one.plannedAtMs > back && one.plannedAtMs < silent.fromMs, (one) => (one.instance === 'r1' ? { outcome: 'cancelled' } : {}))
    expect(judge(fullServiceReturns, stuck)).toMatchObject(saying('inconclusive', 'r1'))
  })
})

describe('DEGR-09', () => {
  const named = (value: unknown) => (one: RequestEvent) => ({ captured: { ...one.captured, [capturedMissing]: value } })
  test('an answer that always says that something is missing says nothing', () => {
    const always = changed(good, (one) => one.operation === 'page', named(['recommendations', 'reviews']))
    expect(judge(partsBeatNothing, always)).toMatchObject(saying('inconclusive', 'normal answers'))
  })
  test('a part that usually is null is as usual when it is null', () => {
    const empty = changed(good, (one) => one.operation === 'page', (one) => ({ captured: { ...one.captured, [capturedPart('stock')]: null } }))
    expect(judge(partsBeatNothing, empty)).toMatchObject({ outcome: 'passed' })
    const gone = changed(good, (one) => one.operation === 'page' && during(refused)(one), (one) => ({ captured: { ...one.captured, [capturedPart('stock')]: null } }))
    expect(judge(partsBeatNothing, gone)).toMatchObject({ outcome: 'failed' })
  })
})

describe('RDND-07', () => {
  const values = { liveness_failures_max: 0, restarts_max: 0, samples_min: 5, outage_s: 3 }
  test('a service that was not seen to serve again was not seen through', () => {
    const evaluate = (events: readonly HistoryEvent[]) => livenessIgnoresDependencies.evaluate(historyOf(events), values)
    expect(evaluate(outageEvents())).toMatchObject({ outcome: 'passed' })
    expect(evaluate(without(outageEvents(), (event) => event.kind === 'request' && event.plannedAtMs >= 4_000))).toMatchObject({ outcome: 'inconclusive' })
  })
  test('an answer that fails counts, also when it came as the dependency was given back', () => {
    const events = outageEvents().map((event): HistoryEvent => (event.kind === 'observation' && event.probe === 'liveness' && event.sentAtMs === 3_750 && event.target === 'r1' ? { ...event, atMs: 4_750, value: { outcome: 'timeout' } } : event))
    expect(livenessIgnoresDependencies.evaluate(historyOf(events), values)).toMatchObject({ outcome: 'failed' })
  })
})
