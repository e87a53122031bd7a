import { describe, expect, test } from 'vitest'
import { fact, intervention } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { actionsLeaveRecords, recordsCannotBeAltered } from './actions-leave-records.check.js'
import type { Action, Tampering } from './names.js'

const thresholds = { actions: 4, missing_max: 0, wrong_actor_max: 0, time_skew_s_max: 5, tamper_success_max: 0 }
const epochMs = Date.parse('2026-03-04T05:06:07Z')
const fields = { id: '/id', time: '/at', actor: '/actor', action: '/action', target: '/target', outcome: '/outcome' }

const action = (more: Partial<Action> & Pick<Action, 'kind' | 'actor'>): Action =>
  ({ word: more.kind, refused: false, ok: more.refused !== true, answered: true, fromEpochMs: epochMs, toEpochMs: epochMs + 100, ...more })
const actions = [
  action({ kind: 'toggle', actor: 'ada', target: 'greeting' }),
  action({ kind: 'drain', actor: 'grace', target: 'a' }),
  action({ kind: 'toggle', actor: 'ada', target: 'nothing', refused: true }),
  action({ kind: 'backup', actor: 'grace' }),
]
const record = (id: number, more: object): object => ({ id, at: '2026-03-04T05:06:07.050Z', outcome: 'done', ...more })
const right = [
  record(4, { actor: 'grace', action: 'backup', target: '/tmp/b' }),
  record(3, { actor: 'ada', action: 'toggle', target: 'nothing', outcome: 'refused' }),
  record(2, { actor: 'grace', action: 'drain', target: 'a' }),
  record(1, { actor: 'ada', action: 'toggle', target: 'greeting' }),
]
interface Shape {
  readonly actions?: readonly Action[]
  readonly records?: unknown
  readonly tampered?: unknown
  readonly attempts?: readonly Tampering[]
  readonly killed?: readonly string[]
  readonly back?: readonly string[]
  readonly ownNames?: Readonly<Record<string, string>>
}
const read = (probe: string, value: unknown): HistoryEvent => ({ kind: 'observation', probe, target: 'balancer', atMs: 900, value: Array.isArray(value) ? { outcome: 'read', status: 200, value } : value })
const attempted: readonly Tampering[] = (['change', 'remove'] as const).map((attempt) => ({ attempt, record: '4', ok: false, answered: true }))
function history(shape: Shape = {}): ReturnType<typeof historyOf> {
  return historyOf([
    fact('audit', { instances: ['a', 'b'], fields, outcomes: { done: 'done', refused: 'refused' } }),
    ...(shape.ownNames === undefined ? [] : [fact('instance-names', shape.ownNames)]),
    ...(shape.actions ?? actions).map((value): HistoryEvent => ({ kind: 'observation', probe: 'audited-action', target: 'balancer', atMs: 10, value })),
    ...['a', 'b'].flatMap((target) => intervention({ name: 'kill', target, label: 'after the last action', issuedAtMs: 100, acknowledgedAtMs: 101, ...((shape.killed ?? ['a', 'b']).includes(target) ? { witnessedAtMs: 110 } : {}) })),
    ...['a', 'b'].map((target): HistoryEvent => ({ kind: 'observation', probe: 'back-after-actions', target, atMs: 800, value: { ready: (shape.back ?? ['a', 'b']).includes(target) } })),
    read('audit-records', shape.records ?? right),
    ...(shape.attempts ?? attempted).map((value): HistoryEvent => ({ kind: 'observation', probe: 'tampering', target: 'audit', atMs: 950, value })),
    read('audit-records-after-tampering', shape.tampered ?? right),
  ])
}
const records = (shape?: Shape) => actionsLeaveRecords.evaluate(history(shape), thresholds)
const tampering = (shape?: Shape) => recordsCannotBeAltered.evaluate(history(shape), thresholds)
const without = (id: number): object[] => right.filter((one) => (one as { id: number }).id !== id)

describe('actions leave records', () => {
  test('passed: each has its own, in any order, and times in any form', () => {
    expect(records()).toMatchObject({ outcome: 'passed', summary: '4 actions of two operators left 4 records that survived the death of every instance' })
    expect(records({ records: right.map((one) => ({ ...one, at: epochMs })) }).outcome).toBe('passed')
    expect(records({ records: right.map((one) => ({ ...one, at: epochMs / 1_000 })) }).outcome).toBe('passed')
  })
  test.each<[string, unknown, string]>([
    ['an action left none', without(1), 'was left by toggle by ada'],
    ['a refused one left none', without(3), 'was left by toggle by ada (refused)'],
    ['a refused one is said to be done', right.map((one) => ({ ...one, outcome: 'done' })), 'was left by toggle by ada (refused)'],
    ['a record has another target', [...without(2), record(2, { actor: 'grace', action: 'drain', target: 'b' })], 'was left by drain by grace'],
    ['a record names another target that begins the same', [...without(2), record(2, { actor: 'grace', action: 'drain', target: 'a1' })], 'was left by drain by grace'],
    ['a record has no target', [...without(4), record(4, { actor: 'grace', action: 'backup', target: '' })], 'was left by backup by grace'],
    ['a record has another time', [...without(2), record(2, { actor: 'grace', action: 'drain', target: 'a', at: '2026-03-04T05:06:27Z' })], 'was left by drain by grace'],
    ['all name the service', right.map((one) => ({ ...one, actor: 'ledger' })), 'the record names another actor for toggle by ada, drain by grace, toggle by ada (refused) and backup by grace'],
    ['nothing survived', [], 'was left by toggle by ada, drain by grace, toggle by ada (refused) and backup by grace'],
  ])('failed: %s', (_what, found, summary) => {
    expect(records({ records: found })).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) as string })
  })
  test('an instance may stand in a record by the name that the service has for it, and no other may', () => {
    const named = (target: string): object[] => [...without(2), record(2, { actor: 'grace', action: 'drain', target })]
    expect(records({ records: named('ledger-1'), ownNames: { a: 'ledger-1', b: 'ledger-2' } }).outcome).toBe('passed')
    expect(records({ records: named('a'), ownNames: { a: 'ledger-1', b: 'ledger-2' } }).outcome).toBe('passed')
    expect(records({ records: named('ledger-2'), ownNames: { a: 'ledger-1', b: 'ledger-2' } }).outcome).toBe('failed')
    expect(records({ records: named('ledger-1') }).outcome).toBe('failed')
  })
  test('failed: one record for two actions of the same kind', () => {
    expect(records({ actions: [...actions, actions[0]!] })).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('was left by toggle by ada') as string })
  })
  test.each<[string, Shape, string]>([
    ['an action was refused', { actions: [action({ kind: 'drain', actor: 'ada', ok: false }), ...actions] }, 'drain was refused'],
    ['an action was not answered', { actions: [action({ kind: 'drain', actor: 'ada', ok: false, answered: false }), ...actions] }, 'drain was not answered'],
    ['what should be refused was accepted', { actions: [action({ kind: 'toggle', actor: 'ada', refused: true, ok: true }), ...actions] }, 'toggle was accepted, which it should not have been'],
    ['too few', { actions: actions.slice(1) }, '3 actions could be carried out, needs 4'],
    ['only one operator', { actions: actions.map((one) => ({ ...one, actor: 'ada' })) }, 'only one operator did anything'],
    ['an instance lived on', { killed: ['a'] }, 'b was not seen to be killed'],
    ['an instance did not come back', { back: ['b'] }, 'a did not come back'],
    ['the records could not be read', { records: { outcome: 'error-status', status: 403 } }, 'could not be read: error-status'],
    ['the records are no list', { records: { outcome: 'read', value: {} } }, 'they are no list'],
    ['nobody did anything', { actions: [] }, 'no operator did anything'],
  ])('inconclusive: %s', (_what, shape, summary) => {
    expect(records(shape)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) as string })
  })
})

describe('records cannot be altered', () => {
  test('passed: the attempts were refused, or accepted without effect', () => {
    expect(tampering()).toMatchObject({ outcome: 'passed', summary: 'record 4 is as it was after attempts to change and to remove it' })
    expect(tampering({ attempts: attempted.map((one) => ({ ...one, ok: true })) }).outcome).toBe('passed')
  })
  test.each<[string, unknown, string]>([
    ['removed', without(4), 'record 4 could be removed through the API'],
    ['changed', right.map((one) => ({ ...one, actor: 'nobody' })), 'record 4 could be changed through the API'],
  ])('failed: it was %s', (_what, tampered, summary) => {
    expect(tampering({ tampered })).toMatchObject({ outcome: 'failed', summary })
  })
  test.each<[string, Shape, string]>([
    ['nothing was tried', { attempts: [] }, 'no record was there'],
    ['an attempt was not answered', { attempts: attempted.map((one, index) => ({ ...one, answered: index === 0 })) }, 'the attempt to remove a record was not answered'],
    ['the records were not read again', { tampered: { outcome: 'timeout' } }, 'could not be read before and after'],
    ['the record was not in the list', { attempts: attempted.map((one) => ({ ...one, record: '9' })) }, 'record 9 was not among those'],
  ])('inconclusive: %s', (_what, shape, summary) => {
    expect(tampering(shape)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) as string })
  })
})
