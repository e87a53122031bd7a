import { describe, expect, test } from 'vitest'
import { request, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { changed, observed, performed, thresholdsOf, without, withoutIntervention, withoutLoad } from './live-history.test-support.js'
import { oneAccountIsRestored } from './one-account-is-restored.check.js'
import { othersAreLeftAlone } from './others-are-left-alone.check.js'
import { accountHistory, bystanderAccounts, effectsAfter, metadataAfter, restoreSpan } from './restore-history.test-support.js'
import { restoresAreSilent } from './restores-are-silent.check.js'
import { theUserIsNotLockedOut } from './the-user-is-not-locked-out.check.js'
import { victimLoads } from './victim-probes.js'
import { interventions } from './vocabulary.js'

type Rows = readonly (readonly [string, readonly HistoryEvent[], string])[]
const good = accountHistory()
const { account } = interventions
const refused = [...withoutIntervention(good, account, 'account'), ...performed({ name: account, label: 'account', ...restoreSpan, ok: false })]
const noRestore = withoutIntervention(good, account, 'account')
const notWitnessed = withoutIntervention(good, account, 'account', 'witnessed')
const isFact = (name: string) => (event: HistoryEvent): boolean => event.kind === 'fact' && event.name === name
const isObservation = (probe: string, target?: string) => (event: HistoryEvent): boolean => event.kind === 'observation' && event.probe === probe && (target === undefined || event.target === target)
const inRestore = (load: string) => (one: { readonly load: string; readonly plannedAtMs: number }): boolean => one.load === load && one.plannedAtMs >= restoreSpan.fromMs && one.plannedAtMs < restoreSpan.toMs

describe('BKUP-06', () => {
  const judge = (events: readonly HistoryEvent[]) => oneAccountIsRestored.evaluate(historyOf(events), thresholdsOf('BKUP-06'))
  test('passes when every object is as in the backup', () => {
    expect(judge(good)).toMatchObject({ outcome: 'passed', strength: { n: 30 } })
    expect(judge(accountHistory({ createdSince: 'kept' })).outcome).toBe('passed')
  })
  test.each([
    ['a child that was not restored', changed(good, ({ load, key }) => load === 'account-after' && key === 'v/item/12', { outcome: 'error-status', status: 404 }), '1 of 40 objects are not as in the backup'],
    ['a value that is not that of the backup', changed(good, ({ load, key }) => load === 'account-after' && key === 'v/setting/2', { outcome: 'wrong-content' }), '(setting)'],
    ['what came since and was not removed', changed(good, ({ load, key }) => load === 'account-created-after' && key === 'v/item/since-3', { outcome: 'ok', status: 200 }), '1 that came after it were not removed'],
    ['a restore that does not succeed', refused, 'did not succeed'],
    ['a restore that takes too long', accountHistory({ span: { fromMs: 5_000, toMs: 130_000 } }), 'took 125 s'],
  ] as Rows)('%s is a failure', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) })
  })
  test.each([
    ['no restore', noRestore, 'no account'],
    ['one kind of objects', accountHistory({ types: ['item'] }), 'fewer than 2 kinds'],
    ['too little damage', [...without(good, isObservation('account-damage')), observed('account-damage', 'balancer', { modified: ['v/item/0'], deleted: [], created: [] })], '1 object of the account could be modified'],
    ['objects that could not be read', changed(good, ({ load }) => load === 'account-after', { outcome: 'timeout' }), 'could not be read'],
    ['objects that were not read', withoutLoad(good, 'account-after'), '20 damaged objects were not read'],
  ] as Rows)('%s is inconclusive', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})

describe('BKUP-07', () => {
  const judge = (events: readonly HistoryEvent[]) => othersAreLeftAlone.evaluate(historyOf(events), thresholdsOf('BKUP-07'))
  test('passes when every other account holds what was acknowledged', () => {
    expect(judge(good)).toMatchObject({ outcome: 'passed', strength: { n: 20 } })
  })
  test('one object that was rewound is a failure', () => {
    expect(judge(altered)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of 20 objects of 1 other account') })
  })
  const altered = changed(good, ({ load, key }) => load === 'bystanders-after' && key === 'b3/item/own', { outcome: 'wrong-content' })
  const write = (more: Partial<RequestEvent>): HistoryEvent => request(6_000, { load: 'bystander-writes', key: 'b3/item/own', method: 'PUT', ...more })
  test.each(['bystander-changes', 'bystander-writes'])('a write of %s that got no answer may have landed after the acknowledged ones', (load) => {
    expect(judge([...altered, write({ load, outcome: 'timeout' })])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('may have landed late') })
    expect(judge([...altered, write({ load, outcome: 'error-status', status: 503 })]).outcome).toBe('inconclusive')
  })
  test('it excuses neither another object, nor one that is gone, nor a write that was refused for certain', () => {
    const late = write({ outcome: 'timeout' })
    const gone = changed(good, ({ load, key }) => load === 'bystanders-after' && key === 'b3/item/own', { outcome: 'error-status', status: 404 })
    expect(judge([...altered, write({ key: 'b4/item/own', outcome: 'timeout' })]).outcome).toBe('failed')
    expect(judge([...gone, late]).outcome).toBe('failed')
    expect(judge([...altered, write({ outcome: 'error-status', status: 422 })]).outcome).toBe('failed')
    expect(judge([...good, late]).outcome).toBe('passed')
    expect(judge([...changed(altered, ({ load, key }) => load === 'bystanders-after' && key === 'b5/item/own', { outcome: 'wrong-content' }), late])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of 20') })
  })
  test.each([
    ['no restore', noRestore, 'no account was restored'],
    ['a refused restore', refused, 'BKUP-06'],
    ['a restore that was not seen to mend anything', notWitnessed, 'not seen to mend'],
    ['too few others', [...without(good, isFact('bystander-accounts')), { kind: 'fact', name: 'bystander-accounts', value: bystanderAccounts.slice(0, 5), atMs: 0 }], '5 other accounts'],
    ['no changes after the backup', withoutLoad(good, 'bystander-changes'), 'had not been changed'],
    ['no writes meanwhile', withoutLoad(good, 'bystander-writes'), '0 writes'],
    ['others that were not read', withoutLoad(good, 'bystanders-after'), '0 of 0 objects'],
  ] as Rows)('%s is inconclusive', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})

describe('BKUP-08', () => {
  const judge = (events: readonly HistoryEvent[]) => theUserIsNotLockedOut.evaluate(historyOf(events), thresholdsOf('BKUP-08'))
  test('passes when the user can go on', () => {
    expect(judge(good)).toMatchObject({ outcome: 'passed' })
  })
  test('a short failure is allowed', () => {
    expect(judge(changed(good, (one) => one.load === victimLoads.restored && one.plannedAtMs > 6_000 && one.plannedAtMs < 7_500, { outcome: 'error-status', status: 423 })).outcome).toBe('passed')
  })
  test.each([
    ['an operation that is away for the whole restore', changed(good, inRestore(victimLoads.restored), { outcome: 'error-status', status: 423 }), 'locked out'],
    ['one that never comes back', changed(good, (one) => one.load === victimLoads.writes && one.plannedAtMs > 6_000, { outcome: 'timeout' }), 'victim-writes'],
    ['a group member who is locked out', changed(good, inRestore(victimLoads.member), { outcome: 'error-status', status: 423 }), 'group-member'],
    ['logins that fail', changed(good, (one) => one.load === victimLoads.logins && [6_000, 8_000].includes(one.plannedAtMs), { outcome: 'error-status', status: 423 }), '2 logins failed'],
    ['an acknowledged write that is gone', changed(good, ({ load, key }) => load === 'victim-writes-after' && key === 'v/item/during-6', { outcome: 'error-status', status: 404 }), '1 write of the user'],
    ['a password that does not work', changed(good, ({ load }) => load === 'credentials-current', { outcome: 'error-status', status: 401 }), 'could not log in'],
    ['a session that has ended', changed(good, (one) => one.load === victimLoads.restored && one.plannedAtMs > 11_500, { outcome: 'error-status', status: 401 }), 'no longer valid'],
  ] as Rows)('%s is a failure', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) })
  })
  test('a write from before the restore, or one that was refused, may be gone', () => {
    for (const key of ['v/item/during-1', 'v/item/during-3']) expect(judge(changed(good, (one) => one.load === 'victim-writes-after' && one.key === key, { outcome: 'error-status', status: 404 })).outcome, key).toBe('passed')
    const saidNo = changed(good, (one) => one.key === 'v/item/during-6', { outcome: 'error-status', status: 404 })
    expect(judge(saidNo).outcome).toBe('passed')
  })
  test('a write that is gone and was under way as the restore was asked for may be older than it, or was held back: nobody knows', () => {
    const lost = changed(good, (one) => one.load === 'victim-writes-after' && one.key === 'v/item/during-6', { outcome: 'error-status', status: 404 })
    const sent = (sentAtMs: number): readonly HistoryEvent[] => changed(lost, (one) => one.load === victimLoads.writes && one.key === 'v/item/during-6', { plannedAtMs: restoreSpan.fromMs - 40, sentAtMs, endedAtMs: sentAtMs + 2_000 })
    for (const afterMs of [-20, 60, 499]) expect(judge(sent(restoreSpan.fromMs + afterMs))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('may be older than the restore') })
    expect(judge(sent(restoreSpan.fromMs + 600))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 write of the user') })
    // Our own echo server needed a second then: so may what began the restore.
    const busy = request(restoreSpan.fromMs + 10, { load: 'null-control', endedAtMs: restoreSpan.fromMs + 1_010 })
    expect(judge([...sent(restoreSpan.fromMs + 600), busy])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('within 1500 ms') })
    expect(judge([...sent(restoreSpan.fromMs + 3_000), busy]).outcome).toBe('failed')
    const alwaysBusy = Array.from({ length: 6 }, (_, index) => request(restoreSpan.fromMs + index * 700, { load: 'null-control', endedAtMs: restoreSpan.fromMs + index * 700 + 310 }))
    expect(judge([...sent(restoreSpan.fromMs + 3_000), ...alwaysBusy]).outcome).toBe('failed')
  })
  test.each([
    ['no restore', noRestore, 'no account was restored'],
    ['a refused restore', refused, 'BKUP-06'],
    ['a restore over too soon', accountHistory({ span: { fromMs: 5_000, toMs: 7_000 } }), 'took 2.0 s'],
    ['a restore that was not seen to mend anything', notWitnessed, 'not seen to mend'],
    ['no use at all', Object.values(victimLoads).reduce<readonly HistoryEvent[]>((events, load) => withoutLoad(events, load), good), '0 requests of the user'],
    ['an operation that was not tried', withoutLoad(good, victimLoads.unrelated), 'did not try victim-reads-unrelated-data'],
    ['no use afterwards', without(good, (event) => event.kind === 'request' && event.load === victimLoads.restored && event.plannedAtMs > restoreSpan.toMs), 'was not seen to do'],
    ['failures before too', changed(good, (one) => one.load === victimLoads.restored && one.plannedAtMs === 4_000, { outcome: 'timeout' }), 'failed before the restore too'],
    ['no login afterwards', withoutLoad(good, 'credentials-current'), 'not seen to log in'],
    ['writes that could not be looked for', changed(good, ({ load }) => load === 'victim-writes-after', { outcome: 'timeout' }), 'could not be looked for'],
    ['a starved machine', [...changed(good, inRestore(victimLoads.restored), ({ status: _status, ...one }) => ({ ...one, outcome: 'timeout', status: 504 })), request(7_000, { load: 'null-control', endedAtMs: 7_800 })], 'starved'],
    ['a stall of the harness', [...changed(good, inRestore(victimLoads.restored), { outcome: 'timeout' }), stall(7_000, 2_500)], 'the harness stalled'],
    ['a null control that failed too', [...changed(good, inRestore(victimLoads.restored), { outcome: 'timeout' }), request(7_000, { load: 'null-control', outcome: 'timeout' })], 'null control'],
  ] as Rows)('%s is inconclusive', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})

describe('BKUP-10', () => {
  const judge = (events: readonly HistoryEvent[]) => restoresAreSilent.evaluate(historyOf(events), thresholdsOf('BKUP-10'))
  test('passes when nothing was announced and identity and times are kept', () => {
    expect(judge(good)).toMatchObject({ outcome: 'passed', strength: { n: 40 } })
  })
  test('announcements of restored objects', () => {
    expect(judge([...good, effectsAfter(3)])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('40 changes of 40 objects') })
  })
  test('an object with another time', () => {
    expect(judge([...good, metadataAfter('tuesday')])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 object did not keep identity and times') })
  })
  test.each([
    ['no restore', noRestore, 'no account was restored'],
    ['a refused restore', refused, 'BKUP-06'],
    ['a control without announcements', without(good, isObservation('effects', 'control-after')), '0 announcements'],
    ['no counts', without(good, isObservation('effects', 'after')), 'not counted'],
    ['counts that could not be read', [...good, observed('effects', 'after', { 'v/item/0': null })], '0 objects were counted'],
    ['no metadata', without(good, isObservation('metadata', 'after')), '0 compared'],
    ['a restore that was not seen to mend anything', notWitnessed, 'not seen to mend'],
  ] as Rows)('%s is inconclusive', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})
