import { describe, expect, test } from 'vitest'
import type { Finding } from '../../core/check.js'
import { fact, intervention, platform, request, requests, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { suite } from './index.js'
import { handoverObservation, readBackLoad, writeLoad, type HandoverEdge } from './names.js'
import { noWriteIsLostInAHandover as check } from './no-write-is-lost-in-a-handover.check.js'

const judge = (events: readonly HistoryEvent[]): Finding => check.evaluate(historyOf(events), thresholdValues(suite.requirements.find((one) => one.id === 'SWAP-03')!, 'quick'))
const outcome = (events: readonly HistoryEvent[]): string => judge(events).outcome
const without = (events: readonly HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))

interface Script {
  readonly refused?: boolean
  readonly witnessed?: boolean
}
function handover(number: number, atMs: number, { refused = false, witnessed = true }: Script = {}): HistoryEvent[] {
  const edge = (value: HandoverEdge['edge'], afterMs: number): HistoryEvent => ({ kind: 'observation', probe: handoverObservation, target: String(number), atMs: atMs + afterMs, value: { edge: value, from: number === 1 ? 'a' : 'b', to: number === 1 ? 'b' : 'a' } })
  return [
    edge('begin', 0),
    ...intervention({ name: 'promote', target: 'operator', label: `handover ${number}`, issuedAtMs: atMs + 5, ...(refused ? {} : { acknowledgedAtMs: atMs + 500 }) }),
    edge('led', 600),
    ...(refused ? [] : [...intervention({ name: 'replace-component', target: number === 1 ? 'a' : 'b', label: `rejoin ${number}`, issuedAtMs: atMs + 700, acknowledgedAtMs: atMs + 1_500, ...(witnessed ? { witnessedAtMs: atMs + 2_000 } : {}) }), edge('fenced', 2_010)]),
    edge('end', 4_000),
  ]
}

type Outcome = 'ok' | 'polite-refusal' | 'timeout' | 'cancelled' | 'error-status'
/** One write every 20 ms, refused for 600 ms in each handover unless said otherwise. */
function writes(of: (atMs: number) => Outcome | undefined = () => undefined): HistoryEvent[] {
  const refusedAt = (atMs: number): boolean => [10_000, 15_000].some((begin) => atMs > begin && atMs < begin + 600)
  return requests({ fromMs: 8_000, toMs: 19_000, everyMs: 20 }, { load: writeLoad, via: 'balancer', method: 'PUT', operation: 'write' }).map((one) => ({ ...one, key: `k${one.plannedAtMs}`, outcome: of(one.plannedAtMs) ?? (refusedAt(one.plannedAtMs) ? 'polite-refusal' : 'ok') }))
}
const acked = (events: readonly HistoryEvent[]) => events.flatMap((event) => (event.kind === 'request' && event.outcome === 'ok' && event.key !== undefined ? [event.key] : []))
const readBack = (keys: readonly string[], lost: readonly string[] = []): HistoryEvent[] =>
  keys.map((key) => (lost.includes(key) ? request(20_000, { load: readBackLoad, key, outcome: 'error-status', status: 404 }) : request(20_000, { load: readBackLoad, key })))
function whole({ first = {}, second = {}, of, lost = [] }: { readonly first?: Script; readonly second?: Script; readonly of?: (atMs: number) => Outcome | undefined; readonly lost?: readonly string[] } = {}): HistoryEvent[] {
  const written = writes(of)
  return [fact('instances', ['r1']), fact('write-interruption-ms', 3_000), ...handover(1, 10_000, first), ...handover(2, 15_000, second), ...written, ...readBack(acked(written), lost)]
}

describe('a handover', () => {
  test('passes when every acknowledged write is there', () => {
    expect(judge(whole())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('over 2 handovers: a to b'), strength: { n: expect.any(Number) } })
  })
  test('fails with one lost write, even when it cannot be judged otherwise', () => {
    const finding = judge(whole({ lost: ['k10700'] }))
    expect(finding).toMatchObject({ outcome: 'failed', summary: '1 acknowledged write lost over 2 handovers' })
    expect(finding.evidence[0]?.requests).toHaveLength(2)
    expect(outcome(whole({ lost: ['k10700'], second: { witnessed: false } }))).toBe('failed')
  })
  test('says nothing where the strong read finds what nobody wrote, but of a loss', () => {
    const found = request(20_100, { load: 'never-written', key: 'nobody' })
    expect(judge([...whole(), found])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be read back: the strong read finds what was never written') })
    expect(outcome([...whole({ lost: ['k10700'] }), found])).toBe('failed')
    expect(outcome([...whole(), { ...found, outcome: 'error-status', status: 404 }])).toBe('passed')
  })
  test('fails when writes stop for longer than the limit or the promise', () => {
    const long = (atMs: number): Outcome | undefined => (atMs > 10_000 && atMs < 13_200 ? 'polite-refusal' : undefined)
    expect(judge(whole({ of: long }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('no write was acknowledged for') })
    expect(outcome(whole({ of: (atMs) => (atMs > 10_000 && atMs < 12_500 ? 'polite-refusal' : undefined) }))).toBe('passed')
    expect(outcome([...whole({ of: long }), stall(11_000, 3_000)])).toBe('inconclusive')
  })
  test('is not charged with an interruption that writes so far apart cannot tell from the limit', () => {
    const until = (ms: number) => (atMs: number): Outcome | undefined => (atMs > 10_000 && atMs < ms ? 'polite-refusal' : undefined)
    expect(judge(whole({ of: until(13_020) }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('cannot be told from 3 s: it is known to 40 ms') })
    expect(outcome(whole({ of: until(13_060) }))).toBe('failed')
    expect(outcome([...whole({ of: until(13_060) }), stall(11_000, 300)])).toBe('inconclusive')
  })
  test('is not charged with a write that got no answer while the harness stood still, also after the handover', () => {
    const hung = whole().map((event): HistoryEvent => (event.kind === 'request' && event.load === writeLoad && event.plannedAtMs === 13_980 ? { ...event, outcome: 'timeout', endedAtMs: 18_000 } : event))
    expect(judge(hung)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 write got no answer') })
    expect(outcome([...hung, stall(17_900, 2_500)])).toBe('inconclusive')
    expect(outcome([...whole(), stall(17_900, 2_500)])).toBe('passed')
  })
  test('is not judged by acknowledged writes that nobody could look for', () => {
    const keyless = whole().map((event): HistoryEvent => {
      if (event.kind !== 'request') return event
      const { key: _key, ...rest } = event
      return rest
    })
    expect(judge(keyless)).toMatchObject({ outcome: 'inconclusive', summary: 'no acknowledged write was read back' })
  })
  test('fails when it is refused, a write gets no answer, or a replica restarts', () => {
    expect(judge(whole({ first: { refused: true } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('could not be carried out') })
    expect(judge(whole({ of: (atMs) => (atMs === 10_200 ? 'timeout' : undefined) }))).toMatchObject({ outcome: 'failed', summary: '1 write got no answer in handover 1' })
    expect(outcome([...whole(), platform(11_000, 'process-started', 'r1')])).toBe('failed')
    expect(outcome([...whole(), platform(11_000, 'process-started', 'a')])).toBe('passed')
  })
  test.each([
    ['nothing happened', []],
    ['only one was made', without(whole(), (event) => event.kind === 'observation' && event.target === '2')],
    ['there were no writes', without(whole(), (event) => event.kind === 'request')],
    ['few writes came right before', whole({ of: (atMs) => (atMs > 9_000 && atMs < 9_900 ? 'cancelled' : undefined) })],
    ['few writes came after the old primary was gone', whole({ of: (atMs) => (atMs > 12_100 && atMs < 14_050 ? 'cancelled' : undefined) })],
    ['the old primary was not seen to go', whole({ first: { witnessed: false } })],
    ['it did not reach its end', without(whole(), (event) => event.kind === 'observation' && (event.value as { edge?: string }).edge === 'end')],
    ['nothing was read back', without(whole(), (event) => event.kind === 'request' && event.load === readBackLoad)],
    ['a write could not be read back', [...whole(), request(21_000, { load: readBackLoad, key: 'k8000', outcome: 'timeout' })]],
  ] as const)('is not judged when %s', (_what, events) => {
    expect(outcome(events)).toBe('inconclusive')
  })
})

test('the suite has the requirements of the checklist, each with what its scenario needs', () => {
  expect(suite.requirements.map((one) => one.id)).toEqual(['SWAP-01', 'SWAP-02', 'SWAP-03', 'SWAP-04'])
  for (const scenario of suite.scenarios) {
    for (const { requirement } of scenario.checks) {
      const card = suite.requirements.find((one) => one.id === requirement)!
      for (const need of scenario.needs) expect(card.needs, requirement).toContain(need)
      expect(card.remediation.length).toBeGreaterThan(100)
    }
  }
})
