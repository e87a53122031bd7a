import { describe, expect, test } from 'vitest'
import type { Check, Finding } from '../../core/check.js'
import { fact, intervention, platform, request, requests, stall, type LiteralIntervention } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { componentsAreSwappable } from './components-are-swappable.check.js'
import { suite } from './index.js'
import { componentsFact, edgeObservation, roleLoad, roleObservation, swapLoad, swapObservation, type RoleEdge, type SwapKind } from './names.js'
import { newAddressesAreFound } from './new-addresses-are-found.check.js'
import { newcomersAreUsed } from './newcomers-are-used.check.js'

const { requirements } = suite
const judge = (check: Check, events: readonly HistoryEvent[]): Finding =>
  check.evaluate(historyOf(events), thresholdValues(requirements.find((one) => one.id === check.requirement)!, 'quick'))
const observation = (probe: string, target: string, atMs: number, value: unknown): HistoryEvent => ({ kind: 'observation', probe, target, atMs, value })
const isOf = (name: string, phase: string) => (event: HistoryEvent): boolean => event.kind === 'intervention' && event.name === name && event.phase === phase
const without = (events: readonly HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))

const addresses = { addressBefore: 'a:1', addressAfter: 'a:1', pidBefore: 1, pidAfter: 2 }
interface Script {
  readonly kind?: SwapKind
  readonly settled?: boolean
  readonly lengthMs?: number
  readonly more?: Partial<LiteralIntervention>
}
const swap = (name: string, atMs: number, { kind = 'component', settled = true, lengthMs = 3_000, more = {} }: Script = {}): HistoryEvent[] => [
  observation(swapObservation, name, atMs, { kind, edge: 'begin' }),
  ...intervention({ name: kind === 'replica' ? 'stop' : 'replace-component', target: name, label: `${kind === 'move' ? 'move' : 'swap'} of ${name}`, issuedAtMs: atMs + 10, acknowledgedAtMs: atMs + 500, witnessedAtMs: atMs + 600, detail: addresses, ...more }),
  observation(swapObservation, name, atMs + lengthMs, { kind, edge: 'end', settled }),
]
const facts = [fact('instances', ['r1', 'r2']), fact('ejectWindowMs', 2_000), fact(componentsFact, [{ name: 'db', hard: true }, { name: 'cache', hard: false }])]
const load = (more: Partial<Parameters<typeof requests>[0]> = {}) => requests({ fromMs: 8_000, toMs: 50_000, everyMs: 20, ...more }, { load: swapLoad, via: 'balancer' })
/** What was planned in the span has this outcome. */
const failing = (events: readonly HistoryEvent[], fromMs: number, toMs: number, every = 1): HistoryEvent[] =>
  events.map((event) => (event.kind === 'request' && event.load === swapLoad && event.plannedAtMs >= fromMs && event.plannedAtMs < toMs && (event.plannedAtMs / 20) % every === 0 ? { ...event, outcome: 'error-status', status: 503 } : event))

describe('components that are replaced', () => {
  const check = componentsAreSwappable
  const whole = (db: Script = {}, cache: Script = {}) => [...facts, ...swap('db', 10_000, db), ...swap('cache', 20_000, cache), ...swap('r2', 30_000, { kind: 'replica' }), ...load()]

  test('pass without an outage, and a hard one may cost requests for a while', () => {
    expect(judge(check, whole())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('db, cache and r2 were replaced') })
    expect(judge(check, failing(whole(), 10_100, 12_000, 3)).outcome).toBe('passed')
    expect(judge(check, failing(whole(), 30_100, 32_000, 3)).outcome).toBe('passed')
  })
  test('fail with an outage, of whatever', () => {
    expect(judge(check, failing(whole(), 10_100, 12_000))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('overall outage while db was replaced') })
    expect(judge(check, failing(whole(), 30_100, 32_000)).outcome).toBe('failed')
    expect(judge(check, failing(whole(), 10_100, 11_000)).outcome).toBe('passed') // short
  })
  test('fail with one request for one that can be done without, polite or not', () => {
    expect(judge(check, failing(whole(), 20_100, 20_120))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 request failed while cache was replaced') })
    expect(judge(check, [...whole(), request(20_500, { load: swapLoad, outcome: 'polite-refusal' })]).outcome).toBe('failed')
    expect(judge(check, [...whole(), request(25_500, { load: swapLoad, outcome: 'polite-refusal' })]).outcome).toBe('passed') // between
  })
  test('fail when a hard one interrupts for too long, or things never settle, or replicas restart', () => {
    const long = [...facts, ...swap('db', 10_000, { lengthMs: 15_000 }), ...swap('cache', 30_000), ...swap('r2', 40_000, { kind: 'replica' }), ...load()]
    expect(judge(check, failing(long, 10_100, 21_000, 3))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('still failed') })
    const never = [...facts, ...swap('r2', 10_000, { kind: 'replica', lengthMs: 70_000, settled: false }), ...load({ toMs: 80_000 })]
    expect(judge(check, failing(never, 10_100, 80_000, 10))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('after r2 had been replaced') })
    expect(judge(check, [...whole(), platform(20_800, 'process-started', 'r1')])).toMatchObject({ outcome: 'failed', summary: 'r1 restarted while cache was replaced' })
    expect(judge(check, [...whole(), platform(30_800, 'process-started', 'r2'), platform(20_800, 'process-started', 'cache')]).outcome).toBe('passed')
  })
  test('that could not be replaced say why', () => {
    const refused = without(whole(), (event) => isOf('replace-component', 'witnessed')(event) && event.kind === 'intervention' && event.target === 'cache').map((event): HistoryEvent =>
      event.kind === 'intervention' && event.target === 'cache' && event.phase === 'acknowledged' ? { ...event, phase: 'failed', error: 'no such unit' } : event)
    expect(judge(check, refused)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the replacement of cache was not witnessed: no such unit') })
  })
  test('are not charged with what the harness did', () => {
    const events = failing(whole(), 20_100, 20_120)
    expect(judge(check, [...events, stall(20_500, 3_000)]).outcome).toBe('inconclusive')
    expect(judge(check, [...events, request(20_500, { load: 'null-control', outcome: 'timeout' })]).outcome).toBe('inconclusive')
  })
  test('are not charged with what the harness did while their requests were still under way', () => {
    const late = request(22_990, { load: swapLoad, outcome: 'timeout', endedAtMs: 24_990 })
    expect(judge(check, [...whole(), late]).outcome).toBe('failed')
    expect(judge(check, [...whole(), late, stall(24_800, 1_100)]).outcome).toBe('inconclusive')
    const calm = judge(check, [...failing(whole(), 20_100, 20_120), late, stall(24_800, 1_100)])
    expect(calm).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 request failed'), evidence: [{ measured: 1 }] })
  })
  test.each([
    ['nothing happened', []],
    ['nothing was replaced', [...facts, ...load()]],
    ['one of them was not replaced', without(whole(), (event) => event.kind === 'observation' && event.target === 'cache')],
    ['no replica was replaced', without(whole(), (event) => event.kind === 'observation' && event.target === 'r2')],
    ['a replacement was not witnessed', without(whole(), (event) => isOf('replace-component', 'witnessed')(event) && event.kind === 'intervention' && event.target === 'cache')],
    ['there was no traffic', without(whole(), (event) => event.kind === 'request')],
    ['there was little traffic', without(whole(), (event) => event.kind === 'request' && (event.plannedAtMs / 20) % 20 !== 0)],
    ['it was not watched until it settled', whole({ settled: false })],
    ['the harness gave up every request', whole().map((event) => (event.kind === 'request' ? { ...event, outcome: 'cancelled' } : event) as HistoryEvent)],
    ['no component is known', without(whole(), (event) => event.kind === 'fact' && event.name === componentsFact)],
  ] as const)('say nothing when %s', (_what, events) => {
    expect(judge(check, events).outcome).toBe('inconclusive')
  })
})

describe('a component at a new address', () => {
  const check = newAddressesAreFound
  const moved = { ...addresses, addressAfter: 'a:2' }
  const edge = (atMs: number, connections: number, bytes: number): HistoryEvent => observation(edgeObservation, 'cache', atMs, { connections, bytes })
  const before = [edge(20_010, 3, 100), edge(21_010, 3, 200)]
  const found = [edge(22_100, 6, 250), edge(22_300, 6, 300)]
  const move = (more: Partial<LiteralIntervention> = {}, script: Script = {}): HistoryEvent[] => swap('cache', 20_000, { kind: 'move', lengthMs: 4_000, more: { issuedAtMs: 21_050, acknowledgedAtMs: 22_000, witnessedAtMs: 22_050, detail: moved, ...more }, ...script })
  const whole = (edges: readonly HistoryEvent[] = [...before, ...found], events = move()) => [...facts, ...events, ...edges, ...load()]

  test('is found when new connections under its name carry bytes', () => {
    expect(judge(check, whole())).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('from a:1 to a:2, used after 300 ms') })
    expect(judge(check, failing(whole(), 22_000, 23_000)).outcome).toBe('passed') // still in time
  })
  const never = (toMs: number) => whole([...before, edge(22_100, 3, 250), edge(toMs, 3, 250)], move({}, { lengthMs: toMs - 20_000 + 100 }))
  test('fails when no bytes come, or come late, or only on connections of before', () => {
    expect(judge(check, never(52_100))).toMatchObject({ outcome: 'failed', summary: 'cache was not used at its new address in 30 s' })
    expect(judge(check, never(40_000)).outcome).toBe('inconclusive')
    expect(judge(check, whole([...before, edge(22_100, 3, 250), edge(53_000, 6, 400)], move({}, { lengthMs: 34_000 })))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('only after 31 s') })
    expect(judge(check, whole([...before, edge(22_100, 3, 250), edge(52_100, 3, 400)], move({}, { lengthMs: 32_200 }))).outcome).toBe('failed')
  })
  test('fails when requests fail after the limit, or a replica restarts', () => {
    const long = [...whole([...before, ...found], move({}, { lengthMs: 36_000 })), request(53_000, { load: swapLoad, outcome: 'timeout' })]
    expect(judge(check, long)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 request failed after cache should have been found') })
    expect(judge(check, [...whole(), platform(22_500, 'process-started', 'r1')]).outcome).toBe('failed')
    expect(judge(check, [...whole(), platform(22_500, 'process-started', 'r1'), stall(22_500, 8_000)]).outcome).toBe('inconclusive')
    const hung = [...whole([...before, ...found], move({}, { lengthMs: 36_000 })), request(55_900, { load: swapLoad, outcome: 'timeout', endedAtMs: 63_000 })]
    expect(judge(check, hung).outcome).toBe('failed')
    expect(judge(check, [...hung, stall(62_000, 5_500)]).outcome).toBe('inconclusive')
    expect(judge(check, [...long, stall(62_000, 5_500)]).outcome).toBe('failed')
  })
  test.each([
    ['nothing happened', []],
    ['the move was not witnessed', without(whole(), isOf('replace-component', 'witnessed'))],
    ['the address is the same', whole(undefined, move({ detail: addresses }))],
    ['it was not in use before', whole([edge(20_010, 3, 100), edge(21_010, 3, 100), ...found])],
    ['its connections were never read', whole([])],
    ['its connections were not read afterwards', whole(before)],
    ['there was no traffic', without(whole(), (event) => event.kind === 'request')],
    ['requests still failed at the end', whole(undefined, move({}, { settled: false }))],
  ] as const)('says nothing when %s', (_what, events) => {
    expect(judge(check, events).outcome).toBe('inconclusive')
  })
})

describe('a newcomer', () => {
  const check = newcomersAreUsed
  const role = (edge: RoleEdge['edge'], atMs: number): HistoryEvent => observation(roleObservation, 'reads', atMs, { edge, newcomer: 'cache', others: ['db'] })
  const stop = intervention({ name: 'stop', target: 'db', label: 'role reads', issuedAtMs: 30_500, acknowledgedAtMs: 31_000, witnessedAtMs: 31_000 })
  const whole = (outcome: (atMs: number) => 'ok' | 'error-status' | 'polite-refusal' | 'cancelled' = () => 'ok'): HistoryEvent[] => [
    ...facts,
    ...swap('cache', 20_000),
    role('begin', 30_000),
    ...stop,
    role('alone', 31_010),
    role('release', 35_000),
    role('end', 37_000),
    ...requests({ fromMs: 30_000, toMs: 37_000, everyMs: 20 }, { load: roleLoad('reads'), via: 'balancer' }).map((one) => ({ ...one, outcome: outcome(one.plannedAtMs) })),
  ]
  test('that fills its role alone passes, whatever fails in the failover window and after the return', () => {
    expect(judge(check, whole())).toMatchObject({ outcome: 'passed', strength: { n: expect.any(Number) } })
    expect(judge(check, whole((atMs) => (atMs > 30_500 && atMs < 33_000) || atMs > 35_000 ? 'polite-refusal' : 'ok')).outcome).toBe('passed')
  })
  test('that is the only member of its role was never without others', () => {
    const only = whole().map((event): HistoryEvent => (event.kind === 'observation' && event.probe === roleObservation ? { ...event, value: { ...(event.value as RoleEdge), others: [] } } : event))
    expect(judge(check, only)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the role has cache as its only member') })
  })
  test('that does not, fails', () => {
    expect(judge(check, whole((atMs) => (atMs > 30_600 ? 'error-status' : 'ok')))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('did not fill the role reads') })
    expect(judge(check, whole((atMs) => (atMs === 34_000 ? 'polite-refusal' : 'ok'))).outcome).toBe('failed')
    expect(judge(check, [...whole((atMs) => (atMs === 34_000 ? 'polite-refusal' : 'ok')), stall(34_100, 2_000)]).outcome).toBe('inconclusive')
  })
  test.each([
    ['nothing happened', []],
    ['the newcomer is not new', without(whole(), isOf('replace-component', 'witnessed'))],
    ['the others were not seen to stop', without(whole(), isOf('stop', 'witnessed'))],
    ['another was started again too early', [...whole(), platform(33_000, 'process-started', 'db')]],
    ['a replica started after the swap', [...whole(), platform(25_000, 'process-started', 'r2')]],
    ['the operations did not work before', whole((atMs) => (atMs === 30_200 ? 'error-status' : 'ok'))],
    ['there was no traffic', without(whole(), (event) => event.kind === 'request')],
    ['there was little traffic alone', without(whole(), (event) => event.kind === 'request' && event.plannedAtMs > 33_200)],
    ['the harness gave up', whole((atMs) => (atMs > 33_000 ? 'cancelled' : 'ok'))],
    ['it did not reach its end', without(whole(), (event) => event.kind === 'observation' && (event.value as { edge?: string }).edge === 'release')],
    ['the failover window is not known', without(whole(), (event) => event.kind === 'fact' && event.name === 'ejectWindowMs')],
  ] as const)('says nothing when %s', (_what, events) => {
    expect(judge(check, events).outcome).toBe('inconclusive')
  })
})
