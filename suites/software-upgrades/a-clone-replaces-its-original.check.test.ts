import { describe, expect, test } from 'vitest'
import { fact, intervention, request, requests, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { aCloneReplacesItsOriginal } from './a-clone-replaces-its-original.check.js'
import { cloneLoads, clonePoint } from './clone-points.js'
import { isOf, isProbe, observation, without } from './literal-upgrade.test-support.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find(({ id }) => id === 'UPGR-07')!, 'quick')
const judge = (events: readonly HistoryEvent[]) => aCloneReplacesItsOriginal.evaluate(historyOf(events), thresholds)

/** Cloned from 1 s on, frozen from 3 s to 4 s, swapped at 4 s; written until 8 s. */
const point = (name: string, atMs: number, value: unknown = true): HistoryEvent => observation(clonePoint, name, atMs, value)
const points = (): HistoryEvent[] => [point('clone-begun', 1_000), point('copy-ended', 2_000, { ok: true }), point('freeze-begun', 3_000), point('freeze-ended', 3_100, { ok: true }), point('catchUp-ended', 3_500, { ok: true }), point('swap-begun', 3_600), point('swapped', 4_000)]
const writes = (): RequestEvent[] =>
  requests({ fromMs: 0, toMs: 8_000, everyMs: 20 }, { load: cloneLoads.writes, operation: 'clone.write', method: 'PUT', via: 'balancer' }).map((one, index) => ({
    ...one,
    key: `k${index}`,
    ...(one.plannedAtMs >= 3_000 && one.plannedAtMs < 4_000 ? { outcome: 'polite-refusal' as const, status: 503 } : {}),
  }))
const readBack = (): RequestEvent[] =>
  writes().map((one) => request(9_000, { load: cloneLoads.reads, key: one.key!, via: 'balancer', ...(one.outcome === 'ok' ? {} : { outcome: 'error-status', status: 404 }) }))
const version = (role: string, value: number): HistoryEvent => observation('clone-version', role, 3_550, { outcome: 'read', status: 200, value })
const good = (): HistoryEvent[] => [
  fact('clone', { component: 'notes', interruptionMs: 5_000, version: true }),
  ...points(),
  ...intervention({ name: 'stop', target: 'notes', label: 'original', issuedAtMs: 3_700, acknowledgedAtMs: 3_900, witnessedAtMs: 3_900 }),
  version('original', 1),
  version('clone', 2),
  ...writes(),
  ...readBack(),
]
const gone = (key: string): HistoryEvent[] => good().map((event) => (event.kind === 'request' && event.load === cloneLoads.reads && event.key === key ? { ...event, outcome: 'error-status' as const, status: 404 } : event))
const changedWrites = (fromMs: number, toMs: number, more: Partial<RequestEvent>): HistoryEvent[] => {
  const { status: _dropped, ...rest } = { status: undefined, ...more }
  return good().map((event) => {
    if (event.kind !== 'request' || event.load !== cloneLoads.writes || event.plannedAtMs < fromMs || event.plannedAtMs >= toMs) return event
    const { status, ...kept } = event
    return { ...kept, ...rest, ...(more.status === undefined ? {} : { status: more.status }) }
  })
}

describe('a clone replaces its original', () => {
  test('passes with the longest interruption', () => {
    expect(judge(good())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('interrupted for 1 s') })
  })
  test.each([['k20', 'before'], ['k120', 'between'], ['k300', 'after']])('a missing write fails: %s, written %s', (key) => {
    expect(judge(gone(key))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of 350') })
  })
  test.each(['timeout', 'reset-in-flight', 'closed-in-flight'] as const)('a write without an answer (%s) fails', (outcome) => {
    expect(judge(changedWrites(3_200, 3_220, { outcome }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('no answer') })
  })
  test('a read that finds what nobody wrote shows nothing of the clone, but what it lost', () => {
    const found = request(9_100, { load: 'never-written', via: 'balancer', key: 'nobody' })
    expect(judge([...good(), found])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('finds what was never written') })
    expect(judge([...gone('k120'), found]).outcome).toBe('failed')
  })
  test('an interruption beyond the declared limit fails', () => {
    const shorter = [...without(good(), (event) => event.kind === 'fact'), fact('clone', { component: 'notes', interruptionMs: 500, version: true })]
    expect(judge(shorter)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('interrupted for 1 s') })
    expect(judge([...shorter, stall(3_500, 1_500)]).outcome).toBe('inconclusive')
  })
  test('a step that is refused without a reason, and releases that nobody read', () => {
    const refused = [...without(good(), isProbe(clonePoint, 'copy-ended')), point('copy-ended', 2_000, { ok: false })]
    expect(judge(refused).summary).toContain('copy: it was refused')
    expect(judge(without(good(), isProbe('clone-version')))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the releases of the original and the clone could not be read') })
  })
  test('writes that never come back are an interruption', () => {
    const events = [...changedWrites(3_000, 8_000, { outcome: 'error-status', status: 503 }), ...requests({ fromMs: 8_000, toMs: 9_000, everyMs: 20 }, { load: cloneLoads.writes, method: 'PUT', outcome: 'error-status', status: 503 })]
    expect(judge(events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('interrupted for 6') })
  })
  test('writes that are held back and acknowledged late are an interruption as well', () => {
    const held = good().map((event) => {
      if (event.kind !== 'request') return event
      const late = event.load === cloneLoads.writes && event.plannedAtMs >= 2_000 && event.plannedAtMs < 7_800
      return { ...event, outcome: 'ok' as const, status: 200, ...(late ? { endedAtMs: 7_900 } : {}) }
    })
    expect(judge(held)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('interrupted for 5.8 s') })
  })
  test('an idle connection that was closed under a write that may be repeated is no missing answer', () => {
    expect(judge(changedWrites(3_200, 3_220, { outcome: 'reset-idle' })).outcome).toBe('passed')
    const once = changedWrites(3_200, 3_220, { outcome: 'reset-idle' }).map((event) => (event.kind === 'request' ? { ...event, method: 'POST' } : event))
    expect(judge(once).outcome).toBe('failed')
  })
  test('a step that ends with an error fails', () => {
    expect(judge([fact('clone', { component: 'notes' }), point('clone-begun', 1_000), point('copy-ended', 2_000, { ok: false, error: 'exit code 1' })])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('copy: exit code 1') })
  })
  test('when all writes are refused from the beginning on, none is needed between', () => {
    expect(judge(changedWrites(900, 4_000, { outcome: 'polite-refusal', status: 503 })).outcome).toBe('passed')
  })
  test.each<[string, HistoryEvent[], string]>([
    ['nothing at all', [], 'not cloned and swapped'],
    ['no swap', without(good(), (event) => isProbe(clonePoint, 'swapped')(event)), 'not cloned and swapped'],
    ['no writes', without(good(), (event) => event.kind === 'request'), 'only 0 of at least 25'],
    ['few writes between', without(good(), (event) => isOf(cloneLoads.writes)(event) && (event as RequestEvent).plannedAtMs > 1_200 && (event as RequestEvent).plannedAtMs < 3_500), 'between the beginning of the clone and the swap'],
    ['no writes after', without(good(), (event) => isOf(cloneLoads.writes)(event) && (event as RequestEvent).plannedAtMs > 4_100), 'after the swap'],
    ['an original that goes on', without(good(), (event) => event.kind === 'intervention'), 'not seen to end'],
    ['the same release', [...without(good(), isProbe('clone-version')), version('original', 1), version('clone', 1)], 'both of release 1'],
    ['no reads', without(good(), isOf(cloneLoads.reads)), 'could not be read back'],
    ['no answer while the harness stalled', [...changedWrites(3_200, 3_220, { outcome: 'timeout' }), stall(3_300, 2_000)], 'disturbed'],
  ])('%s is inconclusive', (_, events, text) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
  })
})
