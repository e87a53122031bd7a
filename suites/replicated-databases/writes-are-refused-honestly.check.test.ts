import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { readOnlyModeIsHonest } from '../graceful-degradation/read-only-mode.requirement.js'
import { controlLost, lossOf, many, sent, valuesOf } from './literal-history.test-support.js'
import { readBack, writesWithoutPrimary } from './names.js'
import { noWriteIsAcknowledgedAndLost, writesAreRefusedHonestly, writesWorkAgain } from './writes-are-refused-honestly.check.js'

const values = valuesOf(readOnlyModeIsHonest)
const without = (events: readonly HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))
const owner: HistoryEvent = { kind: 'fact', name: 'data-owner', value: 'primary', atMs: 0 }
const lost = [...lossOf('primary', 'killed', { fromMs: 2_000, toMs: 7_000 }), ...lossOf('primary', 'silent', { fromMs: 10_000, toMs: 15_000 })]
const away = (atMs: number): boolean => (atMs >= 2_000 && atMs < 7_300) || (atMs >= 10_000 && atMs < 15_300)
const refusal: Partial<RequestEvent> = { outcome: 'polite-refusal', status: 503 }
/** One write every 50 ms; `during` is what becomes of those sent while the primary is away. */
const writes = (during: Partial<RequestEvent> = refusal, took = 20): RequestEvent[] =>
  many(340, (index) => {
    const atMs = index * 50
    const base = { load: writesWithoutPrimary, method: 'PUT', key: `k${index}` }
    return sent(atMs, away(atMs) ? { ...base, ...during, endedAtMs: atMs + took } : base)
  })
const readBackOf = (events: readonly RequestEvent[], change: Partial<RequestEvent> = {}): RequestEvent[] =>
  events.filter((one) => one.outcome === 'ok').map((one, index) => sent(18_000 + index, { load: readBack, key: one.key!, ...(away(one.plannedAtMs) ? change : {}) }))
const history = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => historyOf([owner, ...events.flat()])

describe('no write is acknowledged and lost', () => {
  test('refused ones cannot be', () => {
    expect(noWriteIsAcknowledgedAndLost.evaluate(history(lost, writes(), readBackOf(writes())), values)).toMatchObject({ outcome: 'passed' })
  })
  test('acknowledged ones that are missing', () => {
    const into = writes({ outcome: 'ok', status: 200 })
    const missing = readBackOf(into, { outcome: 'error-status', status: 404 })
    expect(noWriteIsAcknowledgedAndLost.evaluate(history(lost, into, missing), values)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('acknowledged while primary was away') })
  })
  test('a queue that keeps what it took is honest', () => {
    const queued = writes({ outcome: 'ok', status: 200 })
    expect(noWriteIsAcknowledgedAndLost.evaluate(history(lost, queued, readBackOf(queued)), values)).toMatchObject({ outcome: 'passed' })
    expect(writesAreRefusedHonestly.evaluate(history(lost, queued), values)).toMatchObject({ outcome: 'passed' })
  })
  test('a read that finds what nobody wrote shows nothing but what is missing', () => {
    const found = sent(19_000, { load: 'never-written', key: 'nobody' })
    const into = writes({ outcome: 'ok', status: 200 })
    expect(noWriteIsAcknowledgedAndLost.evaluate(history(lost, writes(), readBackOf(writes()), found), values)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('finds what was never written') })
    expect(noWriteIsAcknowledgedAndLost.evaluate(history(lost, into, readBackOf(into, { outcome: 'error-status', status: 404 }), found), values).outcome).toBe('failed')
  })
  test('not read back, not witnessed, nothing written', () => {
    expect(noWriteIsAcknowledgedAndLost.evaluate(history(lost, writes()), values)).toMatchObject({ outcome: 'inconclusive' })
    expect(noWriteIsAcknowledgedAndLost.evaluate(history(writes(), readBackOf(writes())), values)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('never lost') })
    expect(noWriteIsAcknowledgedAndLost.evaluate(history(lost), values)).toMatchObject({ outcome: 'inconclusive' })
    expect(noWriteIsAcknowledgedAndLost.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
  })
  test('what is missing after a cut exercise may only not have been waited for', () => {
    const into = writes({ outcome: 'ok', status: 200 })
    const cut: HistoryEvent = { kind: 'incomplete', atMs: 19_000, reason: 'cut', cause: 'deadline' }
    expect(noWriteIsAcknowledgedAndLost.evaluate(history(lost, into, readBackOf(into, { outcome: 'error-status', status: 404 }), cut), values)).toMatchObject({ outcome: 'inconclusive' })
  })
})

describe('writes are refused explicitly and quickly', () => {
  const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => writesAreRefusedHonestly.evaluate(history(...events), values)
  test('with a 503, or by the balancer when every instance has left', () => {
    expect(judge(lost, writes())).toMatchObject({ outcome: 'passed' })
    expect(judge(lost, writes({ outcome: 'error-status', status: 503, detail: 'made by the balancer: no-backend-up' }))).toMatchObject({ outcome: 'passed' })
  })
  test('a timeout, a broken connection or a balancer that found one is no refusal', () => {
    expect(judge(lost, writes({ outcome: 'timeout' }))).toMatchObject({ outcome: 'failed' })
    expect(judge(lost, writes({ outcome: 'reset-in-flight' }))).toMatchObject({ outcome: 'failed' })
    expect(judge(lost, writes({ outcome: 'error-status', status: 502, detail: 'made by the balancer: reset' }))).toMatchObject({ outcome: 'failed' })
  })
  test('refusals that take long', () => {
    expect(judge(lost, writes(refusal, 4_000))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('longer than 2 s') })
  })
  test('a few refusals that take long do not tell the 95th percentile', () => {
    const some = writes().map((one, index) => (one.outcome === 'polite-refusal' && index % 12 === 0 ? { ...one, endedAtMs: one.plannedAtMs + 4_000 } : one))
    expect(judge(lost, some)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('too few to speak of the 95th percentile') })
  })
  test('a loss that failed says why, and one without an end, or seen only after it, is none', () => {
    const silence = lost.filter((event) => !(event.kind === 'intervention' && event.name === 'hold') && !(event.kind === 'observation' && event.atMs === 7_000))
    const kill = lossOf('primary', 'killed', { fromMs: 2_000, toMs: 7_000 })
    const changed = (change: (event: HistoryEvent) => HistoryEvent[]) => judge(kill.flatMap(change), silence, writes())
    expect(changed((event) => (event.kind !== 'intervention' || event.phase === 'issued' ? [event] : event.phase === 'acknowledged' ? [{ ...event, phase: 'failed', error: 'no such unit' }] : []))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('was not witnessed: no such unit') })
    expect(judge(without(lost, (event) => event.kind === 'observation'), writes())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the absence of primary (killed) did not reach its end') })
    expect(changed((event) => (event.kind === 'intervention' && event.phase === 'witnessed' ? [{ ...event, atMs: 7_100 }] : [event]))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('was witnessed only after its end') })
  })
  test('too few writes, an unwitnessed loss, and a control that failed', () => {
    expect(judge(lost, writes().filter((_, index) => index % 4 === 0))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('needs 60') })
    expect(judge(lost)).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(lossOf('primary', 'killed', { fromMs: 2_000, toMs: 7_000, witnessed: false }), writes())).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(lost, writes(), controlLost(4_000), controlLost(12_000))).toMatchObject({ outcome: 'inconclusive' })
    expect(writesAreRefusedHonestly.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
  })
})

describe('writes work again', () => {
  test('soon after the return', () => {
    expect(writesWorkAgain.evaluate(history(lost, writes()), values)).toMatchObject({ outcome: 'passed' })
  })
  test('never, when that was watched for long enough', () => {
    const never = [...writes().filter((one) => one.plannedAtMs < 10_000 || away(one.plannedAtMs)), ...many(700, (index) => sent(15_300 + index * 50, { load: writesWithoutPrimary, ...refusal }))]
    expect(writesWorkAgain.evaluate(history(lost, never), values)).toMatchObject({ outcome: 'failed' })
    expect(writesWorkAgain.evaluate(history(lost, never.slice(0, -200)), values)).toMatchObject({ outcome: 'inconclusive' })
    expect(writesWorkAgain.evaluate(historyOf([]), values).outcome).toBe('inconclusive')
  })
})
