import { expect, test } from 'vitest'
import { intervention } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { valueAfter, valueBefore } from './freshness.js'
import { controlLost, counters, holding, many, planFact, sent, valuesOf } from './literal-history.test-support.js'
import { countedReads, moments, ordinaryReads, overwrites, questions } from './names.js'
import { readsAreOffLoaded } from './reads-are-off-loaded.check.js'
import { readsAreOffLoaded as card } from './requirements/routing.js'
import type { DatabasePlan } from './servers.js'

const values = valuesOf(card)
const upToDate: HistoryEvent[] = [questions.caughtUpBeforeReads, questions.caughtUpAfterReads].map((why, index) => holding('replica', why, { sentAtMs: 500 + index * 3_000, asked: ['m'], held: ['m'] }))
const reads = many(200, (index) => sent(1_000 + index * 10, { load: countedReads }))
/** Reads that each server counts in 4 s of reading, and in the 2 s without any before. */
const counted = (replica: number, primary: number, quiet: { readonly replica: number; readonly primary: number } = { replica: 0, primary: 0 }): HistoryEvent[] => [
  counters('replica', moments.beforeQuiet, [100, 0, 0], 0),
  counters('primary', moments.beforeQuiet, [100, 0, 0], 0),
  counters('replica', moments.beforeReads, [100 + quiet.replica, 0, 0], 2_000),
  counters('replica', moments.afterReads, [100 + quiet.replica + replica, 0, 0], 6_000),
  counters('primary', moments.beforeReads, [100 + quiet.primary, 0, 0], 2_000),
  counters('primary', moments.afterReads, [100 + quiet.primary + primary, 0, 0], 6_000),
]
const judge = (events: readonly HistoryEvent[], plan: Partial<DatabasePlan> = {}) => readsAreOffLoaded.evaluate(historyOf([planFact(plan), ...events]), values)

test('most reads are counted on the replica', () => {
  expect(judge([...upToDate, ...reads, ...counted(190, 10)])).toMatchObject({ outcome: 'passed' })
})
test('all reads are counted on the primary', () => {
  expect(judge([...upToDate, ...reads, ...counted(3, 200)])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('needs 50 %') })
})
test('nothing tells where there are neither counters nor a way to stop replay', () => {
  expect(judge([...upToDate, ...reads], { counters: false, replay: false })).toMatchObject({ outcome: 'inconclusive', summary: 'replay cannot be stopped' })
})
test('a half is not enough when chance could have made it', () => {
  expect(judge([...upToDate, ...reads, ...counted(102, 98)])).toMatchObject({ outcome: 'failed' })
})
test('what the service reads by itself is taken off, on either side', () => {
  expect(judge([...upToDate, ...reads, ...counted(200, 300, { replica: 0, primary: 140 })])).toMatchObject({ outcome: 'passed' })
  expect(judge([...upToDate, ...reads, ...counted(300, 200, { replica: 150, primary: 0 })])).toMatchObject({ outcome: 'failed' })
})
test('servers that count late leave it open when the two ways of counting disagree', () => {
  expect(judge([...upToDate, ...reads, ...counted(105, 40)])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('too inexact') })
})
test('without the quiet span nothing can be taken off', () => {
  expect(judge([...upToDate, ...reads, ...counted(200, 0).slice(2)])).toMatchObject({ outcome: 'inconclusive' })
})
test('counters that do not show the reads prove nothing, whatever their ratio', () => {
  expect(judge([...upToDate, ...reads, ...counted(30, 0)])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('do not show') })
  expect(judge([...upToDate, ...reads, ...counted(0, 0)])).toMatchObject({ outcome: 'inconclusive' })
  expect(judge([...upToDate, ...reads])).toMatchObject({ outcome: 'inconclusive' })
})
test('a replica that is behind is rightly avoided', () => {
  expect(judge([...upToDate.slice(1), ...reads, ...counted(0, 200)])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('up to date') })
})
test('without reads, with few, and without anything', () => {
  expect(judge([...upToDate, ...counted(200, 0)])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('0 reads') })
  expect(judge([...upToDate, ...reads.slice(1), ...counted(200, 0)])).toMatchObject({ outcome: 'inconclusive' })
  expect(readsAreOffLoaded.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
})
test('a failure in a span in which the harness lost its own requests', () => {
  expect(judge([...upToDate, ...reads, ...counted(0, 200), controlLost(1_500)])).toMatchObject({ outcome: 'inconclusive' })
})

const stopped = [
  ...intervention({ name: 'pause-replay', target: 'operator', label: 'replica', issuedAtMs: 9_900, acknowledgedAtMs: 10_000 }),
  ...intervention({ name: 'resume-replay', target: 'operator', label: 'replica', issuedAtMs: 14_000, acknowledgedAtMs: 14_100 }),
]
const witnessed = [holding('primary', questions.duringPause, { sentAtMs: 11_000, asked: ['w'], held: ['w'] }), holding('replica', questions.duringPause, { sentAtMs: 11_000, asked: ['w'], held: [] })]
const pairs = (old: number): HistoryEvent[] =>
  many(40, (index) => {
    const key = `k${index}`
    return [
      sent(10_050 + index, { load: overwrites, method: 'PUT', key, value: valueAfter(key) }),
      sent(10_060 + index, { load: ordinaryReads, key, captured: { value: index < old ? valueBefore(key) : valueAfter(key) } }),
    ]
  })

test('without counters the values that were read decide', () => {
  const plan = { counters: false }
  expect(judge([...stopped, ...witnessed, ...pairs(38)], plan)).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('38 of 40') })
  expect(judge([...stopped, ...pairs(40)], plan)).toMatchObject({ outcome: 'inconclusive' })
  expect(judge([...stopped, ...witnessed], plan)).toMatchObject({ outcome: 'inconclusive' })
  expect(judge([...stopped, ...witnessed, ...pairs(38)], { ...plan, valueRead: false })).toMatchObject({ outcome: 'inconclusive' })
})
test('without counters new values do not fail a service that promises its writers to read what they wrote', () => {
  const plan = { counters: false }
  for (const old of [0, 2, 20]) expect(judge([...stopped, ...witnessed, ...pairs(old)], plan)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('had just written them') })
})
test('where reads are counted, fresh values after a write of one\'s own are no failure', () => {
  expect(judge([...upToDate, ...reads, ...counted(200, 0), ...stopped, ...witnessed, ...pairs(0)])).toMatchObject({ outcome: 'passed' })
})
