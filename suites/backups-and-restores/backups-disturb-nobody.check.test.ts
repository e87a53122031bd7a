import { describe, expect, test } from 'vitest'
import { request, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { backupsDisturbNobody } from './backups-disturb-nobody.check.js'
import { backupSpan, changed, liveHistory, performed, thresholdsOf, without, withoutIntervention, withoutLoad } from './live-history.test-support.js'
import { interventions, loads } from './vocabulary.js'

const judge = (events: readonly HistoryEvent[]) => backupsDisturbNobody.evaluate(historyOf(events), thresholdsOf('BKUP-01'))
const good = liveHistory()
const inBackup = ({ load, plannedAtMs }: { readonly load: string; readonly plannedAtMs: number }): boolean => load === loads.users && plannedAtMs > backupSpan.fromMs && plannedAtMs < backupSpan.toMs

describe('BKUP-01', () => {
  test('passes when nothing fails and nothing stalls', () => {
    const found = judge(good)
    expect(found).toMatchObject({ outcome: 'passed' })
    expect(found.strength?.n).toBeGreaterThan(200)
  })
  test('one failed request is a failure', () => {
    expect(judge([...good, request(6_000, { load: loads.users, outcome: 'error-status', status: 503 })])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of ') })
  })
  test('so is a refusal that is polite', () => {
    expect(judge([...good, request(6_000, { load: loads.users, outcome: 'polite-refusal', status: 503 })]).outcome).toBe('failed')
  })
  test('writes that wait for the whole backup', () => {
    const stalled = changed(good, (one) => inBackup(one) && one.method === 'PUT', { endedAtMs: backupSpan.toMs + 20 })
    expect(judge(stalled)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('no write was acknowledged') })
  })
  test('a backup without any write sent to it, or with writes that we gave up, is no stall of the service', () => {
    const unasked = without(good, (event) => event.kind === 'request' && inBackup(event) && event.method === 'PUT')
    expect(judge(unasked)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no write was sent') })
    expect(judge(changed(good, (one) => inBackup(one) && one.method === 'PUT', { outcome: 'cancelled' }))).toMatchObject({ outcome: 'inconclusive' })
  })
  test('slow answers', () => {
    expect(judge(changed(good, inBackup, (one) => ({ endedAtMs: one.plannedAtMs + 700 })))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('latency') })
  })
  test('a few slow answers can be chance, and are not judged', () => {
    const some = changed(good, (one) => inBackup(one) && one.plannedAtMs % 20 === 0 && one.plannedAtMs % 400 === 0, (one) => ({ endedAtMs: one.plannedAtMs + 700 }))
    expect(['passed', 'inconclusive']).toContain(judge(some).outcome)
  })
  test('a backup that does not succeed', () => {
    const events = [...withoutIntervention(good, interventions.create, 'live-1'), ...performed({ name: interventions.create, label: 'live-1', ...backupSpan, ok: false })]
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('did not succeed') })
  })
  test('a backup that says it succeeded and left nothing', () => {
    expect(judge(without(good, (event) => event.kind === 'observation' && event.probe === 'artifact'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('no file') })
  })

  const nothing: readonly (readonly [string, readonly HistoryEvent[], string])[] = [
    ['no backup', withoutIntervention(good, interventions.create, 'live-1'), 'no backup was taken'],
    ['no traffic', withoutLoad(good, loads.users), '0 writes'],
    ['no writes', without(good, (event) => event.kind === 'request' && event.load === loads.users && event.method === 'PUT' && event.plannedAtMs % 1_000 !== 0), 'writes fell into'],
    ['no time before', without(good, (event) => event.kind === 'observation' && event.probe === 'steady-traffic'), 'time before'],
    ['a backup over too soon', [...withoutIntervention(good, interventions.create, 'live-1'), ...performed({ name: interventions.create, label: 'live-1', fromMs: 5_000, toMs: 5_900 })], 'too short'],
    ['a stall of the harness', [...good, stall(6_000, 600)], 'the harness stalled'],
    ['failures before too', [...good, request(3_000, { load: loads.users, outcome: 'timeout' }), request(6_000, { load: loads.users, outcome: 'timeout' })], 'before'],
    ['a null control that failed too', [...good, request(6_000, { load: loads.users, outcome: 'timeout' }), request(6_000, { load: 'null-control', outcome: 'timeout' })], 'null control'],
    ['a starved machine', [...good, request(6_000, { load: loads.users, outcome: 'error-status', status: 500 }), request(6_000, { load: 'null-control', endedAtMs: 6_500 })], 'the machine was starved'],
    ['requests that were stuck before', [...good, request(3_000, { load: loads.users, outcome: 'error-status', status: 500, endedAtMs: 6_000 })], 'for long when it began'],
    ['requests given up', changed(good, (one) => inBackup(one) && one.plannedAtMs % 100 === 0, { outcome: 'cancelled' }), 'gave up'],
  ]
  test.each(nothing)('%s is inconclusive', (_what, events, summary) => {
    const found = judge(events)
    if (_what === 'no traffic') expect(found.outcome).not.toBe('passed')
    else expect(found).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})
