import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { cutOffReplicaLeaves, hungReplicaLeaves } from './an-unfit-replica-leaves-the-rotation.check.js'
import { unfitLoad, type ArmName } from './unfit-arm.js'

const thresholds = { fault_s: 8, samples_min: 5, requests_after_min: 50, readiness_false_within_s: 10, failures_after_window_max: 0, return_within_s: 5 }
const windowMs = 2_000
const faultAtMs = 10_000
const releaseAtMs = 22_000

let ids = 0
const request = (plannedAtMs: number, more: Partial<RequestEvent> = {}): RequestEvent =>
  ({ kind: 'request', id: ++ids, load: unfitLoad, operation: 'read', method: 'GET', via: 'balancer', plannedAtMs, sentAtMs: plannedAtMs, endedAtMs: plannedAtMs + 5, outcome: 'ok', instance: 'b', ...more })
const fact = (name: string, value: unknown): HistoryEvent => ({ kind: 'fact', name, value, atMs: 0 })
const observation = (probe: string, target: string, atMs: number, value: unknown): HistoryEvent => ({ kind: 'observation', probe, target, atMs, value })
const sample = (sentAtMs: number, outcome: string, tookMs = 5): HistoryEvent => ({ kind: 'observation', probe: 'readiness', target: 'a', sentAtMs, atMs: sentAtMs + tookMs, value: { outcome } })

interface Shape {
  readonly name: ArmName
  /** Readiness passes until then. */
  readonly readyUntilMs: number
  /** The replica answers requests until then, and again from `backAtMs`. */
  readonly servesUntilMs: number
  readonly backAtMs?: number
  readonly outcomeInWindow?: RequestEvent['outcome']
}
/** Replica a becomes unfit at 10 s and is released at 22 s; b serves throughout, 50 requests a second. */
function arm(shape: Shape): HistoryEvent[] {
  const { name, readyUntilMs, servesUntilMs, backAtMs = 23_000 } = shape
  const phase = (phase: 'issued' | 'acknowledged' | 'witnessed' | 'undone', atMs: number): HistoryEvent => ({ kind: 'intervention', id: 1, name, target: 'a', phase, atMs })
  const events: HistoryEvent[] = [
    fact('ejectWindowMs', windowMs),
    fact('hardDependencies', ['database']),
    phase('issued', faultAtMs),
    phase('acknowledged', faultAtMs + 10),
    phase('witnessed', faultAtMs + 700),
    observation('release', 'a', releaseAtMs, {}),
    phase('undone', releaseAtMs + 10),
  ]
  for (let atMs = 8_000; atMs < 29_000; atMs += 200) events.push(sample(atMs, atMs <= readyUntilMs || atMs >= backAtMs ? 'pass' : 'fail'))
  for (let atMs = 8_000; atMs < 29_000; atMs += 20) {
    const fromA = (atMs / 20) % 2 === 0 && (atMs <= servesUntilMs || atMs >= backAtMs)
    const unfit = fromA && atMs >= faultAtMs && atMs < releaseAtMs
    events.push(request(atMs, { ...(fromA ? { instance: 'a' } : {}), ...(unfit ? { outcome: shape.outcomeInWindow ?? 'error-status' } : {}) }))
  }
  return events
}
const leaving: Shape = { name: 'isolate', readyUntilMs: 10_800, servesUntilMs: 12_000 }
const judge = (events: readonly HistoryEvent[]) => cutOffReplicaLeaves.evaluate(historyOf(events), thresholds)
const without = (events: HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))
const isProbe = (event: HistoryEvent, probe: string): boolean => event.kind === 'observation' && event.probe === probe

describe('a replica that leaves and returns', () => {
  test('passes, with failures inside the ejection window only', () => {
    const finding = judge(arm(leaving))
    expect(finding).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('was back') })
    expect(finding.strength?.n).toBeGreaterThan(300)
  })
  test('passes when it hangs: requests planned in the window may time out long after it', () => {
    const hung = without(arm({ ...leaving, name: 'freeze', readyUntilMs: 9_900, servesUntilMs: 9_999 }), (event) => isProbe(event, 'readiness') && event.kind === 'observation' && event.atMs > faultAtMs && event.atMs < releaseAtMs)
    const samples = [10_000, 11_000, 12_000, 13_000, 14_000].map((atMs) => sample(atMs, 'timeout', 1_000))
    const answeredOnRelease = sample(21_950, 'pass', 100)
    const stuck = request(11_500, { endedAtMs: 17_500, outcome: 'timeout' })
    const events = [...hung, ...samples, answeredOnRelease, stuck]
    expect(hungReplicaLeaves.evaluate(historyOf(events), thresholds)).toMatchObject({ outcome: 'passed', summary: expect.not.stringContaining('only a hang') as string })
    // Of a service that declares nothing it needs, the reader has to know what was never tried.
    const needsNothing = hungReplicaLeaves.evaluate(historyOf([...events.filter((event) => !(event.kind === 'fact' && event.name === 'hardDependencies')), fact('hardDependencies', [])]), thresholds)
    expect(needsNothing).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('only a hang was tried') as string })
    expect(judge(events).outcome).toBe('inconclusive') // it is another arm
  })
})

test('a page that always takes longer than the client waits is not charged to the fault', () => {
  const slow = arm(leaving).map((event): HistoryEvent => (event.kind === 'request' && event.plannedAtMs % 60 === 0 ? { ...event, endedAtMs: event.plannedAtMs + 1_500, outcome: 'timeout' } : event))
  expect(judge(slow)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('in the second before') })
})

describe('failed', () => {
  test('readiness that never stops passing', () => {
    const finding = judge(arm({ ...leaving, readyUntilMs: 30_000, servesUntilMs: 30_000 }))
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('went on passing') })
  })
  test('readiness that stops too late, or passes again in between', () => {
    expect(judge(arm({ ...leaving, readyUntilMs: 20_600, servesUntilMs: 20_600 }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('only after') })
    expect(judge([...arm(leaving), sample(21_000, 'pass')]).outcome).toBe('failed')
  })
  test('a request that fails after the window, with its id', () => {
    const late = request(15_000, { outcome: 'timeout' })
    const finding = judge([...arm(leaving), late])
    expect(finding.outcome).toBe('failed')
    expect(finding.evidence.flatMap((one) => one.requests ?? [])).toEqual([late.id])
  })
  test('a request that reaches the replica after the window, even when it is answered well after the release', () => {
    expect(judge([...arm(leaving), request(21_500, { instance: 'a', endedAtMs: 22_100 })])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('answered by a') })
  })
  test('a replica that does not come back while there is traffic to see it', () => {
    expect(judge(arm({ ...leaving, backAtMs: 60_000 }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('not back in rotation') })
  })
})

test('where the window is a guess, traffic fails nobody, and readiness is believed all the same', () => {
  const guessed = fact('balancer', { kind: 'the load balancer of the project shop', declared: false })
  expect(judge([...arm(leaving), guessed, request(15_000, { outcome: 'timeout' })])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('declare balancer') })
  expect(judge([...arm({ ...leaving, readyUntilMs: 30_000, servesUntilMs: 30_000 }), guessed]).outcome).toBe('failed')
  expect(judge([...arm(leaving), guessed])).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('was assumed') as string })
  // Its share may be lost for as long as nobody takes it out. Everything is not its share.
  const losing = (every: number) => arm(leaving).map((event): HistoryEvent => (event.kind === 'request' && event.plannedAtMs >= 14_000 && event.plannedAtMs < 22_000 && (event.plannedAtMs / 20) % every === 0 ? { ...event, outcome: 'timeout' } : event))
  expect(judge([...losing(2), guessed, fact('instances', ['a', 'b'])]).outcome).toBe('inconclusive')
  expect(judge([...losing(1), guessed, fact('instances', ['a', 'b'])])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('the others did not serve without it') as string })
  // What failed while the harness itself was held up is nobody's share.
  const stall = observation('event-loop-delay', 'harness', 18_000, { maxMs: 4_000, p99Ms: 4_000, windowMs: 250 })
  const held = losing(2).map((event): HistoryEvent => (event.kind === 'request' && event.plannedAtMs >= 14_000 && event.plannedAtMs < 20_000 ? { ...event, outcome: 'timeout' } : event))
  expect(judge([...held, guessed, fact('instances', ['a', 'b'])]).outcome).toBe('failed')
  expect(judge([...held, stall, guessed, fact('instances', ['a', 'b'])]).outcome).toBe('inconclusive')
  const short = observation('event-loop-delay', 'harness', 15_100, { maxMs: 1_100, p99Ms: 1_100, windowMs: 250 })
  expect(judge([...losing(1), short, guessed, fact('instances', ['a', 'b'])]).outcome).toBe('failed')
})

test('a disturbance takes nothing from what it did not touch', () => {
  const stall = observation('event-loop-delay', 'harness', 14_000, { maxMs: 1_500, p99Ms: 1_500, windowMs: 250 })
  expect(judge([...arm({ ...leaving, readyUntilMs: 30_000, servesUntilMs: 30_000 }), stall]).outcome).toBe('failed')
  expect(judge([...arm(leaving), request(17_000, { outcome: 'error-status' }), stall]).outcome).toBe('failed')
  expect(judge([...arm(leaving), request(13_500, { outcome: 'error-status' }), stall]).outcome).toBe('inconclusive')
  expect(judge([...arm(leaving), stall]).outcome).toBe('passed')
})

describe('inconclusive', () => {
  const cases: Readonly<Record<string, HistoryEvent[]>> = {
    'an empty history': [fact('hardDependencies', ['database'])],
    'no fault': without(arm(leaving), (event) => event.kind === 'intervention'),
    'a fault that was not witnessed': without(arm(leaving), (event) => event.kind === 'intervention' && event.phase === 'witnessed'),
    'an unknown window': without(arm(leaving), (event) => event.kind === 'fact' && event.name === 'ejectWindowMs'),
    'no release': without(arm(leaving), (event) => isProbe(event, 'release')),
    'no undo': without(arm(leaving), (event) => event.kind === 'intervention' && event.phase === 'undone'),
    'no readiness samples': without(arm(leaving), (event) => isProbe(event, 'readiness')),
    'too few readiness samples': without(arm(leaving), (event) => isProbe(event, 'readiness') && event.kind === 'observation' && event.atMs > 10_700),
    'no traffic': without(arm(leaving), (event) => event.kind === 'request'),
    'too little traffic after the window': without(arm(leaving), (event) => event.kind === 'request' && event.plannedAtMs > 13_500 && event.plannedAtMs < releaseAtMs),
    'a replica that took no part before': arm(leaving).map((event) => (event.kind === 'request' && event.plannedAtMs < faultAtMs ? { ...event, instance: 'b' } : event)),
    'failures just before': [...arm(leaving), request(9_500, { outcome: 'timeout', endedAtMs: 9_700 })],
    'traffic that ended before the replica had to be back': without(arm({ ...leaving, backAtMs: 60_000 }), (event) => event.kind === 'request' && event.plannedAtMs > 24_000),
    'a failed null control beside the failure': [...arm(leaving), request(15_000, { outcome: 'timeout' }), request(15_000, { load: 'null-control', outcome: 'timeout' })],
  }
  test.each(Object.entries(cases))('%s', (_name, events) => {
    expect(judge(events).outcome).toBe('inconclusive')
  })
  const inJudged = (change: Partial<RequestEvent>, every = 1): HistoryEvent[] =>
    arm(leaving).map((event) => (event.kind === 'request' && event.plannedAtMs > 16_000 && event.plannedAtMs < releaseAtMs && (event.plannedAtMs / 20) % every === 0 ? { ...event, ...change } : event))
  test('a fault that could not be made says why', () => {
    const refused = arm(leaving).flatMap((event): HistoryEvent[] => (event.kind !== 'intervention' || event.phase === 'issued' ? [event] : event.phase === 'acknowledged' ? [{ ...event, phase: 'failed', error: 'no such edge' }] : []))
    expect(judge(refused)).toMatchObject({ outcome: 'inconclusive', summary: 'the isolate of a was not witnessed: no such edge' })
  })
  test('the harness gave up more than 1 % after the window; one or two are no matter', () => {
    expect(judge(inJudged({ outcome: 'cancelled' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('gave up') })
    expect(judge(inJudged({ outcome: 'cancelled' }, 200)).outcome).toBe('passed')
  })
  test('more than 1 % were reset on idle connections after the window', () => {
    expect(judge(inJudged({ outcome: 'reset-idle' }, 10))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('idle connections') })
    const n = judge(arm(leaving)).strength?.n ?? 0
    expect(judge(inJudged({ outcome: 'reset-idle' }, 200)).strength?.n).toBeLessThan(n)
  })
  test('answers that carried an identity before and carry none after the window', () => {
    const nameless = (event: HistoryEvent): HistoryEvent => {
      if (event.kind !== 'request') return event
      const { instance: _instance, ...rest } = event
      return rest
    }
    const late = arm(leaving).map((event) => (event.kind === 'request' && event.plannedAtMs > 16_000 && event.plannedAtMs < releaseAtMs ? nameless(event) : event))
    expect(judge(late)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('do not say which replica') })
    const never = [...arm(leaving).map(nameless), observation('rotation', 'a', 9_000, { inRotation: true }), observation('rotation', 'a', 23_000, { inRotation: true })]
    expect(judge(never).outcome).toBe('passed')
  })
  test('readiness that was sampled at the beginning of the fault only', () => {
    const early = (shape: Shape, untilMs: number) => without(arm(shape), (event) => isProbe(event, 'readiness') && event.kind === 'observation' && event.atMs > untilMs && event.atMs < releaseAtMs + 100)
    expect(judge(early(leaving, 12_500))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('last third') })
    expect(judge(early({ ...leaving, readyUntilMs: 30_000, servesUntilMs: 9_000 }, 12_500))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('last sampled') })
    expect(judge([...early({ ...leaving, readyUntilMs: 11_900, servesUntilMs: 9_000 }, 12_000), sample(21_500, 'fail')])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not sampled in between') })
  })
  test('a fault that was shorter than it should be, unless something failed', () => {
    const longer = { ...thresholds, fault_s: 30 }
    expect(cutOffReplicaLeaves.evaluate(historyOf(arm(leaving)), longer)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('needs 30 s') })
    expect(cutOffReplicaLeaves.evaluate(historyOf([...arm(leaving), request(15_000, { outcome: 'timeout' })]), longer).outcome).toBe('failed')
  })
  test('a fault that ended before readiness had to fail', () => {
    const events = arm({ ...leaving, readyUntilMs: 30_000, servesUntilMs: 9_000 }).map((event) => (isProbe(event, 'release') && event.kind === 'observation' ? { ...event, atMs: 18_000 } : event))
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('too early') })
  })
})

test('a service that needs nothing cannot be cut off', () => {
  expect(judge([...arm(leaving), fact('hardDependencies', [])]).outcome).toBe('not-applicable')
})
