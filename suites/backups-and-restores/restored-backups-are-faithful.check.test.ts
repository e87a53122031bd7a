import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { changed, corpusKeys, liveHistory, observed, performed, thresholdsOf, without, withoutIntervention, withoutLoad } from './live-history.test-support.js'
import { restoredBackupsAreFaithful } from './restored-backups-are-faithful.check.js'
import { interventions, restoredLoads } from './vocabulary.js'

const judge = (events: readonly HistoryEvent[]) => restoredBackupsAreFaithful.evaluate(historyOf(events), thresholdsOf('BKUP-03'))
const good = liveHistory()
const of = restoredLoads('live-1')
const notListed = (event: HistoryEvent): boolean => event.kind === 'observation' && event.probe === 'listed'

describe('BKUP-03', () => {
  test('passes when all is as it was acknowledged, and reports recovery point and time', () => {
    const found = judge(good)
    expect(found).toMatchObject({ outcome: 'passed', strength: { n: 150 } })
    expect(found.evidence.map(({ note }) => note).join()).toMatch(/recovery point.*recovery time/)
  })
  test.each([
    ['missing', changed(good, ({ load, key }) => load === of.corpus && key === 'p-c-7', { outcome: 'error-status', status: 404 }), '1 missing (emoji)'],
    ['altered', changed(good, ({ load, key }) => load === of.corpus && key === 'p-c-7', { outcome: 'wrong-content' }), '1 altered'],
    ['resurrected', changed(good, ({ load, key }) => load === of.deleted && key === 'p-c-deleted-3', { outcome: 'ok', status: 200 }), '1 resurrected'],
    ['unexpected', [...without(good, notListed), observed('listed', 'live-1', { keys: [...corpusKeys, 'p-c-stranger'] })], '1 unexpected'],
    ['a refused restore', [...withoutIntervention(good, interventions.isolated, 'live-1'), ...performed({ name: interventions.isolated, label: 'live-1', fromMs: 20_000, toMs: 20_100, ok: false })], 'did not succeed'],
  ] as const)('%s is a failure', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) })
  })
  test('fresh records must be there unless they are younger than the declared staleness', () => {
    const skips = (index: number): boolean => 2_500 + index * 50 < 4_200
    expect(judge(liveHistory({ marksPresent: skips })).outcome).toBe('failed')
    expect(judge(liveHistory({ marksPresent: skips, stalenessMs: 1_000 })).outcome).toBe('passed')
  })

  const nothing: readonly (readonly [string, readonly HistoryEvent[], string])[] = [
    ['no backup', withoutIntervention(good, interventions.create, 'live-1'), 'no backup was taken'],
    ['no corpus', without(good, (event) => event.kind === 'fact' && event.name === 'corpus'), 'no corpus'],
    ['no second deployment', without(withoutIntervention(good, interventions.isolated, 'live-1'), (event) => event.kind === 'observation' && event.probe === 'apart-ready'), 'no second deployment'],
    ['a restore that changed nothing', withoutIntervention(good, interventions.isolated, 'live-1', 'witnessed'), 'no change'],
    ['a copy that could not be read', changed(good, ({ load }) => load === of.corpus, { outcome: 'timeout' }), 'could not be read'],
    ['a copy that was not listed', without(good, notListed), 'listed'],
    ['no acknowledged corpus', changed(good, ({ load, operation }) => load === 'prepare' && operation === 'corpus.write', { outcome: 'timeout' }), '0 records of the corpus'],
    ['no deletions', changed(good, ({ operation }) => operation === 'corpus.delete', { outcome: 'timeout' }), '0 records had been deleted'],
    ['no fresh records', withoutLoad(good, 'marks'), 'no fresh record'],
  ]
  test.each(nothing)('%s is inconclusive', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})
