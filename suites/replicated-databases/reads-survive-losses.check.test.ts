import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { controlLost, holding, lossOf, many, planFact, sent, stalled, valuesOf } from './literal-history.test-support.js'
import { questions, readsWithoutPrimary, readsWithoutReplica, writesWithoutPrimary } from './names.js'
import { readsSurvivePrimary, readsSurviveReplica } from './reads-survive-losses.check.js'
import { primaryMayBeLostForReads, readReplicaMayBeLost } from './requirements/losses.js'

/** One read every 20 ms from 0 to 20 s. */
const steady = (load: string, change: (event: RequestEvent) => RequestEvent = (event) => event): RequestEvent[] => many(1_000, (index) => change(sent(index * 20, { load })))
const failing = (fromMs: number, toMs: number) => (event: RequestEvent): RequestEvent =>
  event.plannedAtMs >= fromMs && event.plannedAtMs < toMs ? { ...event, outcome: 'polite-refusal', status: 503 } : event
const slow = (fromMs: number, toMs: number) => (event: RequestEvent): RequestEvent =>
  event.plannedAtMs >= fromMs && event.plannedAtMs < toMs ? { ...event, endedAtMs: event.plannedAtMs + 1_500 } : event

describe('without a read replica', () => {
  const values = valuesOf(readReplicaMayBeLost)
  const lost = [...lossOf('replica', 'killed', { fromMs: 2_000, toMs: 6_100 }), ...lossOf('replica', 'silent', { fromMs: 10_000, toMs: 14_100 })]
  const back = [6_200, 14_200].map((sentAtMs) => holding('replica', questions.caughtUpAfterLoss, { sentAtMs, asked: ['m'], held: ['m'] }))
  const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => readsSurviveReplica.evaluate(historyOf([planFact(), ...events.flat()]), values)

  test('reads go on, and may fail until failover', () => {
    expect(judge(lost, back, steady(readsWithoutReplica))).toMatchObject({ outcome: 'passed' })
    expect(judge(lost, back, steady(readsWithoutReplica, failing(2_000, 3_500)))).toMatchObject({ outcome: 'passed' })
  })
  test('one read that fails or a few that are slow after failover, in either arm', () => {
    expect(judge(lost, back, steady(readsWithoutReplica, failing(5_000, 5_010)))).toMatchObject({ outcome: 'failed' })
    expect(judge(lost, back, steady(readsWithoutReplica, failing(13_000, 13_010)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('silent') })
    expect(judge(lost, back, steady(readsWithoutReplica, slow(12_500, 14_000)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('longer than 1000 ms') })
  })
  test('a loss nobody saw, or that came too late, too short or not at all', () => {
    const silent = lossOf('replica', 'silent', { fromMs: 10_000, toMs: 14_100 })
    expect(judge(lossOf('replica', 'killed', { fromMs: 2_000, toMs: 6_100, witnessed: false }), silent, back, steady(readsWithoutReplica))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not witnessed') })
    expect(judge(silent, back, steady(readsWithoutReplica))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('never lost') })
    expect(judge(lossOf('replica', 'killed', { fromMs: 2_000, toMs: 4_500 }), silent, back, steady(readsWithoutReplica))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('needs 4 s') })
    expect(readsSurviveReplica.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
  })
  test('no traffic, little traffic, and failures from before', () => {
    expect(judge(lost, back)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no read succeeded') })
    expect(judge(lost, back, many(100, (index) => sent(index * 200, { load: readsWithoutReplica })))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('needs 50') })
    expect(judge(lost, back, steady(readsWithoutReplica, failing(1_500, 6_000)))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('before') })
  })
  test('a replica that was not seen to come back', () => {
    expect(judge(lost, back.slice(1), steady(readsWithoutReplica))).toMatchObject({ outcome: 'passed' }) // the later reading is after both
    expect(judge(lost, steady(readsWithoutReplica))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('up to date again') })
  })
  test('a harness that stalled or lost its own requests', () => {
    expect(judge(lost, back, steady(readsWithoutReplica, failing(5_000, 5_010)), stalled(5_100))).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(lost, back, steady(readsWithoutReplica), controlLost(5_000))).toMatchObject({ outcome: 'inconclusive' })
  })
})

describe('without the primary', () => {
  const values = valuesOf(primaryMayBeLostForReads)
  const owner: HistoryEvent = { kind: 'fact', name: 'data-owner', value: 'primary', atMs: 0 }
  const lost = [...lossOf('primary', 'killed', { fromMs: 2_000, toMs: 7_100 }), ...lossOf('primary', 'silent', { fromMs: 10_000, toMs: 15_100 })]
  const writes = [8_000, 16_000].map((atMs) => sent(atMs, { load: writesWithoutPrimary, method: 'PUT' }))
  const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => readsSurvivePrimary.evaluate(historyOf([owner, ...events.flat()]), values)

  test('reads go on, but for one in a hundred', () => {
    expect(judge(lost, writes, steady(readsWithoutPrimary))).toMatchObject({ outcome: 'passed' })
    expect(judge(lost, writes, steady(readsWithoutPrimary, failing(6_000, 6_010)))).toMatchObject({ outcome: 'passed' })
  })
  test('reads end with the primary', () => {
    expect(judge(lost, writes, steady(readsWithoutPrimary, failing(2_000, 7_200)))).toMatchObject({ outcome: 'failed' })
    expect(judge(lost, writes, steady(readsWithoutPrimary, failing(10_000, 15_200)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('silent') })
  })
  test('no loss, no reads, no return', () => {
    expect(readsSurvivePrimary.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
    expect(judge(writes, steady(readsWithoutPrimary))).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(lost, writes)).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(lost, steady(readsWithoutPrimary))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no write was acknowledged again') })
  })
})
