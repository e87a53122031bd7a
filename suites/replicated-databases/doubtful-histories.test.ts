import { describe, expect, test } from 'vitest'
import { intervention } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { readOnlyModeIsHonest } from '../graceful-degradation/read-only-mode.requirement.js'
import { freshOnDemand as fresh } from './freshness.check.js'
import { valueAfter, valueBefore } from './freshness.js'
import { counters, holding, lossOf, many, planFact, sent, valuesOf } from './literal-history.test-support.js'
import { replicasSeeNoWrite } from './mutations-go-to-the-primary.check.js'
import { lossLabel, markerWrites, moments, mutations, ordinaryReads, overwrites, questions, readsWithoutPrimary, readsWithoutReplica, released, strongReads, writesWithoutPrimary } from './names.js'
import { readsSurvivePrimary, readsSurviveReplica } from './reads-survive-losses.check.js'
import { freshOnDemand } from './requirements/freshness.js'
import { primaryMayBeLostForReads, readReplicaMayBeLost } from './requirements/losses.js'
import { mutationsGoToThePrimary } from './requirements/routing.js'
import { writesAreRefusedHonestly, writesWorkAgain } from './writes-are-refused-honestly.check.js'

/** Histories in which nothing was shown, or something that is not the service's doing. */

describe('counters that were set back show nothing', () => {
  const sentMutations = many(40, (index) => sent(index * 10, { load: index % 2 === 0 ? mutations : markerWrites, method: 'PUT', key: `k${index}` }))
  const primary = [counters('primary', moments.beforeReads, [0, 0, 0]), counters('primary', moments.afterReads, [0, 0, 0]), counters('primary', moments.afterMutations, [5, 60, 0])]
  const judge = (after: readonly [number, number, number]) =>
    replicasSeeNoWrite.evaluate(historyOf([planFact(), ...sentMutations, ...primary, counters('replica', moments.beforeReads, [0, 0, 0]), counters('replica', moments.afterReads, [500, 3, 0]), counters('replica', moments.afterMutations, after)]), valuesOf(mutationsGoToThePrimary))
  test('the whole server, or one of the counters', () => {
    expect(judge([501, 3, 0])).toMatchObject({ outcome: 'passed' })
    expect(judge([2, 3, 0])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('backwards') })
    expect(judge([501, 0, 0])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('backwards') })
  })
})

const steady = (load: string, change: (event: RequestEvent) => RequestEvent = (event) => event): RequestEvent[] => many(1_000, (index) => change(sent(index * 20, { load })))
const at = (fromMs: number, toMs: number, more: Partial<RequestEvent>) => (event: RequestEvent): RequestEvent => (event.plannedAtMs >= fromMs && event.plannedAtMs < toMs ? { ...event, ...more } : event)

describe('reads without a server', () => {
  const lost = [...lossOf('replica', 'killed', { fromMs: 2_000, toMs: 6_100 }), ...lossOf('replica', 'silent', { fromMs: 10_000, toMs: 14_100 })]
  const back = holding('replica', questions.caughtUpAfterLoss, { sentAtMs: 14_200, asked: ['m'], held: ['m'] })
  const judge = (reads: readonly RequestEvent[], more: Readonly<Record<string, number>> = {}) => readsSurviveReplica.evaluate(historyOf([planFact(), ...lost, back, ...reads]), valuesOf(readReplicaMayBeLost, more))
  test("an idle connection that closes as a read is sent on it is nobody's failure", () => {
    expect(judge(steady(readsWithoutReplica, at(5_000, 5_010, { outcome: 'reset-idle' })))).toMatchObject({ outcome: 'passed' })
    const owner: HistoryEvent = { kind: 'fact', name: 'data-owner', value: 'replica', atMs: 0 }
    const writes = [8_000, 16_000].map((atMs) => sent(atMs, { load: writesWithoutPrimary, method: 'PUT' }))
    const primary = readsSurvivePrimary.evaluate(historyOf([owner, ...lost, ...writes, ...steady(readsWithoutPrimary, at(5_000, 5_100, { outcome: 'reset-idle' }))]), valuesOf(primaryMayBeLostForReads, { outage_s: 4 }))
    expect(primary).toMatchObject({ outcome: 'passed' })
  })
  test('reads that were only reset, or only given up, show nothing', () => {
    expect(judge(steady(readsWithoutReplica, at(2_000, 7_000, { outcome: 'reset-idle' })))).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(steady(readsWithoutReplica, at(2_000, 7_000, { outcome: 'cancelled' })))).toMatchObject({ outcome: 'inconclusive' })
  })
  test('the number of failures that is stated is the one that is used', () => {
    const two = steady(readsWithoutReplica, at(5_000, 5_040, { outcome: 'timeout' }))
    expect(judge(two)).toMatchObject({ outcome: 'failed' })
    expect(judge(two, { failures_after_failover_max: 2 })).toMatchObject({ outcome: 'passed' })
    expect(judge(two, { failures_after_failover_max: 1 })).toMatchObject({ outcome: 'failed' })
  })
})

describe('an owner of data that we did not bring back', () => {
  const owner: HistoryEvent = { kind: 'fact', name: 'data-owner', value: 'primary', atMs: 0 }
  const refusal: Partial<RequestEvent> = { outcome: 'polite-refusal', status: 503, method: 'PUT' }
  const silent = lossOf('primary', 'silent', { fromMs: 10_000, toMs: 15_000 })
  const killed = (undoneAtMs?: number): HistoryEvent[] => [
    ...intervention({ name: 'hold', target: 'primary', label: lossLabel('primary', 'killed'), issuedAtMs: 1_990, acknowledgedAtMs: 2_000, witnessedAtMs: 2_050, ...(undoneAtMs === undefined ? {} : { undoneAtMs }) }),
    { kind: 'observation', probe: released, target: 'primary', atMs: 7_000, value: { loss: 'killed' } },
  ]
  const values = valuesOf(readOnlyModeIsHonest)
  const writes = (okFromMs: number): RequestEvent[] => many(1_200, (index) => sent(index * 50, { load: writesWithoutPrimary, method: 'PUT', key: `k${index}`, ...(index * 50 >= 2_000 && index * 50 < okFromMs ? refusal : {}) }))
  test('writes that never work again say nothing of the service', () => {
    const never = [owner, ...killed(), ...writes(Infinity)]
    expect(writesWorkAgain.evaluate(historyOf(never), values)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not brought back') })
    expect(writesWorkAgain.evaluate(historyOf([owner, ...killed(7_100), ...writes(Infinity)]), values)).toMatchObject({ outcome: 'failed' })
  })
  test('the time that bringing it back takes is not the time of the service', () => {
    expect(writesWorkAgain.evaluate(historyOf([owner, ...killed(35_000), ...silent, ...writes(38_000)]), values).summary).not.toContain('within 30 s')
  })
  test('an idle connection that closes as a write is sent on it is no missing refusal when it may be repeated', () => {
    const reset = writes(7_200).map((one) => (one.plannedAtMs % 500 === 0 && (one.plannedAtMs > 3_000 && one.plannedAtMs < 7_000 || one.plannedAtMs > 11_000 && one.plannedAtMs < 15_000) ? { ...one, outcome: 'reset-idle' as const } : one.plannedAtMs >= 10_000 && one.plannedAtMs < 15_200 ? { ...one, ...refusal } : one))
    expect(writesAreRefusedHonestly.evaluate(historyOf([owner, ...killed(7_100), ...silent, ...reset]), values)).toMatchObject({ outcome: 'passed' })
    const posts = reset.map((one) => ({ ...one, method: 'POST' }))
    expect(writesAreRefusedHonestly.evaluate(historyOf([owner, ...killed(7_100), ...silent, ...posts]), values)).toMatchObject({ outcome: 'failed' })
  })
})

describe('strong reads that were not made while replicas lagged', () => {
  const pause = [
    ...intervention({ name: 'pause-replay', label: 'replica', issuedAtMs: 5_000, acknowledgedAtMs: 5_100 }),
    holding('primary', questions.duringPause, { sentAtMs: 9_000, asked: ['m'], held: ['m'] }),
    holding('replica', questions.duringPause, { sentAtMs: 9_000, asked: ['m'], held: [] }),
    ...intervention({ name: 'resume-replay', label: 'replica', issuedAtMs: 10_000, acknowledgedAtMs: 10_100 }),
  ]
  const pair = (index: number, atMs: number): RequestEvent[] => {
    const key = `k${index}`
    return [
      sent(atMs, { load: overwrites, method: 'PUT', key, value: valueAfter(key) }),
      sent(atMs + 10, { load: strongReads, key, captured: { value: valueAfter(key) } }),
      sent(atMs + 10, { load: ordinaryReads, key, captured: { value: valueBefore(key) } }),
    ]
  }
  const judge = (fromMs: number) => fresh.evaluate(historyOf([planFact(), ...pause, ...many(100, (index) => pair(index, fromMs + index * 10))]), valuesOf(freshOnDemand))
  test('do not count', () => {
    expect(judge(6_000)).toMatchObject({ outcome: 'passed' })
    expect(judge(3_000)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('needs 100') })
    expect(judge(11_000)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('needs 100') })
  })
})
