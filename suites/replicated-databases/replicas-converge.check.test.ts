import { expect, test } from 'vitest'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { controlLost, holding, many, planFact, sent, stalled, valuesOf } from './literal-history.test-support.js'
import { markerWrites, questions } from './names.js'
import { replicasConverge } from './replicas-converge.check.js'
import { replicasConverge as card } from './requirements/freshness.js'

const values = valuesOf(card)
const keys = Array.from({ length: 60 }, (_, index) => `m${index}`)
const markers = many(60, (index) => sent(1_000 + index * 30, { load: markerWrites, method: 'PUT', key: keys[index]! })) // acknowledged 5 ms later
/** Every 200 ms all markers so far are asked for; they arrive `lagMs` after their acknowledgement, those of `never` never. */
function following(server: string, lagMs: number, never: readonly string[] = []): HistoryEvent[] {
  const arrived = (atMs: number): string[] => keys.filter((key, index) => !never.includes(key) && 1_005 + index * 30 + lagMs <= atMs)
  const written = (atMs: number): string[] => keys.filter((_, index) => 1_005 + index * 30 <= atMs)
  return Array.from({ length: 40 }, (_, index) => {
    const sentAtMs = 1_100 + index * 200
    const asked = written(sentAtMs)
    return holding(server, questions.markers, { sentAtMs, asked, held: arrived(sentAtMs).filter((key) => asked.includes(key)) })
  })
}
const inTheEnd = (server: string, held: readonly string[]): HistoryEvent => holding(server, questions.lastMarkers, { sentAtMs: 9_500, asked: keys, held })
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => replicasConverge.evaluate(historyOf([planFact(), ...events.flat()]), values)

test('every marker arrives at once', () => {
  expect(judge(markers, following('replica', 20), inTheEnd('replica', keys), inTheEnd('primary', keys))).toMatchObject({ outcome: 'passed', strength: { n: 60 } })
})
test('markers that arrive later than the bound', () => {
  expect(judge(markers, following('replica', 1_600), inTheEnd('replica', keys), inTheEnd('primary', keys))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('not yet at replica') })
})
test('one marker that never arrives, though the primary has it', () => {
  const rest = keys.slice(0, 59)
  expect(judge(markers, following('replica', 20, ['m59']), inTheEnd('replica', rest), inTheEnd('primary', keys))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of 60') })
  // Lost, not unreplicated: that is for other requirements.
  expect(judge(markers, following('replica', 20, ['m59']), inTheEnd('replica', rest), inTheEnd('primary', rest))).toMatchObject({ outcome: 'inconclusive' })
})
test('a marker that was there and is gone in the end', () => {
  expect(judge(markers, following('replica', 20), inTheEnd('replica', keys.slice(1)), inTheEnd('primary', keys))).toMatchObject({ outcome: 'failed' })
})
test('asked too rarely to tell', () => {
  const rarely = holding('replica', questions.markers, { sentAtMs: 6_000, asked: keys, held: keys })
  expect(judge(markers, rarely, inTheEnd('replica', keys), inTheEnd('primary', keys))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not asked often or quickly enough') })
})
test('a question that takes longer than the bound tells nothing about it', () => {
  const slowly = markers.map((write) => ({ ...holding('replica', questions.markers, { sentAtMs: write.endedAtMs + 100, asked: [write.key!], held: [write.key!] }), atMs: write.endedAtMs + 1_500 }))
  expect(judge(markers, slowly, inTheEnd('replica', keys), inTheEnd('primary', keys))).toMatchObject({ outcome: 'inconclusive' })
})
test('nothing written, nothing asked, too few, no word of the primary', () => {
  expect(replicasConverge.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
  expect(judge(following('replica', 20))).toMatchObject({ outcome: 'inconclusive' })
  expect(judge(markers)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('never asked') })
  expect(judge(markers.slice(1), following('replica', 20), inTheEnd('replica', keys), inTheEnd('primary', keys))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('59 markers') })
  expect(judge(markers, following('replica', 20), inTheEnd('replica', keys))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('primary') })
})
test('lateness while the harness stalled or its own requests were lost', () => {
  const late = [markers, following('replica', 1_600), inTheEnd('replica', keys), inTheEnd('primary', keys)]
  expect(judge(...late, stalled(2_000))).toMatchObject({ outcome: 'inconclusive' })
  expect(judge(...late, controlLost(1_500))).toMatchObject({ outcome: 'inconclusive' })
})
