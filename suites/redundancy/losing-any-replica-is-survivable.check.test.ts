import { describe, expect, test } from 'vitest'
import type { Check } from '../../core/check.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { everyFunctionWorks, lossCostsOnlyTheWindow, noFailureAfterEjection } from './losing-any-replica-is-survivable.check.js'
import { lossLoad } from './loss.js'
import { rollCallLoad } from './roll-call.js'

const thresholds = { hold_s: 6, failures_in_window_factor_max: 1.5, failures_after_window_max: 0, operations_covered_ratio: 1, recover_within_s: 60 }
const checks = [lossCostsOnlyTheWindow, noFailureAfterEjection, everyFunctionWorks]
const outcomes = (events: readonly HistoryEvent[]): string[] => checks.map((check) => check.evaluate(historyOf(events), thresholds).outcome)
const judge = (check: Check, events: readonly HistoryEvent[]) => check.evaluate(historyOf(events), thresholds)

/** Each loss: killed at start, witnessed 100 ms later, ejected by 2 s after that, released at 6 s, back at 8 s. */
const windowMs = 2_000
const losses: Readonly<Record<string, number>> = { a: 10_000, b: 20_000 }
let ids = 0
const request = (plannedAtMs: number, more: Partial<RequestEvent> = {}): RequestEvent =>
  ({ kind: 'request', id: ++ids, load: lossLoad, operation: 'read', method: 'GET', via: 'balancer', plannedAtMs, sentAtMs: plannedAtMs, endedAtMs: plannedAtMs + 5, outcome: 'ok', ...more })
const fact = (name: string, value: unknown): HistoryEvent => ({ kind: 'fact', name, value, atMs: 0 })
const observation = (probe: string, target: string, atMs: number, value: unknown): HistoryEvent => ({ kind: 'observation', probe, target, atMs, value })
const call = (when: string, operation: string, ok = 3, attempts = 3): HistoryEvent => observation('roll-call', operation, 1, { when, operation, ok, attempts, detail: ok === attempts ? '' : 'error-status 503' })
const other = (target: string): string => (target === 'a' ? 'b' : 'a')

function lossOf(target: string): HistoryEvent[] {
  const atMs = losses[target]!
  const phase = (phase: 'issued' | 'acknowledged' | 'witnessed' | 'undone', after: number): HistoryEvent =>
    ({ kind: 'intervention', id: atMs, name: 'hold', target, phase, atMs: atMs + after, ...(phase === 'witnessed' ? { witness: 'process 7 is gone' } : {}) })
  return [
    observation('rotation', target, atMs - 500, { inRotation: true }),
    phase('issued', 0),
    phase('acknowledged', 20),
    phase('witnessed', 100),
    observation('release', target, atMs + 6_000, {}),
    phase('undone', 6_010),
    observation('rotation', target, atMs + 8_000, { inRotation: true }),
  ]
}

/** 50 requests a second all the time, never from the one that is gone. */
function traffic(): RequestEvent[] {
  const requests: RequestEvent[] = []
  for (let atMs = 8_000; atMs < 29_000; atMs += 20) {
    const gone = Object.keys(losses).find((one) => atMs >= losses[one]! && atMs < losses[one]! + 8_000)
    requests.push(request(atMs, { instance: gone === undefined ? ['a', 'b'][(atMs / 20) % 2]! : other(gone), operation: (atMs / 20) % 5 === 0 ? 'write' : 'read' }))
  }
  return requests
}
const survivable = (): HistoryEvent[] => [
  fact('instances', ['a', 'b']),
  fact('ejectWindowMs', windowMs),
  fact('roll-call', ['read', 'write']),
  ...['before', 'a', 'b'].flatMap((when) => [call(when, 'read'), call(when, 'write')]),
  ...lossOf('a'),
  ...lossOf('b'),
  ...traffic(),
]
const replaced = (events: HistoryEvent[], change: (one: RequestEvent) => Partial<RequestEvent> | undefined): HistoryEvent[] =>
  events.map((event) => (event.kind === 'request' ? { ...event, ...change(event) } : event))
const without = (events: HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))

const stallUntil = (atMs: number): HistoryEvent => observation('event-loop-delay', 'harness', atMs, { maxMs: 3_000, p99Ms: 3_000, windowMs: 250 })

describe('a loss that costs nothing but its window', () => {
  test('passes all checks, with the number of requests that were judged', () => {
    expect(outcomes(survivable())).toEqual(['passed', 'passed', 'passed'])
    expect(judge(noFailureAfterEjection, survivable()).strength?.n).toBeGreaterThan(300)
  })
  test('may fail requests until it is ejected, and what it had in flight', () => {
    const events = replaced(survivable(), ({ plannedAtMs }) => (plannedAtMs >= 10_000 && plannedAtMs < 11_000 ? { outcome: 'error-status' } : undefined))
    const inFlight = request(9_800, { endedAtMs: 10_020, outcome: 'error-status' })
    expect(outcomes([...events, inFlight])).toEqual(['passed', 'passed', 'passed'])
  })
  test('may be refused politely before it is killed again, if that is long ago', () => {
    expect(outcomes([...survivable(), request(18_000, { outcome: 'polite-refusal' })])).toEqual(['passed', 'passed', 'passed'])
  })
})

describe('the window', () => {
  test('more failures than the share of the replica fail, with their ids', () => {
    // 301 requests in 6 s x 2 s x 1/2 x 1.5 is a little more than 75.
    const events = replaced(survivable(), ({ plannedAtMs }) => (plannedAtMs >= 10_000 && plannedAtMs < 11_900 ? { outcome: 'timeout' } : undefined))
    const finding = judge(lossCostsOnlyTheWindow, events)
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('loss of a cost 95 requests') })
    expect(finding.evidence[0]).toMatchObject({ measured: 95, allowed: 76 })
    expect(finding.evidence[0]?.requests).toHaveLength(50)
  })
})

test('a window that was guessed for a balancer of somebody else fails nobody, and a pass stays one', () => {
  const guessed = fact('balancer', { kind: 'the load balancer of the project shop', declared: false })
  const late = request(13_000, { outcome: 'timeout' })
  expect(outcomes([guessed, ...survivable()])).toEqual(['passed', 'passed', 'passed'])
  expect(judge(noFailureAfterEjection, [guessed, ...survivable(), late])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('declare balancer') })
})

test('no balancer is so slow that everything fails, or all of one operation', () => {
  const guessed = fact('balancer', { kind: 'the load balancer of the project shop', declared: false })
  const outage = replaced(survivable(), ({ plannedAtMs }) => (plannedAtMs >= 10_000 && plannedAtMs < 16_000 ? { outcome: 'error-status' } : undefined))
  expect(judge(lossCostsOnlyTheWindow, [guessed, ...outage])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('are its share until ejection') })
  const noWrites = replaced(
    without(survivable(), (event) => event.kind === 'observation' && event.probe === 'roll-call' && (event.value as { when: string }).when === 'a' && event.target === 'write'),
    ({ plannedAtMs, operation }) => (operation === 'write' && plannedAtMs >= 10_000 && plannedAtMs < 16_000 ? { outcome: 'error-status' } : undefined),
  )
  expect(judge(everyFunctionWorks, [guessed, ...noWrites, call('a', 'write', 0)])).toMatchObject({ outcome: 'failed', summary: 'without a 1 of 2 operations did not work: write' })
  // One call of three that worked, or a share of its traffic, may be for the balancer.
  expect(judge(everyFunctionWorks, [guessed, ...noWrites, call('a', 'write', 1)]).outcome).toBe('inconclusive')
  // Half of the requests, with two replicas, is what a balancer costs that notices nothing.
  const share = replaced(survivable(), ({ plannedAtMs }) => (plannedAtMs >= 10_000 && plannedAtMs < 16_000 && plannedAtMs % 40 === 0 ? { outcome: 'error-status' } : undefined))
  expect(judge(lossCostsOnlyTheWindow, [guessed, ...share]).outcome).not.toBe('failed')
})

describe('after ejection', () => {
  test.each(['timeout', 'error-status', 'polite-refusal', 'closed-in-flight'] as const)('one %s fails', (outcome) => {
    const late = request(13_000, { outcome })
    const finding = judge(noFailureAfterEjection, [...survivable(), late])
    expect(finding.outcome).toBe('failed')
    expect(finding.evidence.flatMap((one) => one.requests ?? [])).toEqual([late.id])
  })
  test('what fails after the release, or was planned in the window, is not judged here', () => {
    expect(judge(noFailureAfterEjection, [...survivable(), request(16_500, { outcome: 'timeout' }), request(12_000, { endedAtMs: 15_000, outcome: 'timeout' })]).outcome).toBe('passed')
  })
  test('a failure beside a failed null control or a long stall is not believed', () => {
    const late = request(13_000, { outcome: 'timeout' })
    const echo = request(13_000, { load: 'null-control', outcome: 'timeout' })
    expect(judge(noFailureAfterEjection, [...survivable(), late, echo]).outcome).toBe('inconclusive')
    expect(judge(noFailureAfterEjection, [...survivable(), late, stallUntil(13_500)]).outcome).toBe('inconclusive')
  })
  test('a failure that no disturbance touched is believed, unless the disturbance may have delayed the ejection', () => {
    const late = request(15_000, { outcome: 'error-status' })
    const finding = judge(noFailureAfterEjection, [...survivable(), late, stallUntil(12_900)])
    expect(finding.outcome).toBe('failed')
    expect(finding.evidence.flatMap((one) => one.requests ?? [])).toEqual([late.id])
    expect(judge(noFailureAfterEjection, [...survivable(), request(13_500, { outcome: 'error-status' }), stallUntil(12_000)]).outcome).toBe('inconclusive')
  })
})

test('a replica that could not be taken away says why', () => {
  const refused = survivable().flatMap((event): HistoryEvent[] => (event.kind !== 'intervention' || event.target !== 'a' || event.phase === 'issued' ? [event] : event.phase === 'acknowledged' ? [{ ...event, phase: 'failed', error: 'no such unit' }] : []))
  expect(judge(noFailureAfterEjection, refused)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the death of a was not witnessed: no such unit') })
})

describe('functions', () => {
  test('one that works through one replica only fails when that one is gone, and names it', () => {
    const events = without(survivable(), (event) => event.kind === 'observation' && event.probe === 'roll-call' && (event.value as { when: string; operation: string }).when === 'a' && event.target === 'write')
    const refused = request(13_100, { load: rollCallLoad('a'), operation: 'write', outcome: 'error-status', status: 503 })
    const finding = judge(everyFunctionWorks, [...events, call('a', 'write', 0), refused])
    expect(finding).toMatchObject({ outcome: 'failed', summary: 'without a 1 of 2 operations did not work: write' })
    expect(finding.evidence.flatMap((one) => one.requests ?? [])).toEqual([refused.id])
  })
  test('calls that a disturbance touched are not held against it', () => {
    const events = without(survivable(), (event) => event.kind === 'observation' && event.probe === 'roll-call' && (event.value as { when: string }).when === 'a' && event.target === 'write')
    const called = request(13_100, { load: rollCallLoad('a'), operation: 'write', outcome: 'timeout', endedAtMs: 14_000 })
    const broken = [...events, call('a', 'write', 0), called]
    expect(judge(everyFunctionWorks, broken).outcome).toBe('failed')
    expect(judge(everyFunctionWorks, [...broken, stallUntil(14_000)]).outcome).toBe('inconclusive')
  })
  test('one that fails only in the traffic after ejection fails too', () => {
    const events = replaced(survivable(), ({ plannedAtMs, operation }) => (operation === 'write' && plannedAtMs > 22_100 && plannedAtMs <= 26_000 ? { outcome: 'error-status' } : undefined))
    expect(judge(everyFunctionWorks, events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('without b') })
  })
  test('one that works only sometimes fails when it always worked before, and is not judged when it did not', () => {
    const changed = (before: number, gone: number): HistoryEvent[] => [
      ...without(survivable(), (event) => event.kind === 'observation' && event.probe === 'roll-call' && event.target === 'write'),
      call('before', 'write', before),
      call('a', 'write', gone),
      call('b', 'write', gone),
    ]
    expect(judge(everyFunctionWorks, changed(3, 2)).outcome).toBe('failed')
    for (const [before, gone] of [[2, 2], [1, 1], [1, 0], [2, 3]] as const) expect(judge(everyFunctionWorks, changed(before, gone)).outcome).toBe('inconclusive')
    expect(judge(everyFunctionWorks, changed(3, 1)).outcome).toBe('failed')
    expect(judge(everyFunctionWorks, changed(0, 0)).outcome).toBe('inconclusive')
  })
  test('one that was not called, or whose calls the harness gave up, is no pass and no failure', () => {
    expect(judge(everyFunctionWorks, [...survivable(), fact('roll-call', ['read', 'write', 'report'])]).outcome).toBe('inconclusive')
    const noCalls = without(survivable(), (event) => event.kind === 'observation' && event.probe === 'roll-call' && event.target === 'write')
    expect(judge(everyFunctionWorks, [...noCalls, call('before', 'write'), call('a', 'write', 0, 0), call('b', 'write')]).outcome).toBe('inconclusive')
    expect(judge(everyFunctionWorks, [...noCalls, call('before', 'write'), call('a', 'write', 1, 1), call('b', 'write')]).outcome).toBe('inconclusive')
    expect(judge(everyFunctionWorks, without(survivable(), (event) => event.kind === 'observation' && event.probe === 'roll-call')).outcome).toBe('inconclusive')
  })
})

describe('nothing can be said', () => {
  const ofLoss = (name: string, phase: string) => (event: HistoryEvent) => event.kind === 'intervention' && event.target === name && event.phase === phase
  const cases: Readonly<Record<string, HistoryEvent[]>> = {
    'of an empty history': [],
    'when a replica was never killed': without(survivable(), (event) => event.kind === 'intervention' && event.target === 'b'),
    'when a death was not witnessed': without(survivable(), ofLoss('a', 'witnessed')),
    'when the absence was cut short': without(survivable(), (event) => event.kind === 'observation' && event.probe === 'release' && event.target === 'b'),
    'when the lost replica answered': [...survivable(), request(13_000, { instance: 'a' })],
    'when it was started again too early': [...survivable(), { kind: 'platform', name: 'process-started', target: 'a', atMs: 13_000 }],
    'when requests failed just before': [...survivable(), request(9_500, { outcome: 'timeout', endedAtMs: 9_600 })],
    'when it was never in rotation': replaced(
      without(survivable(), (event) => event.kind === 'observation' && event.probe === 'rotation' && event.target === 'a' && event.atMs < 10_000),
      ({ instance }) => (instance === 'a' ? { instance: 'b' } : undefined),
    ),
    'without traffic': without(survivable(), (event) => event.kind === 'request'),
    'with too little traffic after ejection': without(survivable(), (event) => event.kind === 'request' && event.plannedAtMs > 12_800 && event.plannedAtMs <= 16_000),
    'when it did not return': replaced(
      without(survivable(), (event) => event.kind === 'observation' && event.probe === 'rotation' && event.target === 'b' && event.atMs > 26_000),
      ({ instance, plannedAtMs }) => (instance === 'b' && plannedAtMs > 26_000 ? { instance: 'a' } : undefined),
    ),
    'of one replica alone': [...survivable(), fact('instances', ['a'])],
    'when the ejection window is not known': without(survivable(), (event) => event.kind === 'fact' && event.name === 'ejectWindowMs'),
  }
  test.each(Object.entries(cases))('%s', (_name, events) => {
    expect(outcomes(events)).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
  })
  const share = (events: HistoryEvent[], window: readonly [number, number], outcome: RequestEvent['outcome'], every = 1): HistoryEvent[] =>
    replaced(events, ({ plannedAtMs }) => (plannedAtMs > window[0] && plannedAtMs <= window[1] && (plannedAtMs / 20) % every === 0 ? { outcome } : undefined))
  test('when the harness gave up more than 1 % of the requests, in either window', () => {
    // 60 requests keep their verdict after each ejection.
    const most = share(share(survivable(), [13_300, 16_000], 'cancelled'), [23_300, 26_000], 'cancelled')
    expect(outcomes(most)).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
    expect(outcomes(share(survivable(), [10_000, 12_100], 'cancelled', 10))).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
    expect(outcomes(share(survivable(), [13_000, 13_020], 'cancelled'))).toEqual(['passed', 'passed', 'passed'])
    expect(judge(noFailureAfterEjection, [...most, request(13_000, { outcome: 'timeout' })]).outcome).toBe('failed')
  })
  test('when more than 1 % were reset on idle connections after the ejection; before it they may be', () => {
    expect(outcomes(share(survivable(), [12_100, 16_000], 'reset-idle', 10))).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
    expect(outcomes(share(survivable(), [10_000, 12_000], 'reset-idle', 3))).toEqual(['passed', 'passed', 'passed'])
    const n = judge(noFailureAfterEjection, survivable()).strength?.n ?? 0
    expect(judge(noFailureAfterEjection, share(survivable(), [13_000, 13_020], 'reset-idle')).strength?.n).toBe(n - 1)
  })
  test('when the replica was kept down for less than it should', () => {
    const longer = { ...thresholds, hold_s: 7 }
    expect(checks.map((check) => check.evaluate(historyOf(survivable()), longer).outcome)).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
  })
  test('but a failure on one replica counts, whatever is unknown of the other', () => {
    const events = without([...survivable(), request(13_000, { outcome: 'timeout' })], ofLoss('b', 'witnessed'))
    expect(judge(noFailureAfterEjection, events)).toMatchObject({ outcome: 'failed', summary: expect.not.stringContaining('witnessed') })
  })
})
