import { describe, expect, test } from 'vitest'
import { platform, request } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { changed, performed, thresholdsOf, without, withoutIntervention, withoutLoad } from './live-history.test-support.js'
import { namespaceHistory, restoreSpan } from './restore-history.test-support.js'
import { restoresRunLive } from './restores-run-live.check.js'
import { interventions, loads } from './vocabulary.js'

const judge = (events: readonly HistoryEvent[]) => restoresRunLive.evaluate(historyOf(events), thresholdsOf('BKUP-05'))
const good = namespaceHistory()
const inRestore = ({ load, plannedAtMs }: { readonly load: string; readonly plannedAtMs: number }): boolean => load === loads.users && plannedAtMs > restoreSpan.fromMs && plannedAtMs < restoreSpan.toMs
const observation = (probe: string) => (event: HistoryEvent): boolean => event.kind === 'observation' && event.probe === probe

describe('BKUP-05', () => {
  test('passes when the part is as in the backup and nobody else noticed', () => {
    expect(judge(good)).toMatchObject({ outcome: 'passed' })
  })
  test.each([
    ['a restore that does not succeed', [...withoutIntervention(good, interventions.live, 'namespace'), ...performed({ name: interventions.live, label: 'namespace', ...restoreSpan, ok: false })], 'did not succeed'],
    ['a record that is not as it was', changed(good, ({ load, key }) => load === 'namespace-after' && key === 'ns.12', { outcome: 'error-status', status: 404 }), '1 of 30 records'],
    ['a record that came after the backup', changed(good, ({ load, key }) => load === 'namespace-created-after' && key === 'ns.30', { outcome: 'ok', status: 200 }), 'came after the backup'],
    ['a failed request of others', changed(good, (one) => inRestore(one) && one.plannedAtMs === 6_000, { outcome: 'polite-refusal', status: 503 }), '503'],
    ['a lost write of others', changed(good, ({ load, key }) => load === 'bystander-records-after' && key === 'other.1', { outcome: 'wrong-content' }), 'last acknowledged value'],
    ['a replica with another boot', changed(good, (one) => one.load === loads.users && one.plannedAtMs > 7_000, { boot: 'b2' }), 'restarted r1'],
    ['a component that was started meanwhile', [...good, platform(6_000, 'process-started', 'db')], 'restarted db'],
    ['answers that are much slower', changed(good, inRestore, (one) => ({ endedAtMs: one.plannedAtMs + 900 })), 'latency'],
  ] as const)('%s is a failure', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) })
  })

  const short = { fromMs: 5_000, toMs: 5_300 }
  const nothing: readonly (readonly [string, readonly HistoryEvent[], string])[] = [
    ['no restore', withoutIntervention(good, interventions.live, 'namespace'), 'no live restore'],
    ['no damage', without(good, observation('namespace-damage')), 'no damage'],
    ['a restore that was not seen to mend anything', withoutIntervention(good, interventions.live, 'namespace', 'witnessed'), 'not seen to mend'],
    ['a record of others that a write without an answer may have overtaken', [...changed(good, ({ load, key }) => load === 'bystander-records-after' && key === 'other.1', { outcome: 'wrong-content' }), request(restoreSpan.toMs + 500, { load: 'bystander-records', key: 'other.1', method: 'PUT', outcome: 'timeout' })], 'may have landed after'],
    ['a namespace that was not read', withoutLoad(good, 'namespace-after'), 'could not be read'],
    ['records of others that were not read', withoutLoad(good, 'bystander-records-after'), '0 of 0 records of others'],
    ['a restore over too soon', namespaceHistory(short), 'requests of others overlapped'],
    ['no traffic', without(namespaceHistory(short), (event) => event.kind === 'request' && event.load === loads.users), 'requests of others overlapped'],
    ['no writes of others', withoutLoad(good, 'bystander-records'), 'no write of others'],
    ['failures before too', [...changed(good, (one) => inRestore(one) && one.plannedAtMs === 6_000, { outcome: 'timeout' }), request(3_000, { load: loads.users, outcome: 'timeout' })], 'before the restore too'],
    ['a null control that failed too', [...changed(good, (one) => inRestore(one) && one.plannedAtMs === 6_000, { outcome: 'timeout' }), request(6_000, { load: 'null-control', outcome: 'timeout' })], 'null control'],
    ['a starved machine', [...changed(good, (one) => inRestore(one) && one.plannedAtMs === 6_000, { outcome: 'timeout' }), request(6_000, { load: 'null-control', endedAtMs: 6_500 })], 'starved'],
    ['requests given up', changed(good, (one) => inRestore(one) && one.plannedAtMs % 50 === 0, { outcome: 'cancelled' }), 'gave up'],
  ]
  test.each(nothing)('%s is inconclusive', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})
