import { describe, expect, test } from 'vitest'
import { platform, stall } from '../../core/checks/literal-events.test-support.js'
import type { Check, Finding } from '../../core/check.js'
import { processorWaitProbe } from '../../core/processor-waits.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { spareCapacity } from '../redundancy/spare-capacity.requirement.js'
import { carriesRatedLoad } from './carries-rated-load.check.js'
import { unwitnessed, without } from './literal-degradation.test-support.js'
import { capacities, changedIn, overloadEvents, overloadSpan } from './literal-overload.test-support.js'
import { overloadIsShed } from './overload-is-shed.check.js'
import { capacityProbe, loads, overloadFact, type Capacity } from './overload-names.js'
import { recoversFromOverload } from './recovers-from-overload.check.js'
import { reducedModeIsCheaper } from './reduced-mode-is-cheaper.check.js'
import { requirements } from './requirements.js'

const good = overloadEvents()
const judge = (check: Check, events: readonly HistoryEvent[], more: Readonly<Record<string, number>> = {}): Finding =>
  check.evaluate(historyOf(events), { ...thresholdValues([...requirements, spareCapacity].find((one) => one.id === check.requirement)!, 'quick'), ...more })
const saying = (outcome: Finding['outcome'], text: string) => ({ outcome, summary: expect.stringContaining(text) as string })
const isLoad = (load: string) => (event: HistoryEvent): boolean => event.kind === 'request' && event.load === load
const isCapacity = (event: HistoryEvent): boolean => event.kind === 'observation' && event.probe === capacityProbe
/** One look after the other, of 200 ms each, in which a replica waited for a processor nearly all the time. */
const waitsFrom = (atMs: number, looks: number, { serviceRanMs = 100, target = 'replica-1' } = {}): HistoryEvent[] =>
  Array.from({ length: looks }, (_, index) => ({ kind: 'observation', probe: processorWaitProbe, target, atMs: atMs + 200 * index, value: { waitedMs: 190, ranMs: 10, windowMs: 200, serviceRanMs, capacityMs: 400 } }))
const isServed = ({ outcome }: RequestEvent): boolean => outcome === 'ok'

describe.each([overloadIsShed, recoversFromOverload, reducedModeIsCheaper, carriesRatedLoad].map((check) => [check.requirement, check] as const))('%s', (_id, check) => {
  test('passes when all is well', () => expect(judge(check, good)).toMatchObject({ outcome: 'passed' }))
  test('nothing is said of nothing, or of no traffic', () => {
    expect(judge(check, []).outcome).toBe('inconclusive')
    expect(judge(check, without(good, (event) => event.kind === 'request')).outcome).toBe('inconclusive')
  })
})

describe.each([overloadIsShed, recoversFromOverload].map((check) => [check.requirement, check] as const))('%s: a service that was not overloaded', (_id, check) => {
  const measured = (...values: readonly Partial<Capacity>[]): HistoryEvent[] => [...without(good, isCapacity), ...capacities(...values)]
  test.each([
    ['its capacity was not measured', measured(), 'not measured'],
    ['it was faster than what could be offered', measured({ saturated: false }), 'faster'],
    ['it was measured once', measured({}), 'once only'],
    ['it is not reproducible', measured({}, { goodputPerSecond: 130 }), 'not reproducible: 100 and 130'],
    ['it is not reproducible in the end', measured({}, { goodputPerSecond: 101 }, { goodputPerSecond: 140 }), 'not reproducible: 100, 101 and 140'],
    ['nothing was served', measured({ goodputPerSecond: 0 }, { goodputPerSecond: 0 }), 'served nothing'],
    ['nobody was turned away', changedIn(good, loads.overload, ({ plannedAtMs }) => ({ outcome: 'ok', status: 200, endedAtMs: plannedAtMs + 105 })), check === overloadIsShed ? 'not overloaded' : 'nothing to recover from'],
    ['the generator was late', changedIn(good, loads.overload, ({ plannedAtMs }, index) => (index % 10 === 0 ? { sentAtMs: plannedAtMs + 300 } : {})), 'saturated'],
  ] as const)('%s', (_name, events, text) => expect(judge(check, events)).toMatchObject(saying('inconclusive', text)))
})

test('a measurement that the next two do not repeat does not count', () => {
  expect(judge(overloadIsShed, [...without(good, isCapacity), ...capacities({ goodputPerSecond: 60 }, {}, { goodputPerSecond: 102 })]).outcome).toBe('passed')
})

describe('DEGR-05', () => {
  const shed = (change: (request: RequestEvent) => Partial<RequestEvent>) => changedIn(good, loads.overload, (one) => (isServed(one) ? {} : change(one)))
  test('goodput that collapses: everything is accepted and comes too late', () => {
    const collapsed = changedIn(good, loads.overload, ({ plannedAtMs }) => (plannedAtMs < overloadSpan.fromMs + 1_000 ? { outcome: 'ok', status: 200, endedAtMs: plannedAtMs + 500 } : { outcome: 'timeout', endedAtMs: plannedAtMs + 1_000 }))
    expect(judge(overloadIsShed, collapsed)).toMatchObject(saying('failed', 'under twice its capacity'))
    expect(judge(overloadIsShed, [...collapsed, stall(12_000, 2_000)]).outcome).toBe('inconclusive')
    const late = (every: number) => changedIn(collapsed, loads.overload, ({ plannedAtMs }, index) => (index % every === 0 ? { sentAtMs: plannedAtMs + 300 } : {}))
    expect(judge(overloadIsShed, late(10)).outcome).toBe('failed')
    expect(judge(overloadIsShed, late(2)).outcome).toBe('inconclusive')
  })
  test('a starved machine is not charged to the service, but what was refused badly in calm is', () => {
    const starved = good.map((event) => (event.kind === 'request' && event.load === 'null-control' && event.plannedAtMs >= 10_500 && event.plannedAtMs < 12_000 ? { ...event, endedAtMs: event.plannedAtMs + 400 } : event))
    const silent = (untilMs: number) => changedIn(starved, loads.overload, (one) => (!isServed(one) && one.plannedAtMs >= 10_500 && one.plannedAtMs < untilMs ? { outcome: 'error-status', status: 500, endedAtMs: one.plannedAtMs + 800 } : {}))
    expect(judge(overloadIsShed, silent(12_000)).outcome).toBe('inconclusive')
    expect(judge(overloadIsShed, silent(16_000))).toMatchObject(saying('failed', 'no explicit refusal'))
    const ill = (atMs: number): HistoryEvent[] => starved.map((event) => (event.kind === 'observation' && event.probe === 'readiness' && event.atMs > atMs && event.atMs < atMs + 600 ? { ...event, value: { outcome: 'fail', boot: 'b' } } : event))
    expect(judge(overloadIsShed, ill(11_000))).toMatchObject(saying('inconclusive', 'starved'))
  })
  const silence = { outcome: 'timeout', status: undefined, captured: undefined } as unknown as Partial<RequestEvent>
  test('what a replica did not answer while it waited for a processor is not charged to it, unless the service had the processors', () => {
    const waits = (serviceRanMs: number, target = 'replica-1'): HistoryEvent[] => waitsFrom(overloadSpan.fromMs, 6, { serviceRanMs, target })
    const silent = (forMs: number): HistoryEvent[] => shed(({ plannedAtMs }) => (plannedAtMs < overloadSpan.fromMs + forMs ? { ...silence, endedAtMs: plannedAtMs + 1_000 } : {}))
    const ill = good.map((event) => (event.kind === 'observation' && event.probe === 'readiness' && event.atMs > 10_000 && event.atMs < 10_600 ? { ...event, value: { outcome: 'fail', boot: 'b' } } : event))
    for (const events of [silent(900), ill]) {
      expect(judge(overloadIsShed, events).outcome).toBe('failed')
      expect(judge(overloadIsShed, [...events, ...waits(100)])).toMatchObject({ outcome: 'inconclusive' })
      expect(judge(overloadIsShed, [...events, ...waits(100, 'db-primary')]).outcome).toBe('failed')
      expect(judge(overloadIsShed, [...events, ...waits(300)]).outcome).toBe('failed')
    }
  })
  test('a wait excuses what it touched and nothing else', () => {
    const waits = waitsFrom(overloadSpan.fromMs, 3)
    const collapsed = changedIn(good, loads.overload, ({ plannedAtMs }) => ({ outcome: 'timeout', endedAtMs: plannedAtMs + 1_000 }))
    const ill = good.map((event) => (event.kind === 'observation' && event.probe === 'readiness' && event.atMs > 13_000 && event.atMs < 13_600 ? { ...event, value: { outcome: 'fail', boot: 'b' } } : event))
    for (const [events, text] of [
      [collapsed, 'under twice its capacity'],
      [shed(() => ({ captured: {} })), 'when to come again'],
      [shed(() => ({ outcome: 'error-status', status: 500 })), 'no explicit refusal'],
      [ill, 'readiness of'],
      [changedIn(good, loads.overload, (one) => (isServed(one) ? { endedAtMs: one.plannedAtMs + 2_100 } : {})), 'accepted requests took longer'],
      [shed(({ plannedAtMs }) => ({ endedAtMs: plannedAtMs + 400 })), 'refusals took longer'],
    ] as const) {
      expect(judge(overloadIsShed, events).outcome).toBe('failed')
      expect(judge(overloadIsShed, [...events, ...waits])).toMatchObject(saying('failed', text))
    }
    const slowAtFirst = changedIn(good, loads.overload, (one) => (one.plannedAtMs < overloadSpan.fromMs + 1_300 ? { outcome: 'timeout', endedAtMs: one.plannedAtMs + 1_000 } : {}))
    expect(judge(overloadIsShed, slowAtFirst).outcome).toBe('failed')
    expect(judge(overloadIsShed, [...slowAtFirst, ...waits]).outcome).toBe('inconclusive')
  })
  test('accepted requests that are slow', () => {
    expect(judge(overloadIsShed, changedIn(good, loads.overload, (one) => (isServed(one) && one.plannedAtMs < 13_500 ? { endedAtMs: one.plannedAtMs + 2_100 } : {})), { goodput_of_capacity_min: 0.1 })).toMatchObject(saying('failed', 'accepted requests took longer'))
  })
  test('refusals that are vague, slow, or do not say when', () => {
    expect(judge(overloadIsShed, shed(() => ({ outcome: 'error-status', status: 500 })))).toMatchObject(saying('failed', 'no explicit refusal'))
    expect(judge(overloadIsShed, shed(() => ({ captured: {} })))).toMatchObject(saying('failed', 'when to come again'))
    expect(judge(overloadIsShed, shed(({ plannedAtMs }) => ({ endedAtMs: plannedAtMs + 400 })))).toMatchObject(saying('failed', 'refusals took longer than 250 ms'))
  })
  test('refusals that are slow only while our own echo server is slow as well', () => {
    const inSpan = (atMs: number, fromMs: number, toMs: number): boolean => atMs >= fromMs && atMs < toMs
    const echo = (tookMs: number) => good.map((event) => (event.kind === 'request' && event.load === 'null-control' && (inSpan(event.plannedAtMs, 7_500, 8_500) || inSpan(event.plannedAtMs, 10_500, 12_500)) ? { ...event, endedAtMs: event.plannedAtMs + tookMs } : event))
    const slow = (events: readonly HistoryEvent[], untilMs: number) => changedIn(events, loads.overload, (one) => (!isServed(one) && inSpan(one.plannedAtMs, 10_500, untilMs) ? { endedAtMs: one.plannedAtMs + 400 } : {}))
    expect(judge(overloadIsShed, slow(echo(150), 12_500))).toMatchObject(saying('inconclusive', 'our own echo server needed more than 125 ms'))
    expect(judge(overloadIsShed, slow(echo(150), 16_000))).toMatchObject(saying('failed', 'while our own echo server was quick'))
    expect(judge(overloadIsShed, slow(echo(100), 12_500))).toMatchObject(saying('failed', 'refusals took longer than 250 ms'))
  })
  test('health that does not pass, unless the harness stalled; a replica that ends', () => {
    const bad: HistoryEvent = { kind: 'observation', probe: 'liveness', target: 'r1', sentAtMs: 12_000, atMs: 14_000, value: { outcome: 'timeout' } }
    expect(judge(overloadIsShed, [...good, bad])).toMatchObject(saying('failed', 'liveness of r1'))
    expect(judge(overloadIsShed, [...good, bad, stall(13_000, 1_500)]).outcome).toBe('inconclusive')
    expect(judge(overloadIsShed, [...good, platform(12_000, 'process-exited', 'r1')])).toMatchObject(saying('failed', 'restarted'))
  })
  test('too little or too short an overload, or health that nobody asked', () => {
    expect(judge(overloadIsShed, good, { overload_factor: 5 })).toMatchObject(saying('inconclusive', 'needs 5 times'))
    expect(judge(overloadIsShed, good, { duration_s: 30 })).toMatchObject(saying('inconclusive', 'needs 30 s'))
    expect(judge(overloadIsShed, without(good, (event) => event.kind === 'observation' && event.probe !== capacityProbe))).toMatchObject(saying('inconclusive', 'health was not asked'))
  })
})

describe('DEGR-08', () => {
  const refusedUntil = (untilMs: number) => changedIn(good, loads.afterwards, (one, index) => (one.plannedAtMs < untilMs && index % 4 === 0 ? { outcome: 'polite-refusal', status: 429 } : {}))
  test('a service that goes on turning requests away', () => {
    expect(judge(recoversFromOverload, refusedUntil(30_000))).toMatchObject(saying('failed', 'not served as usual'))
    expect(judge(recoversFromOverload, refusedUntil(19_000)).outcome).toBe('passed')
    expect(judge(recoversFromOverload, refusedUntil(19_000), { recover_within_s: 2 }).outcome).toBe('failed')
  })
  test('one that stays slow, unless the machine was', () => {
    const slow = changedIn(good, loads.afterwards, ({ plannedAtMs }) => ({ endedAtMs: plannedAtMs + 400 }))
    expect(judge(recoversFromOverload, slow).outcome).toBe('failed')
    const echoes = slow.map((event) => (event.kind === 'request' && event.load === 'null-control' && event.plannedAtMs > 16_000 ? { ...event, endedAtMs: event.plannedAtMs + 150 } : event))
    expect(judge(recoversFromOverload, echoes)).toMatchObject(saying('inconclusive', 'busy'))
  })
  test('one that comes back late while a replica waited for a processor, and one that does not come back although none does any more', () => {
    const late = refusedUntil(19_500)
    const more = { recover_within_s: 2 }
    expect(judge(recoversFromOverload, late, more).outcome).toBe('failed')
    expect(judge(recoversFromOverload, [...late, ...waitsFrom(16_500, 5)], more)).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(recoversFromOverload, [...late, ...waitsFrom(19_000, 3)], more)).toMatchObject({ outcome: 'failed' })
    const never = refusedUntil(30_000)
    expect(judge(recoversFromOverload, [...never, ...waitsFrom(17_000, 4)], { recover_within_s: 4 })).toMatchObject(saying('failed', 'not served as usual'))
    expect(judge(recoversFromOverload, [...never, ...waitsFrom(17_000, 14)], { recover_within_s: 4 })).toMatchObject({ outcome: 'inconclusive' })
  })
  test('a restart, or nobody who looked long enough', () => {
    expect(judge(recoversFromOverload, [...good, platform(17_000, 'process-exited', 'r0')])).toMatchObject(saying('failed', 'restarted'))
    expect(judge(recoversFromOverload, refusedUntil(30_000), { recover_within_s: 30 })).toMatchObject(saying('inconclusive', 'watched'))
    expect(judge(recoversFromOverload, without(good, isLoad(loads.afterwards))).outcome).toBe('inconclusive')
    expect(judge(recoversFromOverload, without(good, isLoad(loads.usual))).outcome).toBe('inconclusive')
  })
})

describe('DEGR-06', () => {
  const reduced = (change: Partial<RequestEvent>) => changedIn(good, loads.reduced, () => change)
  test('a switch that changes nothing, or is refused', () => {
    const ignored = changedIn(good, loads.reduced, ({ plannedAtMs }) => ({ outcome: 'ok', bytesRead: 4_000, endedAtMs: plannedAtMs + 105 }))
    expect(judge(reducedModeIsCheaper, ignored)).toMatchObject(saying('failed', '100 % of the bytes'))
    expect(judge(reducedModeIsCheaper, refusedWith({ tookMs: 10, status: 404 }))).toMatchObject(saying('failed', 'was refused'))
  })
  const refusedWith = (detail: Readonly<Record<string, unknown>>): HistoryEvent[] =>
    good.map((event) => (event.kind === 'intervention' && event.name === 'reduced-mode.enter' && event.phase === 'acknowledged' ? { ...event, phase: 'failed' as const, error: 'no answer', detail } : event))
  test('a switch that was cut, or got no answer while the harness stalled, is not held against the service', () => {
    expect(judge(reducedModeIsCheaper, refusedWith({}))).toMatchObject(saying('inconclusive', 'did not reach its end'))
    expect(judge(reducedModeIsCheaper, refusedWith({ tookMs: 5_000 })).outcome).toBe('failed')
    expect(judge(reducedModeIsCheaper, [...refusedWith({ tookMs: 5_000 }), stall(24_000, 2_000)]).outcome).toBe('inconclusive')
    expect(judge(reducedModeIsCheaper, [...refusedWith({ tookMs: 5_000, status: 404 }), stall(24_000, 2_000)]).outcome).toBe('failed')
  })
  test('how many answers under overload carried the marker is told', () => {
    const told = (events: readonly HistoryEvent[]) => judge(reducedModeIsCheaper, events).evidence.find(({ note }) => note.startsWith('answers under overload'))?.measured
    expect(told(good)).toBe(0)
    expect(told(changedIn(good, loads.overload, () => ({ outcome: 'degraded' })))).toBeGreaterThan(0)
    expect(told(without(good, isLoad(loads.overload)))).toBeUndefined()
  })
  test('answers that lack core content, or the marker', () => {
    expect(judge(reducedModeIsCheaper, reduced({ outcome: 'wrong-content', detail: '/query is nothing' }))).toMatchObject(saying('failed', 'core content'))
    expect(judge(reducedModeIsCheaper, reduced({ outcome: 'ok' }))).toMatchObject(saying('failed', 'marker'))
  })
  test('a mode that is not left', () => {
    const stuck = changedIn(good, loads.fullAgain, () => ({ outcome: 'degraded' }))
    expect(judge(reducedModeIsCheaper, stuck, { back_within_s: 1 })).toMatchObject(saying('failed', 'not left'))
    expect(judge(reducedModeIsCheaper, stuck, { back_within_s: 30 }).outcome).toBe('inconclusive')
    const slowly = changedIn(good, loads.fullAgain, (one) => (one.plannedAtMs < 26_900 ? { outcome: 'degraded' } : {}))
    expect(judge(reducedModeIsCheaper, slowly, { back_within_s: 1 })).toMatchObject(saying('failed', 'after the mode was left'))
  })
  test('an operation that is trivial, or a mode that was not measured', () => {
    const cheap = [loads.usual, loads.reduced, loads.fullAgain].reduce((events, load) => changedIn(events, load, ({ plannedAtMs }) => ({ bytesRead: 100, endedAtMs: plannedAtMs + 1 })), good as readonly HistoryEvent[])
    expect(judge(reducedModeIsCheaper, cheap)).toMatchObject(saying('inconclusive', 'so cheap'))
    expect(judge(reducedModeIsCheaper, without(good, isLoad(loads.fullAgain))).outcome).toBe('inconclusive')
    expect(judge(reducedModeIsCheaper, good, { requests: 500 }).outcome).toBe('inconclusive')
    expect(judge(reducedModeIsCheaper, without(good, (event) => event.kind === 'intervention'))).toMatchObject(saying('inconclusive', 'never entered'))
  })
})

describe('RDND-06', () => {
  const rated = (change: (request: RequestEvent, index: number) => Partial<RequestEvent>) => changedIn(good, loads.rated, change)
  test('requests that are not served or are slow', () => {
    const refused = rated((_one, index) => (index % 10 === 0 ? { outcome: 'polite-refusal', status: 429 } : {}))
    expect(judge(carriesRatedLoad, refused)).toMatchObject(saying('failed', 'not served'))
    expect(judge(carriesRatedLoad, [...refused, stall(32_000, 1_000)]).outcome).toBe('inconclusive')
    expect(judge(carriesRatedLoad, rated(({ plannedAtMs }, index) => (index % 5 === 0 ? { endedAtMs: plannedAtMs + 700 } : {})))).toMatchObject(saying('failed', 'took longer than 500 ms'))
  })
  test('what was not served while a replica waited for a processor is not charged, and the rest is', () => {
    const refusedUntilMs = (untilMs: number) => rated(({ plannedAtMs }) => (plannedAtMs < untilMs ? { outcome: 'polite-refusal', status: 429 } : {}))
    const fromMs = Math.min(...good.flatMap((event) => (event.kind === 'request' && event.load === loads.rated ? [event.plannedAtMs] : [])))
    expect(judge(carriesRatedLoad, refusedUntilMs(fromMs + 800))).toMatchObject(saying('failed', 'not served'))
    expect(judge(carriesRatedLoad, [...refusedUntilMs(fromMs + 800), ...waitsFrom(fromMs, 5)]).outcome).toBe('inconclusive')
    expect(judge(carriesRatedLoad, [...refusedUntilMs(fromMs + 4_000), ...waitsFrom(fromMs, 5)])).toMatchObject(saying('failed', 'not served'))
  })
  test('a refusal after a burst of our own is not charged, one that is far from it is', () => {
    const burst = (refusedIndexes: readonly number[]) =>
      rated(({ plannedAtMs }, index) => ({ ...(index >= 50 && index < 58 ? { sentAtMs: plannedAtMs + 160 - (index - 50) * 20 } : {}), ...(refusedIndexes.includes(index) ? { outcome: 'polite-refusal' as const, status: 429 } : {}) }))
    expect(judge(carriesRatedLoad, burst([58, 60]))).toMatchObject(saying('inconclusive', 'sent many at once'))
    expect(judge(carriesRatedLoad, burst([58, 200]))).toMatchObject(saying('failed', 'not served'))
    expect(judge(carriesRatedLoad, burst([])).outcome).toBe('passed')
  })
  test.each([
    ['no replica was taken away', without(good, (event) => event.kind === 'intervention'), 'no replica'],
    ['nobody saw it go', unwitnessed(good), 'not witnessed'],
    ['it answered', rated((_one, index) => (index === 7 ? { instance: 'r2' } : {})), 'should have been missing'],
    ['it was back too soon', good.map((event) => (event.kind === 'intervention' && event.phase === 'undone' ? { ...event, atMs: 31_000 } : event)), 'back before'],
    ['less was sent', without(good, (event) => event.kind === 'request' && event.load === loads.rated && event.id % 2 === 0), 'were sent'],
    ['it was late', rated(({ plannedAtMs }) => ({ sentAtMs: plannedAtMs + 300 })), 'saturated'],
    ['no rated load is known', without(good, (event) => event.kind === 'fact' && event.name === overloadFact), 'no rated load'],
  ] as const)('%s', (_name, events, text) => expect(judge(carriesRatedLoad, events)).toMatchObject(saying('inconclusive', text)))
  test('too short', () => expect(judge(carriesRatedLoad, good, { hold_s: 30 })).toMatchObject(saying('inconclusive', 'needs 30 s')))
})
