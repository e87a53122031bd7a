import { describe, expect, test } from 'vitest'
import type { Check } from '../../core/check.js'
import { request } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { answersAreFast, answersAreFresh, causeIsNamed, codeAndBodyAgree } from './health-answers-mean-what-they-say.check.js'

const thresholds = { samples_per_state: 5, soft_fault_s: 4, shown_within_s: 10, disagreements_max: 0, stale_answers_max: 0, p99_ms_max: 500, cause_named_ratio_min: 1 }
const judge = (check: Check, events: readonly HistoryEvent[]) => check.evaluate(historyOf(events), thresholds)

const fact = (name: string, value: unknown): HistoryEvent => ({ kind: 'fact', name, value, atMs: 0 })
interface Answered {
  readonly state: string
  readonly endpoint: string
  readonly target: string
  readonly status: number | null
  readonly json?: unknown
  readonly cacheControl?: string
  readonly age?: string
  readonly durationMs: number
}
let clock = 0
const answer = ({ target, ...value }: Answered): HistoryEvent =>
  ({ kind: 'observation', probe: 'health-answer', target, atMs: (clock += 10), value: { ...value, ...(value.status === null ? {} : { body: JSON.stringify(value.json) }) } })

/** What each endpoint of the replica says in each state: status code, word, and the dependency named as broken. */
type Said = readonly [number, string, string?]
type Says = Readonly<Record<string, Said>>
const good: Says = { healthy: [200, 'pass'], degraded: [200, 'warn', 'recommendations'], failing: [503, 'fail', 'database'], recovered: [200, 'pass'], draining: [503, 'fail'] }

interface Shape {
  readonly says?: Says
  readonly headers?: Partial<Answered>
  /** What a state's answers have beyond that. */
  readonly more?: (state: string, endpoint: string) => Partial<Answered>
  readonly faultAtMs?: number
}
function history({ says = good, headers = { cacheControl: 'no-store' }, more = () => ({}), faultAtMs = -20_000 }: Shape = {}): HistoryEvent[] {
  clock = 0
  const fault = (id: number, target: string, label: string, phase: 'issued' | 'acknowledged' | 'witnessed' | 'undone'): HistoryEvent =>
    ({ kind: 'intervention', id, name: 'fault-dependency', target, label, phase, atMs: faultAtMs })
  const phases = ['issued', 'acknowledged', 'witnessed', 'undone'] as const
  const events: HistoryEvent[] = [
    fact('health-plan', { target: 'a', detail: true, softFault: true, hardFault: true }),
    fact('hardDependencies', ['database']),
    ...phases.map((phase) => fault(1, 'recommendations', 'soft dependency down', phase)),
    ...phases.map((phase) => fault(2, 'database', 'hard dependency down', phase)),
  ]
  for (const [state, [status, word, broken]] of Object.entries(says)) {
    for (let reading = 0; reading < 5; reading++) {
      for (const endpoint of ['readiness', 'liveness', 'detail']) {
        const own = endpoint === 'liveness' ? ([200, 'pass'] as const) : ([status, word] as const)
        const checks = endpoint === 'detail' && broken !== undefined ? { checks: { [broken]: [{ status: 'fail' }] } } : {}
        const common = { state, endpoint, durationMs: 8, ...headers, ...more(state, endpoint) }
        events.push(answer({ target: 'a', status: own[0], json: { status: own[1], ...checks }, ...common }))
        events.push(answer({ target: 'balancer', status: 200, json: { status: 'pass' }, ...common }))
      }
    }
  }
  return events
}
const without = (events: HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))
const isPhase = (label: string, phase: string) => (event: HistoryEvent) => event.kind === 'intervention' && event.label === label && event.phase === phase
const isBalancer = (event: HistoryEvent): boolean => event.kind === 'observation' && event.target === 'balancer'
const inState = (state: string) => (event: HistoryEvent) => event.kind === 'observation' && (event.value as { state?: string }).state === state

test('answers that mean what they say pass everything', () => {
  for (const check of [codeAndBodyAgree, answersAreFresh, answersAreFast, causeIsNamed]) expect(judge(check, history()), check.id).toMatchObject({ outcome: 'passed' })
})

describe('status code and body', () => {
  test('a body that says fail with 200 fails, and names the state and endpoint', () => {
    const finding = judge(codeAndBodyAgree, history({ says: { ...good, failing: [200, 'fail', 'database'] } }))
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('failing: readiness of a answered 200 and said fail') })
    expect(finding.evidence.map((one) => one.measured)).toEqual([5, 5])
  })
  test('an answer through the balancer is held to the same', () => {
    const lying = answer({ target: 'balancer', state: 'healthy', endpoint: 'readiness', status: 200, json: { status: 'fail' }, durationMs: 8 })
    expect(judge(codeAndBodyAgree, [...history(), lying])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('readiness through the balancer answered 200 and said fail') })
  })
  test('a fault that could not be made says why', () => {
    const refused = without(history(), isPhase('hard dependency down', 'witnessed')).map((event): HistoryEvent => (isPhase('hard dependency down', 'acknowledged')(event) ? ({ ...event, phase: 'failed', error: 'no such edge' } as HistoryEvent) : event))
    expect(judge(codeAndBodyAgree, refused)).toMatchObject({ outcome: 'inconclusive', summary: 'the fault of the hard dependency was not witnessed: no such edge' })
  })
  test('a body that says pass with 503 fails too', () => {
    expect(judge(codeAndBodyAgree, history({ says: { ...good, draining: [503, 'pass'] } })).outcome).toBe('failed')
  })
  test('even when the fault was not witnessed or nothing recovered', () => {
    const lying = history({ says: { ...good, failing: [200, 'fail', 'database'] } })
    expect(judge(codeAndBodyAgree, without(lying, isPhase('hard dependency down', 'witnessed'))).outcome).toBe('failed')
  })
  test('a dependency that was killed and kept down was taken away as well, and has to be named', () => {
    const held = history().map((event): HistoryEvent => (event.kind === 'intervention' ? { ...event, name: 'hold' } : event))
    for (const check of [codeAndBodyAgree, causeIsNamed]) expect(judge(check, held).outcome).toBe('passed')
    expect(judge(codeAndBodyAgree, without(held, isPhase('hard dependency down', 'witnessed'))).outcome).toBe('inconclusive')
  })
  test('a service that goes on without what none of its replicas has says so, and turns failing in its drain', () => {
    const readOnly = { ...good, failing: [200, 'warn', 'database'] as const, draining: [503, 'fail'] as const }
    const held = (says: Says, served = 10): HistoryEvent[] => [
      ...history({ says }).map((event): HistoryEvent => (event.kind === 'intervention' ? { ...event, name: 'hold', ...(event.phase === 'undone' ? { atMs: 5_000 } : {}) } : event)),
      ...Array.from({ length: served }, (_, index) => request(index * 10, { load: 'background', via: 'a', instance: 'a' })),
      ...Array.from({ length: 20 }, (_, index) => request(6_000 + index * 10, { load: 'background', via: 'a', instance: 'a' })),
    ]
    expect(judge(codeAndBodyAgree, held(readOnly, 9))).toMatchObject({ outcome: 'inconclusive' }) // it goes on in its words alone
    expect(judge(codeAndBodyAgree, held(readOnly))).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('without database, which no replica had, it went on and said so') })
    expect(judge(codeAndBodyAgree, held({ ...readOnly, draining: [200, 'pass'] }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('0 health answers turned failing') })
    expect(judge(codeAndBodyAgree, held({ ...readOnly, failing: [200, 'pass'] }))).toMatchObject({ outcome: 'inconclusive' })
    // One replica alone that lost it has to fail.
    expect(judge(codeAndBodyAgree, history({ says: readOnly }))).toMatchObject({ outcome: 'inconclusive' })
  })
  test('a failing state that never showed is no pass', () => {
    expect(judge(codeAndBodyAgree, history({ says: { ...good, failing: [200, 'pass'] } }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('0 health answers turned failing') })
  })
  test.each([
    ['nothing was read', []],
    ['no state before the fault', without(history(), inState('healthy'))],
    ['the fault was not witnessed', without(history(), isPhase('hard dependency down', 'witnessed'))],
    ['the fault was never made', without(history(), (event) => event.kind === 'intervention')],
    ['it did not recover', history({ says: { ...good, recovered: [503, 'fail'] } })],
    ['there is no way to make it fail', [...history(), fact('health-plan', { target: 'a', detail: true, softFault: true, hardFault: false })]],
  ])('%s: inconclusive', (_name, events) => {
    expect(judge(codeAndBodyAgree, events).outcome).toBe('inconclusive')
  })
  test('a service that needs nothing shows its failing state in a drain', () => {
    const needsNothing = [fact('hardDependencies', []), fact('health-plan', { target: 'a', detail: true, softFault: false, hardFault: false })]
    const alone = (says: Says): HistoryEvent[] => [...history({ says }), ...needsNothing]
    expect(judge(codeAndBodyAgree, alone({ healthy: [200, 'pass'], draining: [503, 'fail'] })).outcome).toBe('passed')
    expect(judge(codeAndBodyAgree, alone({ healthy: [200, 'pass'], draining: [200, 'pass'] })).outcome).toBe('inconclusive')
  })
})

describe('bodies without a word of health', () => {
  const wordless = (says: Says): HistoryEvent[] => history({ says, more: () => ({ json: { time: 1 } }) })
  test('pass on status codes that turned, and claim no strength', () => {
    const finding = judge(codeAndBodyAgree, wordless(good).filter((event) => !isBalancer(event)))
    expect(finding).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('nothing in the body can contradict') })
    expect(finding.strength).toBeUndefined()
  })
  test('do not pass when readiness never turned, even if another endpoint did', () => {
    const events = history({ more: (state, endpoint) => ({ json: {}, ...(endpoint === 'readiness' && (state === 'failing' || state === 'draining') ? { status: 200 } : {}) }) })
    const onlyDetail = events.filter((event) => !isBalancer(event))
    expect(judge(codeAndBodyAgree, onlyDetail)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('turned failing 0 times') })
  })
  test('count for nothing beside answers with a word', () => {
    expect(judge(codeAndBodyAgree, history({ more: (_state, endpoint) => (endpoint === 'liveness' ? { json: {} } : {}) })).strength?.n).toBe(100)
  })
  test('a plain text contradicts its status code', () => {
    expect(judge(codeAndBodyAgree, history({ more: (state) => (state === 'failing' ? { json: 'OK' } : {}) })).outcome).toBe('failed')
  })
})

describe('freshness', () => {
  test('an Age shows a cache, a lifetime allows one', () => {
    expect(judge(answersAreFresh, history({ headers: { cacheControl: 'no-store', age: '3' } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('Age: 3') })
    expect(judge(answersAreFresh, history({ headers: { cacheControl: 'public, max-age=60' } })).outcome).toBe('failed')
  })
  test('when nothing is said, answers that change through the balancer show it, constant ones do not', () => {
    expect(judge(answersAreFresh, history({ headers: {} })).outcome).toBe('inconclusive')
    let count = 0
    expect(judge(answersAreFresh, history({ headers: {}, more: () => ({ json: { status: 'pass', at: ++count } }) })).outcome).toBe('passed')
  })
  test('too few answers are no pass', () => {
    expect(judge(answersAreFresh, []).outcome).toBe('inconclusive')
    expect(judge(answersAreFresh, history().slice(0, 12)).outcome).toBe('inconclusive')
  })
})

describe('speed', () => {
  const slow = (count: number, durationMs: number): HistoryEvent[] => Array.from({ length: count }, () => answer({ target: 'a', state: 'healthy', endpoint: 'readiness', status: 200, durationMs }))
  test('many slow answers fail', () => {
    expect(judge(answersAreFast, [...history(), ...slow(10, 700)])).toMatchObject({ outcome: 'failed', evidence: [{ measured: 700, allowed: 500 }, {}] })
  })
  test('one that is a little slow is not the 99th percentile, one that is far off leaves it open', () => {
    expect(judge(answersAreFast, [...history(), ...slow(1, 700)]).outcome).toBe('passed')
    expect(judge(answersAreFast, [...history(), ...slow(1, 4_000)]).outcome).toBe('inconclusive')
  })
  test('no answer in time counts as slow, but not of a replica that drains and may have left', () => {
    const silent = (state: string): HistoryEvent[] => Array.from({ length: 10 }, () => answer({ target: 'a', state, endpoint: 'readiness', status: null, durationMs: 5_000 }))
    expect(judge(answersAreFast, [...history(), ...silent('failing')]).outcome).toBe('failed')
    expect(judge(answersAreFast, [...history(), ...silent('draining')]).outcome).toBe('passed')
  })
  test('what waited for a stalled harness is left out, the rest is judged', () => {
    const stallAt = (atMs: number): HistoryEvent => ({ kind: 'observation', probe: 'event-loop-delay', target: 'harness', atMs, value: { maxMs: 900, p99Ms: 900, windowMs: 250 } })
    const events = [...history(), ...slow(10, 700)]
    expect(judge(answersAreFast, [...events, stallAt(clock)])).toMatchObject({ outcome: 'passed', evidence: [{ measured: 8 }] })
    expect(judge(answersAreFast, [...events, stallAt(200)]).outcome).toBe('failed')
    expect(judge(answersAreFast, [...slow(10, 700), stallAt(clock)]).outcome).toBe('inconclusive')
  })
  test('frequent stalls do not hide answers that are slow without them', () => {
    const events = without(history(), inState('failing'))
    const stall = (atMs: number): HistoryEvent => ({ kind: 'observation', probe: 'event-loop-delay', target: 'harness', atMs, value: { maxMs: 130, p99Ms: 130, windowMs: 250 } })
    const late = Array.from({ length: 75 }, (_, index): HistoryEvent => ({ ...answer({ target: 'a', state: 'failing', endpoint: 'readiness', status: 503, json: { status: 'fail' }, durationMs: 4_000 }), atMs: 10_000 + index * 200 }) as HistoryEvent)
    const stalls = Array.from({ length: 25 }, (_, index) => stall(5_000 + index * 1_000))
    const finding = judge(answersAreFast, [...events, ...late, ...stalls])
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('75 of') })
    expect(finding.evidence[0]?.measured).toBeGreaterThan(3_000)
  })
  test('a state of which stalls left too few times, or that was not read, is no pass', () => {
    const stalled = history({ more: (state) => (state === 'recovered' ? { durationMs: 600 } : {}) })
    const times = stalled.flatMap((event) => (inState('recovered')(event) && event.kind === 'observation' ? [event.atMs] : []))
    const stall: HistoryEvent = { kind: 'observation', probe: 'event-loop-delay', target: 'harness', atMs: Math.max(...times), value: { maxMs: 900, windowMs: 250 } }
    expect(judge(answersAreFast, [...stalled, stall])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('state recovered could be timed') })
    expect(judge(answersAreFast, slow(3, 5)).outcome).toBe('inconclusive')
    expect(judge(answersAreFast, without(history(), inState('failing'))).outcome).toBe('inconclusive')
    expect(judge(answersAreFast, without(history(), inState('degraded'))).outcome).toBe('inconclusive')
  })
  test('what was slow while our own echo server was as slow, or while the replica waited for a processor, is nobody\'s slowness', () => {
    const events = [...history(), ...slow(10, 700)]
    const echo = (plannedAtMs: number, tookMs: number): HistoryEvent => ({ kind: 'request', id: plannedAtMs, load: 'null-control', operation: 'echo', method: 'GET', via: 'echo', plannedAtMs, endedAtMs: plannedAtMs + tookMs, outcome: 'ok' })
    const starved = [clock - 800, clock - 600, clock - 400].map((atMs) => echo(atMs, 600))
    expect(judge(answersAreFast, [...slow(30, 700), ...starved])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('while harness and machine were undisturbed') })
    expect(judge(answersAreFast, [...events, ...starved]).outcome).toBe('passed')
    expect(judge(answersAreFast, [...events, ...starved]).summary).toContain('10 more were slow together with the harness or the machine, and tell nothing')
    // A service that took the processors itself made the echo late as well.
    const own: HistoryEvent = { kind: 'observation', probe: 'processor-wait', target: 'replica-0', atMs: clock, value: { waitedMs: 100, ranMs: 700, windowMs: 900, serviceRanMs: 1_500, capacityMs: 1_800 } }
    expect(judge(answersAreFast, [...events, ...starved, own]).outcome).toBe('failed')
    // Somewhere else, or far shorter than the answers, it explains nothing.
    expect(judge(answersAreFast, [...events, echo(10_000, 900)]).outcome).toBe('failed')
    expect(judge(answersAreFast, [...history(), ...slow(10, 4_000), echo(clock - 800, 700)]).outcome).toBe('failed')
    const waited: HistoryEvent = { kind: 'observation', probe: 'processor-wait', target: 'replica-0', atMs: clock, value: { waitedMs: 450, ranMs: 150, windowMs: 600, serviceRanMs: 100, capacityMs: 1_200 } }
    expect(judge(answersAreFast, [...events, waited]).outcome).toBe('passed')
  })
  test('a failed null control makes slow answers inconclusive, and no answers are no pass', () => {
    const echo: HistoryEvent = { kind: 'request', id: 1, load: 'null-control', operation: 'echo', method: 'GET', via: 'echo', plannedAtMs: 500, endedAtMs: 900, outcome: 'timeout' }
    expect(judge(answersAreFast, [...history(), ...slow(10, 700), echo]).outcome).toBe('inconclusive')
    expect(judge(answersAreFast, [...history(), echo]).outcome).toBe('passed')
    expect(judge(answersAreFast, []).outcome).toBe('inconclusive')
  })
})

describe('the cause', () => {
  test('a hard dependency that is never named fails', () => {
    expect(judge(causeIsNamed, history({ says: { ...good, failing: [503, 'fail', 'something'] } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('never named database'), evidence: [{ measured: 0.5 }] })
  })
  test('a soft one fails only after its time to show', () => {
    const says: Says = { ...good, degraded: [200, 'pass'] }
    expect(judge(causeIsNamed, history({ says })).outcome).toBe('failed')
    expect(judge(causeIsNamed, history({ says, faultAtMs: -2_000 }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not named in the first') })
  })
  test('a name that reads as broken while all is well says nothing', () => {
    const constant = history({ more: (_state, endpoint) => (endpoint === 'detail' ? { json: { database_readonly: false, recommendations: 'fail' } } : {}) })
    expect(judge(causeIsNamed, constant)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('while all was well too') })
    let reading = 0
    const startedLate = history({ more: (state, endpoint) => (state === 'healthy' && endpoint === 'detail' && ++reading <= 3 ? { json: { recommendations: 'fail' } } : {}) })
    expect(judge(causeIsNamed, startedLate).outcome).toBe('passed')
    const text = history().map((event) => (event.kind === 'observation' ? { ...event, value: { ...(event.value as object), json: undefined, body: 'database: ok, recommendations: ok' } } : event))
    expect(judge(causeIsNamed, text).outcome).toBe('inconclusive')
    expect(judge(causeIsNamed, without(history(), inState('healthy'))).outcome).toBe('inconclusive')
  })
  test('the evidence says whether the detail tells the release', () => {
    const releaseIn = (events: readonly HistoryEvent[]): string | undefined => judge(causeIsNamed, events).evidence[0]?.note
    const telling = answer({ target: 'a', state: 'recovered', endpoint: 'detail', status: 200, json: { status: 'pass', version: '1.2' }, durationMs: 8 })
    expect(releaseIn(history())).toContain('the detail does not tell the release')
    expect(releaseIn([...history(), telling])).toContain('the detail tells the release')
  })
  test('is not asked for without a detail, or without dependencies', () => {
    expect(judge(causeIsNamed, [...history(), fact('health-plan', { target: 'a', detail: false, softFault: true, hardFault: true })]).outcome).toBe('not-applicable')
    expect(judge(causeIsNamed, [...history(), fact('health-plan', { target: 'a', detail: true, softFault: false, hardFault: false })]).outcome).toBe('not-applicable')
  })
  test.each([
    ['nothing was read', []],
    ['a fault was not witnessed', without(history(), isPhase('hard dependency down', 'witnessed'))],
    ['a fault was not made', without(history(), (event) => event.kind === 'intervention' && event.target === 'recommendations')],
    ['the state was not read', without(history(), inState('failing'))],
  ])('%s: inconclusive', (_name, events) => {
    expect(judge(causeIsNamed, events).outcome).toBe('inconclusive')
  })
})
