import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { controlLost, counters, lossOf, many, planFact, sent, stalled, valuesOf } from './literal-history.test-support.js'
import { mutationsSucceed, replicasSeeNoWrite } from './mutations-go-to-the-primary.check.js'
import { moments, mutations, mutationsWithoutReplicas } from './names.js'
import { mutationsGoToThePrimary } from './requirements/routing.js'

const values = valuesOf(mutationsGoToThePrimary)
const operations: HistoryEvent = { kind: 'fact', name: 'mutations', value: ['create', 'remove'], atMs: 0 }
const each = (load: string, fromMs: number, change: (event: RequestEvent) => RequestEvent = (event) => event): RequestEvent[] =>
  many(20, (index) => ['create', 'remove'].map((operation) => change(sent(fromMs + index * 10, { load, operation, method: 'POST' }))))
const removeFails = (event: RequestEvent): RequestEvent => (event.operation === 'remove' ? { ...event, outcome: 'polite-refusal', status: 503 } : event)
const killed = lossOf('replica', 'killed', { fromMs: 5_000, toMs: 9_000 })
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => mutationsSucceed.evaluate(historyOf([planFact(), operations, ...events.flat()]), values)

describe('mutations succeed', () => {
  test('with and without read replicas', () => {
    expect(judge(each(mutations, 1_000), killed, each(mutationsWithoutReplicas, 6_000))).toMatchObject({ outcome: 'passed', strength: { n: 80 } })
  })
  test('one operation that fails is named, in either arm', () => {
    expect(judge(each(mutations, 1_000, removeFails), killed, each(mutationsWithoutReplicas, 6_000))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('remove') })
    expect(judge(each(mutations, 1_000), killed, each(mutationsWithoutReplicas, 6_000, removeFails))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('every read replica was down') })
  })
  test('nothing was sent, or too little', () => {
    expect(mutationsSucceed.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
    expect(judge(killed)).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(each(mutations, 1_000).slice(2), killed, each(mutationsWithoutReplicas, 6_000))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('19 times') })
  })
  test('a replica whose death nobody saw may have taken the writes', () => {
    const unseen = lossOf('replica', 'killed', { fromMs: 5_000, toMs: 9_000, witnessed: false })
    expect(judge(each(mutations, 1_000), unseen, each(mutationsWithoutReplicas, 6_000))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not witnessed') })
  })
  test('what was sent after the release does not count', () => {
    expect(judge(each(mutations, 1_000), killed, each(mutationsWithoutReplicas, 9_500))).toMatchObject({ outcome: 'inconclusive' })
  })
  test('a harness that stalled or lost its own requests charges nothing to the service', () => {
    expect(judge(each(mutations, 1_000, removeFails), killed, each(mutationsWithoutReplicas, 6_000), stalled(1_150))).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(each(mutations, 1_000), killed, each(mutationsWithoutReplicas, 6_000), controlLost(1_100))).toMatchObject({ outcome: 'inconclusive' })
  })
})

type Triple = readonly [number, number, number]
describe('read replicas see no write', () => {
  const told = (replica: { readonly reading: Triple; readonly after: Triple }, primaryAfter: Triple = [0, 40, 0]): HistoryEvent[] => [
    counters('replica', moments.beforeReads, [0, 0, 0]),
    counters('replica', moments.afterReads, replica.reading),
    counters('replica', moments.afterMutations, replica.after),
    counters('primary', moments.beforeReads, [0, 0, 0]),
    counters('primary', moments.afterReads, [0, 0, 0]),
    counters('primary', moments.afterMutations, primaryAfter),
  ]
  const see = (...events: readonly HistoryEvent[]) => replicasSeeNoWrite.evaluate(historyOf([planFact(), operations, ...each(mutations, 1_000), ...events]), values)

  test('and the primary counts them', () => {
    expect(see(...told({ reading: [200, 0, 0], after: [210, 0, 0] }))).toMatchObject({ outcome: 'passed' })
  })
  test('what the service writes by itself is told from what comes with the mutations', () => {
    // Three seconds of reading, then one of mutations.
    const refusing = (reading: number, after: number): HistoryEvent[] => [
      counters('replica', moments.beforeReads, [0, 0, 0], 0),
      counters('replica', moments.afterReads, [200, 0, reading], 3_000),
      counters('replica', moments.afterMutations, [200, 0, after], 4_000),
      ...told({ reading: [0, 0, 0], after: [0, 0, 0] }).slice(3),
    ]
    expect(see(...refusing(12, 56))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('refused 44') })
    expect(see(...refusing(12, 16))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('12 while it was only read from') })
    expect(see(...refusing(120, 160))).toMatchObject({ outcome: 'inconclusive' })
    expect(see(...told({ reading: [200, 0, 12], after: [200, 0, 90] })), 'without times nothing can be compared').toMatchObject({ outcome: 'inconclusive' })
  })
  test('writes that a replica refused, though clients never noticed', () => {
    expect(see(...told({ reading: [200, 0, 0], after: [200, 0, 40] }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('refused 40') })
    expect(see(...told({ reading: [200, 0, 0], after: [200, 3, 0] }))).toMatchObject({ outcome: 'failed' })
  })
  test('refusals that reading alone brings about too, or single ones, prove nothing', () => {
    expect(see(...told({ reading: [200, 0, 7], after: [200, 0, 47] }))).toMatchObject({ outcome: 'inconclusive' })
    expect(see(...told({ reading: [200, 0, 0], after: [200, 0, 1] }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('too few') })
  })
  test('counters that do not move on the primary either, cannot be read, or are set back', () => {
    expect(see(...told({ reading: [200, 0, 0], after: [200, 0, 0] }, [0, 3, 0]))).toMatchObject({ outcome: 'inconclusive' })
    expect(see()).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be read') })
    const whole = told({ reading: [200, 0, 0], after: [210, 0, 0] })
    expect(see(...whole.slice(0, 3))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the counters of the primary could not be read') })
    expect(see(...whole.slice(3))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the counters of replica could not be read') })
    expect(see(...told({ reading: [200, 0, 5], after: [0, 0, 0] }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('backwards') })
  })
  test('without a mutation nothing was seen; without counters there is nothing to see', () => {
    expect(replicasSeeNoWrite.evaluate(historyOf([planFact(), ...told({ reading: [0, 0, 0], after: [0, 0, 0] })]), values).outcome).toBe('inconclusive')
    expect(replicasSeeNoWrite.evaluate(historyOf([planFact({ counters: false })]), values).outcome).toBe('not-applicable')
    expect(replicasSeeNoWrite.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
  })
})
