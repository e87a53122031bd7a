import { describe, expect, test } from 'vitest'
import { request, stall } from '../../core/checks/literal-events.test-support.js'
import type { Check } from '../../core/check.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { backupsComeFromTheReplica } from './backups-come-from-the-replica.check.js'
import { backupsDisturbNobody } from './backups-disturb-nobody.check.js'
import { damagedBackupsAreRefused } from './damaged-backups-are-refused.check.js'
import { goodLabel, lastLook, variantNames, type DamagedCopy } from './damaged-copies.js'
import { changed, frozenHistory, liveHistory, observed, performed, thresholdsOf, without, withoutIntervention, withoutLoad } from './live-history.test-support.js'
import { oneAccountIsRestored } from './one-account-is-restored.check.js'
import { backupsAreOnePointInTime } from './one-point-in-time.check.js'
import { othersAreLeftAlone } from './others-are-left-alone.check.js'
import { accountHistory, namespaceHistory } from './restore-history.test-support.js'
import { restoredBackupsAreFaithful } from './restored-backups-are-faithful.check.js'
import { restoresAreSilent } from './restores-are-silent.check.js'
import { restoresRunLive } from './restores-run-live.check.js'
import { theUserIsNotLockedOut } from './the-user-is-not-locked-out.check.js'
import { victimLoads } from './victim-probes.js'
import { frozenLabel, interventions, loads } from './vocabulary.js'

/** Histories in which nothing was shown, or something that is not the service's doing. */

const judge = (check: Check, events: readonly HistoryEvent[]) => check.evaluate(historyOf(events), thresholdsOf(check.requirement))
const inconclusive = (text: string) => ({ outcome: 'inconclusive', summary: expect.stringContaining(text) as string })
const good = liveHistory()
const account = accountHistory()
/** A procedure that was under way when the exercise was cut: nobody knows how it would have ended. */
const cut = (events: readonly HistoryEvent[], name: string, label: string): HistoryEvent[] =>
  without(events, (event) => event.kind === 'intervention' && event.name === name && event.label === label && event.phase !== 'issued')

describe('a procedure that was cut short is not refused', () => {
  test.each([
    [backupsDisturbNobody, cut(good, interventions.create, 'live-1')],
    [restoredBackupsAreFaithful, cut(good, interventions.isolated, 'live-1')],
    [backupsComeFromTheReplica, cut(frozenHistory(), interventions.create, frozenLabel)],
    [restoresRunLive, cut(namespaceHistory(), interventions.live, 'namespace')],
    [oneAccountIsRestored, cut(account, interventions.account, 'account')],
  ] as const)('%o', (check, events) => {
    expect(judge(check, events)).toMatchObject(inconclusive('did not reach its end'))
  })
})

describe('a procedure that failed and did not say why', () => {
  const failing = (events: readonly HistoryEvent[], name: string, label: string): HistoryEvent[] => cut(events, name, label).flatMap((event): HistoryEvent[] =>
    event.kind === 'intervention' && event.name === name && event.label === label ? [event, { ...event, phase: 'failed', atMs: event.atMs + 100, detail: { ok: false, tookMs: 100 } }] : [event])
  const restored = failing(account, interventions.account, 'account')
  test.each([
    ['failed', backupsDisturbNobody, failing(good, interventions.create, 'live-1')],
    ['failed', restoredBackupsAreFaithful, failing(good, interventions.isolated, 'live-1')],
    ['failed', backupsComeFromTheReplica, failing(frozenHistory(), interventions.create, frozenLabel)],
    ['failed', restoresRunLive, failing(namespaceHistory(), interventions.live, 'namespace')],
    ['failed', oneAccountIsRestored, restored],
    ['inconclusive', othersAreLeftAlone, restored],
    ['inconclusive', theUserIsNotLockedOut, restored],
    ['inconclusive', restoresAreSilent, restored],
  ] as const)('is %s: %o', (outcome, check, events) => {
    expect(judge(check, events)).toMatchObject({ outcome, summary: expect.stringContaining('it never ended') })
  })
})

describe('requests that failed for another reason', () => {
  test.each([
    [backupsDisturbNobody, good],
    [restoresRunLive, namespaceHistory()],
  ] as const)('%o', (check, events) => {
    const late = request(6_000, { load: loads.users, outcome: 'timeout', endedAtMs: 7_000 })
    expect(judge(check, [...events, late])).toMatchObject({ outcome: 'failed' })
    expect(judge(check, [...events, late, stall(6_900, 6_000)])).toMatchObject(inconclusive('stalled'))
    const idle = request(6_000, { load: loads.users, outcome: 'reset-idle' })
    expect(judge(check, [...events, idle])).toMatchObject({ outcome: 'passed' })
    expect(judge(check, [...events, { ...idle, method: 'POST' }])).toMatchObject({ outcome: 'failed' })
  })
})

describe('BKUP-02', () => {
  test('a copy from before all transfers could not be inconsistent', () => {
    expect(judge(backupsAreOnePointInTime, liveHistory({ markersPresent: () => false }))).toMatchObject(inconclusive('none of'))
  })
  test('balances that are no numbers did not break the sum', () => {
    const fuzzy = without(good, (event) => event.kind === 'observation' && event.probe === 'fuzzy-read')
    expect(judge(backupsAreOnePointInTime, [...fuzzy, observed('fuzzy-read', 'balancer', { sum: Number.NaN, expected: 100 })])).toMatchObject(inconclusive('0 of 0'))
  })
})

describe('BKUP-02 and BKUP-03', () => {
  test('fewer backups than are asked for are no pass', () => {
    expect(backupsAreOnePointInTime.evaluate(historyOf(good), { ...thresholdsOf('BKUP-02'), backups: 2 })).toMatchObject(inconclusive('1 backup could be judged, 2 are needed'))
  })
  test('a second deployment that does not become ready is not a backup that cannot be restored', () => {
    const notReady = without(withoutIntervention(good, interventions.isolated, 'live-1'), (event) => event.kind === 'observation' && event.probe === 'apart-ready')
    const events = [...notReady, observed('apart-ready', 'restored', { ready: false, tookMs: 60_000 })]
    expect(judge(backupsAreOnePointInTime, events)).toMatchObject(inconclusive('did not become ready'))
    expect(judge(restoredBackupsAreFaithful, events)).toMatchObject(inconclusive('did not become ready'))
  })
})

describe('BKUP-05', () => {
  const namespace = namespaceHistory()
  test('a damaged record that was not read may still be damaged', () => {
    expect(judge(restoresRunLive, without(namespace, (event) => event.kind === 'request' && event.load === 'namespace-after' && event.key === 'ns.12'))).toMatchObject(inconclusive('not every damaged record'))
  })
  test('a few slow answers are neither a rise of the latency nor the lack of one', () => {
    expect(judge(restoresRunLive, changed(namespace, (one) => one.load === loads.users && one.plannedAtMs % 200 === 0 && one.plannedAtMs >= 5_000 && one.plannedAtMs <= 9_000, (one) => ({ endedAtMs: one.plannedAtMs + 900 })))).toMatchObject(inconclusive('may be above'))
  })
})

describe('BKUP-09', () => {
  test('a backup that cannot be restored is none, however it was taken', () => {
    const refused = [...withoutIntervention(frozenHistory(), interventions.isolated, frozenLabel), ...performed({ name: interventions.isolated, label: frozenLabel, fromMs: 30_000, toMs: 30_500, ok: false })]
    expect(judge(backupsComeFromTheReplica, refused)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('with the primary frozen, but the restore') })
  })
})

describe('BKUP-04', () => {
  const offer = (variant: string, unchanged: DamagedCopy['unchanged'] = 'not looked at', restored = false): HistoryEvent[] => [
    ...performed({ name: interventions.isolated, label: `damaged-${variant}`, fromMs: 30_100, toMs: 30_150, ok: restored, witness: false }),
    observed('damaged-copy', variant, { variant, damage: { kind: 'flip-bit', atByte: 5, bit: 3 }, unchanged } satisfies DamagedCopy),
  ]
  const offered = (special: string, more: readonly [DamagedCopy['unchanged'], boolean]): HistoryEvent[] => [
    ...liveHistory(),
    ...performed({ name: interventions.verify, label: goodLabel, fromMs: 29_000, toMs: 29_050 }),
    ...variantNames(4).flatMap((variant) => (variant === special ? offer(variant, ...more) : offer(variant))),
    observed('damaged-copy', lastLook, { variant: lastLook, damage: { kind: 'cut', toBytes: 9 }, unchanged: true }),
  ]
  test('a flipped bit may have been without consequence when nobody could look', () => {
    expect(judge(damagedBackupsAreRefused, offered('flip-1', [null, true]))).toMatchObject(inconclusive('flip-1'))
    expect(judge(damagedBackupsAreRefused, offered('flip-1', [false, true]))).toMatchObject({ outcome: 'failed' })
    expect(judge(damagedBackupsAreRefused, offered('empty', [null, true]))).toMatchObject({ outcome: 'failed' })
  })
  test('the evidence says what was done to a copy that was restored', () => {
    const cutTo = offered('empty', [false, true]).map((event): HistoryEvent => (event.kind === 'observation' && event.target === 'empty' ? { ...event, value: { ...(event.value as DamagedCopy), damage: { kind: 'cut', toBytes: 0 } } } : event))
    const found = judge(damagedBackupsAreRefused, cutTo)
    expect(found.outcome).toBe('failed')
    expect(found.evidence.map(({ note }) => note).join('\n')).toMatch(/empty \(cut to 0 bytes\).*accepted\n[^]*flip-1 \(bit 3 of byte 5 flipped\).*refused/)
  })
})

describe('BKUP-06', () => {
  test('an account that was not seen to be damaged and mended', () => {
    expect(judge(oneAccountIsRestored, withoutIntervention(account, interventions.account, 'account', 'witnessed'))).toMatchObject(inconclusive('not seen to mend'))
  })
})

describe('BKUP-08', () => {
  test('the login with the password that is declared to work has to be seen to work', () => {
    expect(judge(theUserIsNotLockedOut, changed(account, ({ load }) => load === 'credentials-current', { outcome: 'timeout', status: undefined as never }))).toMatchObject(inconclusive('log in'))
    expect(judge(theUserIsNotLockedOut, changed(account, ({ load }) => load === 'credentials-current', { outcome: 'error-status', status: 503 }))).toMatchObject(inconclusive('log in'))
    const ofBackup = withoutLoad(account, 'credentials-backup').map((event): HistoryEvent => (event.kind === 'fact' && event.name === 'account' ? { ...event, value: { ...(event.value as object), passwordAfterRestore: 'backup' } } : event))
    expect(judge(theUserIsNotLockedOut, ofBackup)).toMatchObject(inconclusive('log in'))
  })
  test('where the password of the backup is declared to work, it has to', () => {
    const ofBackup = account.map((event): HistoryEvent => (event.kind === 'fact' && event.name === 'account' ? { ...event, value: { ...(event.value as object), passwordAfterRestore: 'backup' } } : event))
    expect(judge(theUserIsNotLockedOut, ofBackup)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('password of the backup') })
  })
  test('requests that we gave up are no use of the account', () => {
    expect(judge(theUserIsNotLockedOut, changed(account, (one) => one.load === victimLoads.logins && one.plannedAtMs >= 5_000 && one.plannedAtMs <= 9_000, { outcome: 'cancelled' }))).toMatchObject(inconclusive('did not try'))
  })
})

describe('BKUP-10', () => {
  const counts = (value: (index: number) => number | null, size = 40): Record<string, number | null> => Object.fromEntries(Array.from({ length: size }, (_, index) => [`v/item/${index}`, value(index)]))
  const withEffects = (when: string, value: Record<string, number | null>): HistoryEvent[] => [...without(account, (event) => event.kind === 'observation' && event.probe === 'effects' && event.target === when), observed('effects', when, value)]
  test('counters that were set back do not make up for announcements', () => {
    expect(judge(restoresAreSilent, withEffects('after', counts((index) => (index === 0 ? 3 : index === 1 ? 1 : 2))))).toMatchObject({ outcome: 'failed' })
    expect(judge(restoresAreSilent, withEffects('after', counts((index) => (index === 1 ? 1 : 2))))).toMatchObject(inconclusive('backwards'))
  })
  test('a count that could not be read before is no announcement', () => {
    expect(judge(restoresAreSilent, withEffects('control-before', counts(() => null, 5)))).toMatchObject(inconclusive('0 announcements'))
  })
})
