import { describe, expect, test } from 'vitest'
import { intervention, platform, request, requests } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type ObservationEvent } from '../../core/history.js'
import { losingTheStoreIsHarmless } from './losing-the-store-is-harmless.check.js'
import { answerObservation, armObservation, outageLoad, outageObservation, useLoad, type AnswerPass, type ArmEdge, type OutageEdge } from './names.js'
import { statesSurviveRestarts } from './states-survive-restarts.check.js'
import { switchedOffIsAsBefore } from './switched-off-is-as-before.check.js'
import { disturbance, everything, features, judge, observation, preamble, reading, walk, without, type Shown } from './toggle-history.test-support.js'
import { canonical, without as cutOut } from './unchanged-answers.js'

const isObservation = (probe: string, edge?: string) => (event: HistoryEvent): event is ObservationEvent =>
  event.kind === 'observation' && event.probe === probe && (edge === undefined || (event.value as { edge?: string }).edge === edge)

describe('the old behaviour', () => {
  const answer = (pass: AnswerPass, index: number, body = `body ${index}`, status: number | undefined = 200): HistoryEvent =>
    observation(answerObservation, 'read', { first: 500, second: 600, after: 8_000 }[pass] + index, { pass, index, outcome: 'ok', ...(status === undefined ? {} : { status }), body, digest: body })
  const corpus = (pass: AnswerPass): HistoryEvent[] => Array.from({ length: 12 }, (_one, index) => answer(pass, index))
  const use = request(6_000, { load: useLoad, operation: 'a.use.0', method: 'PUT' })
  const whole = () => [...preamble(), ...corpus('first'), ...corpus('second'), ...walk(), use, ...corpus('after')]
  const replaced = (pass: AnswerPass, index: number, by: HistoryEvent) =>
    [...without(whole(), (event) => isObservation(answerObservation)(event) && (event.value as { pass: string; index: number }).pass === pass && (event.value as { index: number }).index === index), by]
  const outcome = (events: readonly HistoryEvent[]): string => judge(switchedOffIsAsBefore, events).outcome

  test('passes when every answer is the same', () => {
    expect(judge(switchedOffIsAsBefore, whole())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('all of 12 answers') })
  })
  test('fails with another body or another status', () => {
    expect(judge(switchedOffIsAsBefore, replaced('after', 3, answer('after', 3, 'changed'))).evidence).toHaveLength(1)
    expect(outcome(replaced('after', 3, answer('after', 3, 'changed')))).toBe('failed')
    expect(outcome(replaced('after', 3, answer('after', 3, 'body 3', 500)))).toBe('failed')
    expect(outcome([...replaced('after', 3, answer('after', 3, 'changed')), disturbance(8_010)])).toBe('inconclusive')
  })
  test('says nothing of features when none is known', () => {
    expect(judge(switchedOffIsAsBefore, [...whole(), ...preamble([])])).toMatchObject({ outcome: 'inconclusive', summary: 'no feature is known' })
  })
  test('cannot be compared when it differs by itself', () => {
    expect(judge(switchedOffIsAsBefore, replaced('second', 3, answer('second', 3, 'changed')))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('already differ') })
  })
  test.each([
    ['nothing happened', []],
    ['nothing was recorded', without(whole(), isObservation(answerObservation))],
    ['nothing was recorded afterwards', without(whole(), (event) => isObservation(answerObservation)(event) && event.atMs > 7_500)],
    ['the features were never on', without(whole(), (event) => event.kind === 'observation' && event.probe === 'feature b' && event.atMs > 950 && event.atMs < 6_600)],
    ['a feature was still on', [...whole(), reading('b', 'r1', 7_500, 'on')]],
    ['nobody used the feature', without(whole(), (event) => event === use)],
    ['using the feature did not work', [...without(whole(), (event) => event === use), request(6_000, { load: useLoad, operation: 'a.use.0', outcome: 'error-status' })]],
    ['too few answers came', without(whole(), (event) => isObservation(answerObservation)(event) && (event.value as { index: number }).index > 5)],
    ['no answer was a valid one to begin with', whole().map((event) => (isObservation(answerObservation)(event) ? { ...event, value: { ...(event.value as object), outcome: 'error-status', status: 404, body: 'no', digest: 'no' } } : event))],
    ['an answer did not come', replaced('after', 3, observation(answerObservation, 'read', 8_003, { pass: 'after', index: 3, outcome: 'timeout', body: '', digest: '' }))],
  ] as const)('is not judged when %s', (_what, events) => {
    expect(outcome(events)).toBe('inconclusive')
  })
})

test('answers are compared by what they say', () => {
  expect(canonical({ b: 1, a: [{ d: 1, c: 2 }] })).toBe('{"a":[{"c":2,"d":1}],"b":1}')
  expect(canonical(undefined)).toBe('nothing')
  expect(cutOut({ a: { at: 1, b: 2 }, list: [{ at: 1 }, { at: 2 }] }, ['/a/at', '/list/1/at', '/nothing/here'])).toEqual({ a: { b: 2 }, list: [{ at: 1 }, {}] })
})

const kept = { a: 'on', b: 'off' } as const
const boot = (number: number) => (instance: string): string => `${instance}-boot-${number}`

describe('states through restarts', () => {
  const edge = (arm: string, atMs: number, value: ArmEdge): HistoryEvent => observation(armObservation, arm, atMs, value)
  const arm = (name: string, fromMs: number, { number, after = kept as Readonly<Record<string, Shown>>, ready = true, endAfterMs = 14_200 }: { readonly number: number; readonly after?: Readonly<Record<string, Shown>>; readonly ready?: boolean; readonly endAfterMs?: number }): HistoryEvent[] => [
    ...everything(fromMs - 10, kept, boot(number)),
    edge(name, fromMs, { edge: 'begin' }),
    edge(name, fromMs + 4_000, { edge: 'ready', ready }),
    ...everything(fromMs + endAfterMs - 100, after, boot(number + 1)),
    edge(name, fromMs + endAfterMs, { edge: 'end' }),
  ]
  const storeKilled = (): HistoryEvent[] => intervention({ name: 'kill', target: 'store', label: 'kill of everything', issuedAtMs: 30_001, acknowledgedAtMs: 30_010, witnessedAtMs: 30_050 })
  const both = (orderly: object = {}, kill: object = {}) => [...preamble(), ...arm('orderly', 10_000, { number: 1, ...orderly }), ...arm('kill', 30_000, { number: 2, ...kill }), ...storeKilled()]
  const outcome = (events: readonly HistoryEvent[]): string => judge(statesSurviveRestarts, events).outcome

  test('pass when all are kept', () => {
    expect(judge(statesSurviveRestarts, both())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('2 features') })
    expect(judge(statesSurviveRestarts, [...preamble([features[0]!]), ...both().slice(6)]).summary).toContain('no feature has the other default')
  })
  test('fail when one is lost in either arm', () => {
    expect(judge(statesSurviveRestarts, both({}, { after: { a: 'off', b: 'off' } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('a was on on r1') })
    expect(outcome(both({ after: { a: 'on', b: 'on' } }))).toBe('failed')
    expect(outcome([...both({ after: { a: 'on', b: 'on' } }), disturbance(12_000)])).toBe('inconclusive')
  })
  test('say nothing when fewer restarts were made than are asked for', () => {
    expect(statesSurviveRestarts.evaluate(historyOf(both()), { settle_s: 10, lost_states_max: 0, arms: 3 })).toMatchObject({ outcome: 'inconclusive', summary: '2 restarts of everything was made, needs 3' })
  })
  test('fail also when the other arm cannot be judged', () => {
    expect(outcome(both({ after: { a: 'off', b: 'off' } }, { ready: false }))).toBe('failed')
  })
  test.each([
    ['nothing happened', []],
    ['one arm is missing', [...preamble(), ...arm('orderly', 10_000, { number: 1 })]],
    ['an arm did not end', without(both(), (event) => isObservation(armObservation, 'end')(event) && event.atMs > 30_000)],
    ['a replica was not ready', both({ ready: false })],
    ['a replica did not answer', both({}, { after: { a: 'silent', b: 'off' } })],
    ['the state was not in force before', [...both(), reading('a', 'r2', 9_995, 'off')]],
    ['a replica answers with the boot of before', both().map((event) => (event.kind === 'observation' && event.atMs === 44_100 ? { ...event, value: { ...(event.value as object), boot: `${event.target}-boot-2` } } : event))],
    ['the end of the store was not witnessed', without(both(), (event) => event.kind === 'intervention' && event.phase === 'witnessed')],
    ['a replica was last asked long before its time was over', both({}, { after: { a: 'off', b: 'off' }, endAfterMs: 6_000 })],
    ['answers tell no boot', both().map((event) => (event.kind === 'observation' && event.atMs === 44_100 ? { ...event, value: { ...(event.value as object), boot: undefined } } : event))],
  ] as const)('say nothing when %s', (_what, events) => {
    expect(outcome(events)).toBe('inconclusive')
  })
})

describe('the loss of the store', () => {
  const edge = (atMs: number, value: OutageEdge): HistoryEvent => observation(outageObservation, 'store', atMs, value)
  interface Script {
    readonly during?: Readonly<Record<string, Shown>>
    readonly started?: Readonly<Record<string, Shown>>
    readonly ready?: boolean
    readonly after?: Readonly<Record<string, Shown>>
    readonly afterAtMs?: number
    readonly newBoot?: number
  }
  const outage = ({ during = kept, started = { a: 'off', b: 'on' }, ready = true, after = kept, afterAtMs = 19_500, newBoot = 2 }: Script = {}): HistoryEvent[] => [
    ...preamble(),
    ...everything(9_000, kept, boot(1)),
    edge(10_000, { edge: 'begin' }),
    ...intervention({ name: 'hold', target: 'store', label: 'outage of the store', issuedAtMs: 10_001, acknowledgedAtMs: 10_010, witnessedAtMs: 10_100 }),
    ...everything(11_000, during, boot(1)),
    ...everything(13_000, during, boot(1)),
    edge(13_200, { edge: 'restart', instance: 'r2' }),
    ...Object.entries(started).map(([name, shown]) => reading(name, 'r2', 18_000, shown, boot(newBoot)('r2'))),
    edge(18_100, { edge: 'restarted', instance: 'r2', ready, tookMs: ready ? 1_500 : 60_000 }),
    edge(18_101, { edge: 'release' }),
    ...everything(afterAtMs, after),
    edge(afterAtMs + 100, { edge: 'end' }),
    ...requests({ fromMs: 9_500, toMs: 13_200, everyMs: 20 }, { load: outageLoad, via: 'balancer' }),
  ]
  const outcome = (events: readonly HistoryEvent[]): string => judge(losingTheStoreIsHarmless, events).outcome

  test('passes with defaults or with the last known states after a start', () => {
    expect(judge(losingTheStoreIsHarmless, outage())).toMatchObject({ outcome: 'passed', strength: { n: expect.any(Number) } })
    expect(outcome(outage({ started: kept }))).toBe('passed')
  })
  test('says nothing when no feature is known', () => {
    expect(judge(losingTheStoreIsHarmless, [...outage(), ...preamble([])])).toMatchObject({ outcome: 'inconclusive', summary: 'no feature is known' })
  })
  test.each(['error-status', 'polite-refusal', 'timeout'] as const)('fails with one request that ends in %s', (lost) => {
    const failure = request(12_000, { load: outageLoad, via: 'balancer', outcome: lost })
    expect(outcome([...outage(), failure])).toBe('failed')
    expect(outcome([...outage(), failure, request(12_000, { load: 'null-control', outcome: 'timeout' })])).toBe('inconclusive')
  })
  test('fails when a state falls back, a probe breaks, a start does not succeed, or states do not return', () => {
    expect(judge(losingTheStoreIsHarmless, outage({ during: { a: 'off', b: 'off' } })).summary).toContain('a had not its last known state on r1')
    expect(outcome(outage({ during: { a: 'broken', b: 'off' } }))).toBe('failed')
    expect(judge(losingTheStoreIsHarmless, outage({ ready: false })).summary).toContain('was not ready')
    expect(outcome(outage({ started: { a: 'neither', b: 'on' } }))).toBe('failed')
    expect(outcome([...outage({ started: { a: 'broken', b: 'on' } }), request(9_700, { load: outageLoad, via: 'balancer', outcome: 'error-status', status: 503 })])).toBe('failed')
    expect(outcome(outage({ started: { a: 'broken', b: 'on' } }))).toBe('failed')
    expect(judge(losingTheStoreIsHarmless, outage({ after: { a: 'off', b: 'off' }, afterAtMs: 49_000 })).summary).toContain('after the store was back')
  })
  test.each([
    ['nothing happened', []],
    ['the end of the store was not witnessed', without(outage(), (event) => event.kind === 'intervention' && event.phase === 'witnessed')],
    ['the store was started too early', [...outage(), platform(12_000, 'process-started', 'store')]],
    ['it did not reach its end', without(outage(), isObservation(outageObservation, 'end'))],
    ['a state was the default before', [...outage(), reading('a', 'r1', 9_500, 'off')]],
    ['requests failed before it was taken away', [...outage(), request(9_700, { load: outageLoad, via: 'balancer', outcome: 'error-status', status: 503 }), request(12_000, { load: outageLoad, via: 'balancer', outcome: 'error-status', status: 503 })]],
    ['there was no traffic', without(outage(), (event) => event.kind === 'request')],
    ['the outage was short', outage().map((event) => (isObservation(outageObservation, 'restart')(event) ? { ...event, atMs: 11_500 } : event) as HistoryEvent)],
    ['no probe answered during the outage', outage({ during: { a: 'silent', b: 'silent' } })],
    ['no probe answered afterwards', outage({ after: { a: 'silent', b: 'silent' } })],
    ['nobody waited for the states', outage({ after: { a: 'off', b: 'off' } })],
    ['the restart was not witnessed', outage({ newBoot: 1 })],
  ] as const)('says nothing when %s', (_what, events) => {
    expect(outcome(events)).toBe('inconclusive')
  })
})
