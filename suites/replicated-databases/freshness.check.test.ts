import { describe, expect, test } from 'vitest'
import { intervention } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { freshOnDemand, stalenessIsBounded } from './freshness.check.js'
import { valueAfter, valueBefore } from './freshness.js'
import { holding, many, planFact, sent, valuesOf } from './literal-history.test-support.js'
import { ordinaryReads, overwrites, questions, readsBeyondBound, strongReads } from './names.js'
import { freshOnDemand as strongCard, stalenessIsBounded as boundCard } from './requirements/freshness.js'

const stopped = [
  ...intervention({ name: 'pause-replay', target: 'operator', label: 'replica', issuedAtMs: 900, acknowledgedAtMs: 1_000 }),
  ...intervention({ name: 'resume-replay', target: 'operator', label: 'replica', issuedAtMs: 9_000, acknowledgedAtMs: 9_100 }),
]
const witness = (why: string, sentAtMs: number, replicaHolds: readonly string[] = []): HistoryEvent[] => [
  holding('primary', why, { sentAtMs, asked: ['w'], held: ['w'] }),
  holding('replica', why, { sentAtMs, asked: ['w'], held: replicaHolds }),
]
const keys = Array.from({ length: 100 }, (_, index) => `k${index}`)
const written = many(100, (index) => sent(1_050 + index, { load: overwrites, method: 'PUT', key: keys[index]!, value: valueAfter(keys[index]!) }))
const reads = (load: string, fromMs: number, stale: number, more: Partial<RequestEvent> = {}): RequestEvent[] =>
  many(100, (index) => sent(fromMs + index, { load, key: keys[index]!, captured: { value: (index < stale ? valueBefore : valueAfter)(keys[index]!) }, ...more }))

describe('strong reads', () => {
  const values = valuesOf(strongCard)
  const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => freshOnDemand.evaluate(historyOf([planFact(), ...events.flat()]), values)
  const lag = [stopped, witness(questions.duringPause, 2_000), written]

  test('see every write while ordinary ones do not', () => {
    expect(judge(...lag, reads(strongReads, 1_200, 0), reads(ordinaryReads, 1_200, 60))).toMatchObject({ outcome: 'passed', strength: { n: 100 } })
  })
  test('a replay that could not be stopped is no lag, and it is said why', () => {
    const issued = intervention({ name: 'pause-replay', target: 'operator', label: 'replica', issuedAtMs: 900 })
    const refused = issued.map((event): HistoryEvent => (event.kind === 'intervention' ? { ...event, phase: 'failed', atMs: 1_000, error: 'found 500' } : event))
    const rest = [witness(questions.duringPause, 2_000), written, reads(strongReads, 1_200, 0), reads(ordinaryReads, 1_200, 60)]
    expect(judge(issued, ...rest)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('replay of replica could not be stopped') })
    expect(judge(issued, refused, ...rest)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('replay of replica could not be stopped: found 500') })
  })
  test('one old value is enough, also when nobody witnessed the lag', () => {
    expect(judge(...lag, reads(strongReads, 1_200, 1), reads(ordinaryReads, 1_200, 60))).toMatchObject({ outcome: 'failed' })
    expect(judge(written, reads(strongReads, 1_200, 1))).toMatchObject({ outcome: 'failed' })
  })
  test('an answer that there is no such key is older than its first value', () => {
    expect(judge(...lag, reads(strongReads, 1_200, 0, { outcome: 'error-status', status: 404 }))).toMatchObject({ outcome: 'failed' })
  })
  test('without power, witness, reads or answers nothing is known', () => {
    expect(judge(...lag, reads(strongReads, 1_200, 0), reads(ordinaryReads, 1_200, 0))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no ordinary read was stale') })
    expect(judge(stopped, written, reads(strongReads, 1_200, 0), reads(ordinaryReads, 1_200, 60))).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(stopped, witness(questions.duringPause, 2_000, ['w']), written, reads(strongReads, 1_200, 0), reads(ordinaryReads, 1_200, 60))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no direct reading') })
    expect(judge(...lag, reads(ordinaryReads, 1_200, 60))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('0 strong reads') })
    expect(judge(...lag, reads(strongReads, 1_200, 0, { outcome: 'polite-refusal', status: 503 }), reads(ordinaryReads, 1_200, 60))).toMatchObject({ outcome: 'inconclusive' })
    expect(freshOnDemand.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
  })
  test('reads that were sent before their write was acknowledged say nothing', () => {
    expect(judge(...lag, reads(strongReads, 1_000, 100), reads(ordinaryReads, 1_200, 60))).toMatchObject({ outcome: 'inconclusive' })
  })
})

describe('reads beyond the bound', () => {
  const values = valuesOf(boundCard)
  const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => stalenessIsBounded.evaluate(historyOf([planFact(), ...events.flat()]), values)
  const lag = [stopped, witness(questions.duringPause, 2_000), witness(questions.endOfPause, 8_000), written]

  test('are fresh, or say that they are not', () => {
    expect(judge(...lag, reads(readsBeyondBound, 5_000, 0))).toMatchObject({ outcome: 'passed' })
    const marked = many(100, (index) => sent(5_000 + index, { load: readsBeyondBound, key: keys[index]!, captured: { value: valueBefore(keys[index]!), stale: '5200' } }))
    expect(judge(...lag, marked)).toMatchObject({ outcome: 'passed' })
  })
  test('the evidence says where no marker is declared', () => {
    const { evidence } = stalenessIsBounded.evaluate(historyOf([planFact({ staleMarker: false }), ...lag.flat(), ...reads(readsBeyondBound, 5_000, 0)]), values)
    expect(evidence.map(({ note }) => note)).toContain('stale answers with the declared marker (none is declared)')
  })
  test('an old value without a marker, or with an empty one', () => {
    expect(judge(...lag, reads(readsBeyondBound, 5_000, 1))).toMatchObject({ outcome: 'failed' })
    const unmarked = many(100, (index) => sent(5_000 + index, { load: readsBeyondBound, key: keys[index]!, captured: { value: valueBefore(keys[index]!), stale: '0' } }))
    expect(judge(...lag, unmarked)).toMatchObject({ outcome: 'failed' })
  })
  test('old values within the bound are the deal', () => {
    expect(judge(...lag, reads(readsBeyondBound, 2_000, 100))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('0 reads') })
  })
  test('a replica that had caught up before the end, or nothing at all', () => {
    expect(judge(stopped, witness(questions.duringPause, 2_000), witness(questions.endOfPause, 8_000, ['w']), written, reads(readsBeyondBound, 5_000, 0))).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(...lag)).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(written, reads(readsBeyondBound, 5_000, 0))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('never stopped') })
    expect(stalenessIsBounded.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
  })
})
