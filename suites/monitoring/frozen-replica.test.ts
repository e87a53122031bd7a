import { describe, expect, test } from 'vitest'
import type { Check } from '../../core/check.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { answersAreFast, answersAreFresh, causeIsNamed, codeAndBodyAgree } from './health-answers-mean-what-they-say.check.js'

const thresholds = { samples_per_state: 5, soft_fault_s: 4, shown_within_s: 10, disagreements_max: 0, stale_answers_max: 0, p99_ms_max: 500, cause_named_ratio_min: 1 }
const judge = (check: Check, events: readonly HistoryEvent[]) => check.evaluate(historyOf(events), thresholds)

interface Answered {
  readonly state: string
  readonly target: string
  readonly status: number | null
  readonly code?: string
  readonly json?: unknown
  readonly durationMs?: number
}
interface Frozen {
  readonly phases?: readonly ('issued' | 'acknowledged' | 'witnessed' | 'failed' | 'undone')[]
  /** What readings of a frozen replica end with: its silence, or else a freeze that did not last. */
  readonly whileFrozen?: readonly (number | string)[]
  readonly states?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly balancerKind?: string
  readonly more?: readonly HistoryEvent[]
}
const fact = (name: string, value: unknown): HistoryEvent => ({ kind: 'fact', name, value, atMs: 0 })

let clock = 0
const answer = ({ target, status, json, durationMs = status === null ? 5_000 : 8, ...value }: Answered): HistoryEvent => ({
  kind: 'observation',
  probe: 'health-answer',
  target,
  atMs: (clock += 10),
  value: { ...value, endpoint: 'readiness', status, durationMs, ...(status === null ? {} : { json, body: JSON.stringify(json) }) },
})
const three = <T>(one: () => T): T[] => Array.from({ length: 3 }, one)

/** Replica a answers, is frozen and answers again; the balancer always has another one. */
function frozen({ phases = ['issued', 'acknowledged', 'witnessed', 'undone'], whileFrozen = three(() => 'TIMEOUT'), states = ['healthy', 'recovered'], headers = {}, json = 'hello', balancerKind = 'seaworthy', more = [] }: Frozen = {}): HistoryEvent[] {
  clock = 0
  const reading = (state: string, target: string, ending: number | string): HistoryEvent =>
    typeof ending === 'number' ? answer({ state, target, status: ending, json, ...headers }) : answer({ state, target, status: null, code: ending })
  const settled = (state: string): HistoryEvent[] => (states.includes(state) ? three(() => ['a', 'balancer'].map((target) => reading(state, target, 200))).flat() : [])
  const freeze = (...of: readonly string[]): HistoryEvent[] =>
    phases.filter((phase) => of.includes(phase)).map((phase) => ({ kind: 'intervention', id: 1, name: 'freeze', target: 'a', label: 'a replica is frozen', phase, atMs: (clock += 10), ...(phase === 'failed' ? { error: 'not all of its processes stopped' } : {}) }))
  return [
    ...[fact('hardDependencies', []), fact('health-plan', { target: 'a', detail: false, softFault: false, hardFault: false }), fact('balancer', { kind: balancerKind })],
    ...settled('healthy'),
    ...freeze('issued', 'acknowledged', 'witnessed', 'failed'),
    ...whileFrozen.flatMap((ending) => [reading('frozen', 'a', ending), reading('frozen', 'balancer', 200)]),
    ...freeze('undone'),
    ...settled('recovered'),
    ...more,
  ]
}

describe('a service that needs nothing else', () => {
  const passes = [codeAndBodyAgree, answersAreFresh, answersAreFast]
  test('passes when a frozen replica does not answer and passes again, and says that nothing else was tried', () => {
    for (const check of passes) expect(judge(check, frozen()), check.id).toMatchObject({ outcome: 'passed' })
    for (const json of ['hello', { status: 'pass' }]) expect(judge(codeAndBodyAgree, frozen({ json })).summary).toContain('a was made to fail by a freeze alone, as no dependency is declared')
    expect(judge(causeIsNamed, frozen()).outcome).toBe('not-applicable')
  })
  test('fails by what its answers say, frozen or not', () => {
    expect(judge(codeAndBodyAgree, frozen({ json: { status: 'down' } })).outcome).toBe('failed')
    expect(judge(answersAreFresh, frozen({ headers: { cacheControl: 'max-age=60' } })).outcome).toBe('failed')
    const slow = Array.from({ length: 10 }, () => answer({ target: 'a', state: 'recovered', status: 200, durationMs: 700 }))
    expect(judge(answersAreFast, [...frozen(), ...slow]).outcome).toBe('failed')
  })
  test.each<readonly [string, Frozen, string]>([
    ['could not be frozen', { phases: ['issued', 'failed'] }, 'its freeze was not witnessed: not all of its processes stopped'],
    ['was not seen to be frozen', { phases: ['issued', 'acknowledged', 'undone'] }, 'its freeze was not witnessed'],
    ['was never frozen', { phases: [] }, 'it was not frozen'],
    ['was read too seldom while it was frozen', { whileFrozen: ['TIMEOUT', 'TIMEOUT'] }, 'read 2 times while it was frozen'],
    ['answered while it should have been frozen', { whileFrozen: ['TIMEOUT', 'TIMEOUT', 'TIMEOUT', 200] }, 'the freeze did not last'],
    ['was restarted while it should have been frozen', { whileFrozen: ['TIMEOUT', 'TIMEOUT', 'TIMEOUT', 'ECONNREFUSED'] }, 'the freeze did not last'],
    ['ended while it should have been frozen', { more: [{ kind: 'platform', name: 'process-exited', target: 'a', atMs: 150, detail: {} }] }, 'ended while it was frozen'],
    ['was not released', { phases: ['issued', 'acknowledged', 'witnessed'] }, 'not seen to pass again after it had been frozen'],
    ['has neighbours of which nobody says what they are', { more: [fact('undeclaredContainers', ['shop-store-1'])] }, 'without being declared (shop-store-1)'],
    ['has a soft dependency that was not taken away', { more: [fact('health-plan', { target: 'a', detail: false, softFault: true, hardFault: false })] }, 'while a soft dependency was down'],
    ['did not come back', { states: ['healthy'] }, 'not seen to pass again after it had been frozen'],
    ['was not seen before', { states: ['recovered'] }, 'before any fault'],
  ])('is undecided when it %s', (_name, shape, why) => {
    expect(judge(codeAndBodyAgree, frozen(shape))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(why) })
    expect(judge(answersAreFast, frozen(shape)).outcome).toBe('inconclusive')
  })
  test('readings of before the freeze was witnessed, or of before its release, do not count', () => {
    const witnessedAt = (atMs: number) => frozen().map((event): HistoryEvent => (event.kind === 'intervention' && event.phase === 'witnessed' ? { ...event, atMs } : event))
    expect(judge(codeAndBodyAgree, witnessedAt(100_000))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('read 0 times') })
    expect(judge(answersAreFresh, witnessedAt(100_000)).outcome).toBe('inconclusive')
    const recoveredBefore = frozen().map((event): HistoryEvent => (event.kind === 'intervention' && event.phase === 'undone' ? { ...event, atMs: 100_000 } : event))
    expect(judge(codeAndBodyAgree, recoveredBefore)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not seen to pass again') })
  })
  test('nothing forbids a cache: a balancer of ours keeps nothing, another one might', () => {
    expect(judge(answersAreFresh, frozen({ balancerKind: 'haproxy' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('nothing forbids caching of readiness') })
    expect(judge(answersAreFresh, frozen({ phases: ['issued', 'acknowledged', 'undone'] })).outcome).toBe('inconclusive')
    expect(judge(answersAreFresh, frozen({ whileFrozen: ['TIMEOUT', 'TIMEOUT'] })).outcome).toBe('inconclusive')
    expect(judge(answersAreFresh, frozen({ whileFrozen: ['TIMEOUT', 'TIMEOUT', 'TIMEOUT', 503] })).outcome).toBe('inconclusive')
  })
  test('what a balancer says by itself while every replica is frozen, and until it takes one back, shows no freshness', () => {
    const alone = (kind: string) => frozen({ balancerKind: kind }).map((event): HistoryEvent => (event.kind === 'observation' && event.target === 'balancer' && (event.value as Answered).state !== 'healthy' ? { ...event, value: { ...(event.value as object), status: 503, body: 'no replica' } } : event))
    expect(judge(answersAreFresh, alone('haproxy')).outcome).toBe('inconclusive')
    expect(judge(answersAreFresh, alone('seaworthy')).outcome).toBe('passed')
  })
  test('a drain in which it turned failing is enough', () => {
    const drained = three(() => answer({ target: 'a', state: 'draining', status: 503, json: { status: 'fail' } }))
    const finding = judge(codeAndBodyAgree, [...frozen({ phases: ['issued', 'failed'], whileFrozen: [], json: { status: 'pass' } }), ...drained])
    expect(finding).toMatchObject({ outcome: 'passed', summary: expect.not.stringContaining('freeze') })
  })
  test('one that leaves soon in its drain is no worse off than one that is not drained', () => {
    const once = answer({ target: 'a', state: 'draining', status: 503, json: 'hello' })
    expect(judge(codeAndBodyAgree, frozen({ more: [once] }))).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('by a freeze alone') })
    expect(judge(codeAndBodyAgree, frozen({ more: [once], whileFrozen: [] }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('turned failing 1 times') })
  })
})
