import { describe, expect, test } from 'vitest'
import { request, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { pairLoad, type PairKind } from '../redundancy/replica-pairs.js'
import { facts, isProbe, observation, rolledOut, without } from './literal-upgrade.test-support.js'
import { labels } from './names.js'
import { oldAndNewWorkTogether } from './old-and-new-work-together.check.js'
import { requirements } from './requirements.js'

const thresholds = thresholdValues(requirements.find(({ id }) => id === 'UPGR-03')!, 'quick')
const judge = (events: readonly HistoryEvent[]) => oldAndNewWorkTogether.evaluate(historyOf(events), thresholds)

const version = (target: string, atMs: number, value: string, boot?: string): HistoryEvent => observation('version-half-way', target, atMs, { outcome: 'read', status: 200, value, ...(boot === undefined ? {} : { boot }) })
function tried(from: string, to: string, kind: PairKind, { count, ok = true }: { readonly count: number; readonly ok?: boolean }): HistoryEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const key = `${kind} ${from} ${to} ${index}`
    return [request(6_000, { load: pairLoad({ from, to }), via: to, key, outcome: ok ? 'ok' : 'wrong-content', status: 200 }), observation('pair', to, 6_010, { from, to, kind, key, ok, detail: ok ? '' : 'the read gave wrong-content' })]
  }).flat()
}
const both = (from: string, to: string): HistoryEvent[] => [...tried(from, to, 'record', { count: 20 }), ...tried(from, to, 'session', { count: 4 })]
const controls = (): HistoryEvent[] => ['r1', 'r2'].flatMap((one) => [...tried(one, one, 'record', { count: 1 }), ...tried(one, one, 'session', { count: 1 })])
const halfWay = (): HistoryEvent[] => [
  ...facts(),
  ...rolledOut({ label: labels.half }),
  ...[5_000, 7_000].flatMap((atMs) => [version('r1', atMs, '2.0.0'), version('r2', atMs, '1.0.0')]),
  ...controls(),
]
const good = (): HistoryEvent[] => [...halfWay(), ...both('r1', 'r2'), ...both('r2', 'r1')]

describe('old and new work together', () => {
  test('says nothing when the first replica could not be upgraded', () => {
    const broken = [...without(good(), isProbe('roll-out')), ...rolledOut({ label: labels.half, end: { phase: 'ended', ok: false, cause: 'tool' } })]
    expect(judge(broken)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('the first replica could not be upgraded: no reason given') })
  })
  test('passes when both directions work', () => {
    expect(judge(good())).toMatchObject({ outcome: 'passed', strength: { n: 48 } })
  })
  test.each([['r1', 'r2'], ['r2', 'r1']])('one record from %s that %s cannot read fails', (from, to) => {
    const finding = judge([...good(), ...tried(from, to, 'record', { count: 1, ok: false })])
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 records') })
    expect(finding.evidence[0]?.requests).toHaveLength(1)
  })
  test('records found by a read that finds what nobody wrote prove nothing, lost ones are lost', () => {
    const found = request(7_000, { load: 'never-written', via: 'balancer', key: 'nobody' })
    expect(judge([...good(), found])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('finds what was never written') })
    expect(judge([...good(), { ...found, outcome: 'error-status', status: 404 }]).outcome).toBe('passed')
    expect(judge([...good(), found, ...tried('r1', 'r2', 'record', { count: 1, ok: false })]).outcome).toBe('failed')
  })
  test('sessions prove nothing where those that nobody opened are resumed as well', () => {
    const control = (resumed: number): HistoryEvent => ({ kind: 'observation', probe: 'never-opened', target: 'balancer', atMs: 7_000, value: { operation: 'session.resume', tried: 5, resumed } })
    expect(judge([...good(), control(1)])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('session.resume resumes sessions that nobody opened (1 of 5)') })
    expect(judge([...good(), control(0)]).outcome).toBe('passed')
  })
  test('one session that is not continued fails', () => {
    expect(judge([...good(), ...tried('r2', 'r1', 'session', { count: 1, ok: false })]).outcome).toBe('failed')
  })
  test('what works on no replica alone says nothing about the mixture', () => {
    const events = [...without(good(), (event) => isProbe('pair')(event) && JSON.stringify(event).includes('"session"')), ...tried('r1', 'r1', 'session', { count: 1, ok: false }), ...tried('r1', 'r2', 'session', { count: 4, ok: false })]
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('same replica') })
  })
  test('a failure while the harness stalled is not charged', () => {
    expect(judge([...good(), ...tried('r1', 'r2', 'record', { count: 1, ok: false }), stall(6_050, 2_000)]).outcome).toBe('inconclusive')
  })
  test.each<[string, HistoryEvent[], string]>([
    ['nothing at all', [], 'no roll-out was stopped half way'],
    ['a failed first half', [...facts(), ...rolledOut({ label: labels.half, end: { phase: 'ended', ok: false, cause: 'tool', error: 'exit code 1' } })], 'exit code 1'],
    ['the same version on both', [...without(good(), isProbe('version-half-way')), version('r1', 5_000, '2.0.0'), version('r2', 5_000, '2.0.0')], 'no two replicas'],
    ['a version that changed meanwhile', [...good(), version('r2', 7_100, '2.0.0')], 'no two replicas'],
    ['another process at the end', [...without(good(), isProbe('version-half-way')), ...[['r1', '2.0.0'], ['r2', '1.0.0']].flatMap(([target, value]) => [version(target!, 5_000, value!, 'first'), version(target!, 9_000, value!, target === 'r1' ? 'second' : 'first')])], 'r1 was another process at the end of the exchange'],
    ['no version', without(good(), isProbe('version-half-way')), 'no version was read'],
    ['nothing tried', halfWay(), 'only 0 of at least 20 records'],
    ['one direction only', [...halfWay(), ...both('r1', 'r2')], 'begun on 1.0.0 and continued on 2.0.0'],
    ['no sessions although declared', without(good(), (event) => isProbe('pair')(event) && JSON.stringify(event).includes('"session"')), 'sessions'],
  ])('%s is inconclusive', (_, events, text) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(text) })
  })
})
