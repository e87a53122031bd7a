import { describe, expect, test } from 'vitest'
import { stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { backupsComeFromTheReplica } from './backups-come-from-the-replica.check.js'
import { changed, frozenHistory, liveHistory, thresholdsOf, withoutIntervention, withoutLoad } from './live-history.test-support.js'
import { frozenLabel, interventions, loads, restoredLoads } from './vocabulary.js'

const judge = (events: readonly HistoryEvent[]) => backupsComeFromTheReplica.evaluate(historyOf(events), thresholdsOf('BKUP-09'))
const good = frozenHistory()
const of = restoredLoads(frozenLabel)

describe('BKUP-09', () => {
  test('passes when the backup is completed with the primary frozen, and whole', () => {
    expect(judge(good)).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('200 records') })
  })
  test.each([
    ['a backup that does not succeed', frozenHistory({ ok: false }), 'did not succeed'],
    ['one that takes far longer', frozenHistory({ toMs: 17_000 }), 'took 7000 ms'],
    ['one without a file', withoutIntervention(good, interventions.create, frozenLabel, 'witnessed'), 'no file'],
    ['one that lacks records', changed(good, ({ load, key }) => load === of.corpus && key === 'p-c-3', { outcome: 'error-status', status: 404 }), '1 of 200 records'],
  ] as const)('%s is a failure', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) })
  })
  test.each([
    ['no freeze', liveHistory(), 'no backup was taken while'],
    ['no usual backup', withoutIntervention(good, interventions.create, 'live-1'), 'with the primary at work'],
    ['a write that was acknowledged meanwhile', changed(good, ({ load, plannedAtMs }) => load === loads.whileFrozen && plannedAtMs > 11_000 && plannedAtMs < 11_300, { outcome: 'ok' }), 'was not frozen'],
    ['no writes to show it', withoutLoad(good, loads.whileFrozen), 'was not seen'],
    ['a slow backup on a machine that stalled', [...frozenHistory({ toMs: 17_000 }), stall(12_000, 900)], 'the harness stalled'],
    ['no restore', withoutIntervention(good, interventions.isolated, frozenLabel), 'not restored'],
    ['a copy that could not be read', withoutLoad(good, of.corpus), '100 of 200 records'],
  ] as const)('%s is inconclusive', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})
