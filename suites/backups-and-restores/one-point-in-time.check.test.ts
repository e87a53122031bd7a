import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { balancesWith, changed, inCopy, liveHistory, performed, thresholdsOf, transfers, without, withoutIntervention, withoutLoad } from './live-history.test-support.js'
import { backupsAreOnePointInTime } from './one-point-in-time.check.js'
import { interventions, loads, restoredLoads } from './vocabulary.js'

const judge = (events: readonly HistoryEvent[]) => backupsAreOnePointInTime.evaluate(historyOf(events), thresholdsOf('BKUP-02'))
const good = liveHistory()
const of = restoredLoads('live-1')
const firstInside = transfers.findIndex((_, index) => 2_000 + index * 50 >= 5_000)

describe('BKUP-02', () => {
  test('passes for a copy of one instant, and says how many transfers could have shown another', () => {
    expect(judge(good)).toMatchObject({ outcome: 'passed', strength: { n: 50 } })
  })
  test('a copy that is old but of one instant passes', () => {
    expect(judge(liveHistory({ markersPresent: (index) => index < 30 })).outcome).toBe('passed')
  })
  test('a transfer whose two halves are from different moments breaks the sum', () => {
    const balances = balancesWith(inCopy)
    balances.set('a0', balances.get('a0')! - 5)
    expect(judge(liveHistory({ balances }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('the sum') })
  })
  test('errors that cancel in the sum show in the balances', () => {
    const balances = balancesWith(inCopy)
    balances.set('a0', balances.get('a0')! - 5)
    balances.set('a1', balances.get('a1')! + 5)
    expect(judge(liveHistory({ balances }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('2 of 4 balances') })
  })
  test('markers copied later than the balances', () => {
    expect(judge(liveHistory({ balances: balancesWith(inCopy), markersPresent: (index) => index < firstInside + 30 })).outcome).toBe('failed')
  })
  test('a hole in real time, although sum and balances agree', () => {
    const hole = (index: number): boolean => inCopy(index) && index !== 20
    expect(judge(liveHistory({ markersPresent: hole }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 transfer missing') })
  })
  test('no hole when the missing one was not acknowledged, or overlaps the present one', () => {
    const hole = (index: number): boolean => inCopy(index) && index !== 20
    expect(judge(changed(liveHistory({ markersPresent: hole }), ({ load, key }) => load === loads.transfers && key === 'm20', { outcome: 'timeout' })).outcome).toBe('passed')
    expect(judge(changed(liveHistory({ markersPresent: hole }), ({ load, key }) => load === loads.transfers && key === 'm20', { endedAtMs: 30_000 })).outcome).toBe('passed')
  })

  const refused = [...withoutIntervention(good, interventions.isolated, 'live-1'), ...performed({ name: interventions.isolated, label: 'live-1', fromMs: 20_000, toMs: 20_100, ok: false })]
  const nothing: readonly (readonly [string, readonly HistoryEvent[], string])[] = [
    ['no transfers', without(good, (event) => event.kind === 'observation' && event.probe === 'transfers'), 'no transfers were made'],
    ['no backup', withoutIntervention(good, interventions.create, 'live-1'), 'no backup was taken'],
    ['a power control that never broke', liveHistory({ fuzzyBreaks: 0 }), '0 of 4'],
    ['no power control', without(good, (event) => event.kind === 'observation' && event.probe === 'fuzzy-read'), '0 of 0'],
    ['a restore that was refused', refused, 'BKUP-03'],
    ['no restore', withoutIntervention(good, interventions.isolated, 'live-1'), 'not restored'],
    ['a restore that changed nothing', withoutIntervention(good, interventions.isolated, 'live-1', 'witnessed'), 'no change of the data was seen'],
    ['balances that could not be read', withoutLoad(good, of.balances), '4 of 4 balances'],
    ['markers that could not be looked for', withoutLoad(good, of.markers), '160 of 160 transfers'],
    ['too few transfers inside', changed(good, ({ load, plannedAtMs }) => load === loads.transfers && plannedAtMs > 5_500, { outcome: 'timeout' }), 'at least 20'],
  ]
  test.each(nothing)('%s is inconclusive', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})
