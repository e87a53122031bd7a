import { describe, expect, test } from 'vitest'
import type { Check, Finding } from '../../core/check.js'
import type { HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { spareCapacity } from '../redundancy/spare-capacity.requirement.js'
import { carriesRatedLoad } from './carries-rated-load.check.js'
import { coreGoesOn } from './core-goes-on.check.js'
import { degradedAnswersSaySo } from './degraded-answers-say-so.check.js'
import { fullServiceReturns } from './full-service-returns.check.js'
import { changed, declared, degradationEvents, during, faultOf, historyOf, isFault, outageEvents, unwitnessed, without } from './literal-degradation.test-support.js'
import { changedIn, overloadEvents } from './literal-overload.test-support.js'
import { livenessIgnoresDependencies } from './liveness-ignores-dependencies.check.js'
import { degradationFact, hardOutage, type DeclaredDegradation } from './names.js'
import { overloadIsShed } from './overload-is-shed.check.js'
import { capturedRetryAfter, loads, oneMissing } from './overload-names.js'
import { partsBeatNothing } from './parts-beat-nothing.check.js'
import { recoversFromOverload } from './recovers-from-overload.check.js'
import { requirements } from './requirements.js'
import { slownessIsContained } from './slowness-is-contained.check.js'

/** Histories that lack what there would be to judge: declarations, ordinary times, the end of a fault. */

const good = degradationEvents()
const judge = (check: Check, events: readonly HistoryEvent[], more: Readonly<Record<string, number>> = {}): Finding =>
  check.evaluate(historyOf(events), { ...thresholdValues([...requirements, spareCapacity].find((one) => one.id === check.requirement)!, 'quick'), ...more })
const inconclusive = (text: string) => ({ outcome: 'inconclusive', summary: expect.stringContaining(text) as string })
const declaring = (more: Partial<DeclaredDegradation>): HistoryEvent[] => good.map((event): HistoryEvent => (event.kind === 'fact' && event.name === degradationFact ? { ...event, value: { ...declared, ...more } } : event))
const slow = ({ plannedAtMs }: { readonly plannedAtMs: number }) => ({ endedAtMs: plannedAtMs + 400 })
const refused = faultOf('recommendations', 'refuse')
/** The intervention was tried and did not come about. */
const notDone = (events: readonly HistoryEvent[], label: string, error: string): HistoryEvent[] =>
  without(events, (event) => event.kind === 'intervention' && event.label === label && !['issued', 'acknowledged'].includes(event.phase)).map((event): HistoryEvent => (event.kind === 'intervention' && event.label === label && event.phase === 'acknowledged' ? { ...event, phase: 'failed', error } : event))

describe('a service that declares nothing it can do without', () => {
  test.each([
    [coreGoesOn, 'no soft dependency was taken away'],
    [slownessIsContained, 'no soft dependency was made slow'],
    [fullServiceReturns, 'no soft dependency was taken away'],
  ] as const)('%o', (check, text) => {
    expect(judge(check, declaring({ dependents: {} }))).toMatchObject(inconclusive(text))
  })
  test('or no part of an answer that comes from there', () => {
    expect(judge(partsBeatNothing, declaring({ composite: { operation: 'page', parts: ['stock', 'recommendations', 'reviews'].map((name) => ({ name })) } }))).toMatchObject(inconclusive('no part comes from'))
  })
})

describe('no ordinary times to compare with', () => {
  const first = refused.fromMs - 5
  test('DEGR-01: no core request before the first fault', () => {
    expect(judge(coreGoesOn, without(good, (event) => event.kind === 'request' && event.plannedAtMs <= first && declared.core.includes(event.operation)))).toMatchObject(inconclusive('no core request was sent before the first fault'))
  })
  test('DEGR-01: nothing answered in full before it', () => {
    const poor = changed(good, (one) => one.plannedAtMs <= first && ['item', 'page'].includes(one.operation), () => ({ outcome: 'degraded' }))
    expect(judge(coreGoesOn, poor)).toMatchObject(inconclusive('no request that uses recommendations was answered in full before'))
  })
  test('DEGR-02: no independent request before the first fault', () => {
    expect(judge(slownessIsContained, without(good, (event) => event.kind === 'request' && event.plannedAtMs <= first && declared.independent.includes(event.operation)))).toMatchObject(inconclusive('no independent request'))
  })
  test('DEGR-06: nothing served before the overload', () => {
    expect(judge(recoversFromOverload, changedIn(overloadEvents(), loads.usual, () => ({ outcome: 'timeout' })))).toMatchObject(inconclusive('half of the capacity was not served before'))
  })
})

describe('what cannot be told', () => {
  test('so many slow requests that the quantile may lie on either side of its limit', () => {
    const some = changed(good, (one) => during(refused)(one) && declared.core.includes(one.operation) && one.id % 20 === 0, slow)
    expect(judge(coreGoesOn, some, { quantile: 0.95 })).toMatchObject(inconclusive('neither few nor many enough'))
  })
  test('an overload under which far more was served than could be served before is none', () => {
    const quick = changedIn(overloadEvents(), loads.overload, ({ plannedAtMs }, index) => (index % 20 === 0 ? { outcome: 'polite-refusal', status: 429, endedAtMs: plannedAtMs + 4, captured: { [capturedRetryAfter]: '1' } } : { outcome: 'ok', status: 200, endedAtMs: plannedAtMs + 105 }))
    expect(judge(overloadIsShed, quick)).toMatchObject(inconclusive('far more than the'))
  })
  test('slowness of what does not use a component is not charged to a fault that nobody witnessed', () => {
    const affected = changed(good, during(faultOf('recommendations', 'silence'), 'read'), slow)
    expect(judge(slownessIsContained, affected).outcome).toBe('failed')
    expect(judge(slownessIsContained, unwitnessed(affected)).outcome).toBe('inconclusive')
  })
})

describe('a fault that did not come about, or did not end', () => {
  test('DEGR-03: one that nobody witnessed', () => {
    expect(judge(degradedAnswersSaySo, unwitnessed(good))).toMatchObject(inconclusive('that recommendations was away was not witnessed'))
  })
  test('DEGR-04: one that was never taken back', () => {
    expect(judge(fullServiceReturns, without(good, (event) => isFault(event, 'reviews', 'silence') && event.kind === 'intervention' && event.phase === 'undone'))).toMatchObject(inconclusive('the fault of reviews (silence) was not taken back'))
  })
  test('RDND-06: a replica that could not be held says why', () => {
    expect(judge(carriesRatedLoad, notDone(overloadEvents(), oneMissing, 'no such unit'))).toMatchObject(inconclusive('was not witnessed: no such unit'))
  })
  const outage = { outage_s: 3, samples_min: 5, liveness_failures_max: 0, restarts_max: 0 }
  test('RDND-07: a dependency that could not be taken away says why', () => {
    expect(livenessIgnoresDependencies.evaluate(historyOf(notDone(outageEvents(), hardOutage, 'no such edge')), outage)).toMatchObject(inconclusive('did not reach its end: no such edge'))
  })
  test('RDND-07: without instances nobody was asked', () => {
    expect(livenessIgnoresDependencies.evaluate(historyOf(without(outageEvents(), (event) => event.kind === 'fact')), outage)).toMatchObject(inconclusive('every instance'))
  })
})
