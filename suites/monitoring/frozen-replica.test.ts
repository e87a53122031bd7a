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
  readonly json?: unknown
  readonly durationMs?: number
}
interface Frozen {
  readonly phases?: readonly ('issued' | 'acknowledged' | 'witnessed' | 'failed' | 'undone')[]
  /** Readings of a frozen replica: 200 is a freeze that did not last. */
  readonly whileFrozen?: readonly (number | null)[]
  readonly states?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly balancerKind?: string
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

/** Replica a, frozen from 5 ms on, answers only before and after it; the balancer always has another one. */
function frozen({ phases = ['issued', 'acknowledged', 'witnessed', 'undone'], whileFrozen = [null, null, null], states = ['healthy', 'recovered'], headers = {}, json = 'hello', balancerKind = 'seaworthy' }: Frozen = {}): HistoryEvent[] {
  clock = 0
  const reading = (state: string, target: string, status: number | null): HistoryEvent => answer({ state, target, status, json, ...(status === null ? {} : headers) })
  const settled = three(() => states.flatMap((state) => ['a', 'balancer'].map((target) => reading(state, target, 200)))).flat()
  const freeze = phases.map((phase): HistoryEvent => ({ kind: 'intervention', id: 1, name: 'freeze', target: 'a', label: 'a replica is frozen', phase, atMs: 5, ...(phase === 'failed' ? { error: 'the driver does not offer freeze' } : {}) }))
  const facts = [fact('hardDependencies', []), fact('health-plan', { target: 'a', detail: false, softFault: false, hardFault: false }), fact('balancer', { kind: balancerKind })]
  return [...facts, ...freeze, ...settled, ...whileFrozen.flatMap((status) => [reading('frozen', 'a', status), reading('frozen', 'balancer', 200)])]
}

describe('a service that needs nothing else', () => {
  const passes = [codeAndBodyAgree, answersAreFresh, answersAreFast]
  test('passes when a frozen replica does not answer and passes again, and says that nothing else was tried', () => {
    for (const check of passes) expect(judge(check, frozen()), check.id).toMatchObject({ outcome: 'passed' })
    for (const json of ['hello', { status: 'pass' }]) expect(judge(codeAndBodyAgree, frozen({ json })).summary).toContain('a was seen to fail only while it was frozen, as no dependency is declared')
    expect(judge(causeIsNamed, frozen()).outcome).toBe('not-applicable')
  })
  test('fails by what its answers say, frozen or not', () => {
    expect(judge(codeAndBodyAgree, frozen({ json: { status: 'down' } })).outcome).toBe('failed')
    expect(judge(answersAreFresh, frozen({ headers: { cacheControl: 'max-age=60' } })).outcome).toBe('failed')
    const slow = Array.from({ length: 10 }, () => answer({ target: 'a', state: 'recovered', status: 200, durationMs: 700 }))
    expect(judge(answersAreFast, [...frozen(), ...slow]).outcome).toBe('failed')
  })
  test.each<readonly [string, Frozen, string]>([
    ['could not be frozen', { phases: ['issued', 'failed'] }, 'the driver does not offer freeze'],
    ['was not seen to be frozen', { phases: ['issued', 'acknowledged', 'undone'] }, 'its freeze was not witnessed'],
    ['was never frozen', { phases: [] }, 'it was not frozen'],
    ['was read too seldom while it was frozen', { whileFrozen: [null, null] }, 'read 2 times while it was frozen'],
    ['answered while it should have been frozen', { whileFrozen: [null, null, null, 200] }, 'the freeze did not last'],
    ['did not come back', { states: ['healthy'] }, 'not seen to pass again after it had been frozen'],
    ['was not seen before', { states: ['recovered'] }, 'before any fault'],
  ])('is undecided when it %s', (_name, shape, why) => {
    expect(judge(codeAndBodyAgree, frozen(shape))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(why) })
    expect(judge(answersAreFast, frozen(shape)).outcome).toBe('inconclusive')
  })
  test('readings of before the freeze was witnessed do not count', () => {
    const late = frozen().map((event): HistoryEvent => (event.kind === 'intervention' && event.phase === 'witnessed' ? { ...event, atMs: 100_000 } : event))
    expect(judge(codeAndBodyAgree, late)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('read 0 times') })
  })
  test('nothing forbids a cache: a balancer of ours keeps nothing, another one might', () => {
    expect(judge(answersAreFresh, frozen({ balancerKind: 'haproxy' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('nothing forbids caching of readiness') })
    expect(judge(answersAreFresh, frozen({ phases: ['issued', 'acknowledged', 'undone'] })).outcome).toBe('inconclusive')
    expect(judge(answersAreFresh, frozen({ whileFrozen: [null, null] })).outcome).toBe('inconclusive')
    expect(judge(answersAreFresh, frozen({ whileFrozen: [null, null, null, 503] })).outcome).toBe('inconclusive')
  })
  test('a drain in which it turned failing is enough', () => {
    const drained = three(() => answer({ target: 'a', state: 'draining', status: 503, json: { status: 'fail' } }))
    const finding = judge(codeAndBodyAgree, [...frozen({ phases: ['issued', 'failed'], whileFrozen: [], json: { status: 'pass' } }), ...drained])
    expect(finding).toMatchObject({ outcome: 'passed', summary: expect.not.stringContaining('frozen') })
  })
})
