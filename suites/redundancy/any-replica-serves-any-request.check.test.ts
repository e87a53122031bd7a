import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { balancerServesEverything, mixedLoad, pairsShareRecords, pairsShareSessions } from './any-replica-serves-any-request.check.js'
import { pairLoad, type PairKind } from './replica-pairs.js'

const thresholds = { records_per_pair: 2, sessions_per_pair: 1, balancer_operations: 10, convergence_s: 5, failures_max: 0 }
const instances = ['a', 'b']

let ids = 0
const request = (load: string, more: Partial<RequestEvent> = {}): RequestEvent =>
  ({ kind: 'request', id: ++ids, load, operation: 'read', method: 'GET', via: 'balancer', plannedAtMs: 100, endedAtMs: 105, outcome: 'ok', ...more })
const fact = (name: string, value: unknown): HistoryEvent => ({ kind: 'fact', name, value, atMs: 0 })
const pair = (from: string, to: string, kind: PairKind, ok = true): HistoryEvent =>
  ({ kind: 'observation', probe: 'pair', target: to, atMs: 200, value: { from, to, kind, key: `${from}${to}`, ok, detail: ok ? 'ok' : 'the read on it gave error-status 404' } })

const plan = fact('pair-plan', { reads: ['read'], session: true })
const base = (): HistoryEvent[] => [
  fact('instances', instances),
  plan,
  request(pairLoad({ from: 'a', to: 'b' }), { via: 'a', instance: 'a' }),
  request(pairLoad({ from: 'a', to: 'b' }), { via: 'b', instance: 'b' }),
]
const controls = (kind: PairKind, ok = true): HistoryEvent[] => instances.map((one) => pair(one, one, kind, ok))
const mixed = (count: number, more: Partial<RequestEvent> = {}): HistoryEvent[] => Array.from({ length: count }, (_, index) => request(mixedLoad, { instance: instances[index % 2]!, ...more }))
const echo = (outcome: RequestEvent['outcome']): HistoryEvent => request('null-control', { outcome })

describe('records', () => {
  const complete = (ok = true): HistoryEvent[] => [
    ...base(),
    ...controls('record'),
    pair('a', 'b', 'record', ok),
    pair('a', 'b', 'record'),
    pair('b', 'a', 'record'),
    pair('b', 'a', 'record'),
  ]
  const judge = (events: HistoryEvent[]) => pairsShareRecords.evaluate(historyOf(events), thresholds)

  test('all pairs share them', () => {
    expect(judge(complete())).toMatchObject({ outcome: 'passed', strength: { n: 4 } })
  })
  test('found by a read that finds what nobody wrote as well prove nothing; what is not found fails all the same', () => {
    const control = (outcome: RequestEvent['outcome']): HistoryEvent => request('never-written', { outcome, key: 'nobody' })
    expect(judge([...complete(), control('ok')])).toMatchObject({ outcome: 'inconclusive', summary: 'the read (read) finds what was never written, so finding a record proves nothing' })
    expect(judge([...complete(), control('degraded')]).outcome).toBe('passed')
    expect(judge([...complete(), control('error-status')]).outcome).toBe('passed')
    expect(judge([...complete(false), control('ok')]).outcome).toBe('failed')
  })
  test('one record that never becomes visible fails, with the requests of its pair', () => {
    const unseen = request(pairLoad({ from: 'a', to: 'b' }), { via: 'b', instance: 'b', outcome: 'error-status', status: 404 })
    const finding = judge([...complete(false), unseen])
    expect(finding.outcome).toBe('failed')
    expect(finding.summary).toContain('a to b')
    expect(finding.evidence[0]?.requests).toEqual([unseen.id])
  })
  test('a replica that cannot even serve its own records fails, as long as another can', () => {
    const events = [...base(), pair('a', 'a', 'record'), pair('b', 'b', 'record', false), pair('a', 'b', 'record'), pair('a', 'b', 'record'), pair('b', 'a', 'record', false), pair('b', 'a', 'record', false)]
    expect(judge(events).outcome).toBe('failed')
  })
  test('what works on no replica says nothing about pairs', () => {
    const events = [...base(), ...controls('record', false), ...['a b', 'b a'].map((both) => pair(both[0]!, both[2]!, 'record', false))]
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no replica at all') })
  })
  test('a pair that was tried too seldom is not passed', () => {
    expect(judge([...base(), ...controls('record'), pair('a', 'b', 'record'), pair('a', 'b', 'record'), pair('b', 'a', 'record')])).toMatchObject({
      outcome: 'inconclusive',
      summary: expect.stringContaining('b to a'),
    })
  })
  test('no control, no plan, one replica, one identity, no read: inconclusive', () => {
    const withoutControls = complete().filter((event) => !(event.kind === 'observation' && JSON.stringify(event.value).includes('"from":"a","to":"a"')) && !(event.kind === 'observation' && JSON.stringify(event.value).includes('"from":"b","to":"b"')))
    const oneIdentity = complete().map((event) => (event.kind === 'request' ? { ...event, instance: 'same' } : event))
    for (const events of [
      [],
      withoutControls,
      oneIdentity,
      complete().filter((event) => event !== plan),
      [...complete(), fact('instances', ['a'])],
      [...complete(), fact('pair-plan', { reads: [], session: false })],
    ]) {
      expect(judge(events).outcome).toBe('inconclusive')
    }
  })
  test('a failure is not believed when the null control failed in the same span', () => {
    expect(judge([...complete(false), echo('timeout')]).outcome).toBe('inconclusive')
    expect(judge([...complete(true), echo('ok')]).outcome).toBe('passed')
  })
  test('but it is, when its last request was answered while nothing was disturbed', () => {
    const last = (atMs: number, more: Partial<RequestEvent>): RequestEvent => request(pairLoad({ from: 'a', to: 'b' }), { via: 'b', key: 'ab', plannedAtMs: atMs, endedAtMs: atMs + 5, ...more })
    expect(judge([...complete(false), echo('timeout'), last(4_000, { outcome: 'error-status', status: 404 })]).outcome).toBe('failed')
    expect(judge([...complete(false), echo('timeout'), last(4_000, { outcome: 'timeout' })]).outcome).toBe('inconclusive')
    expect(judge([...complete(false), echo('timeout'), last(300, { outcome: 'error-status', status: 404 })]).outcome).toBe('inconclusive')
  })
})

const resumedThoughNeverOpened: HistoryEvent = { kind: 'observation', probe: 'never-opened', target: 'balancer', atMs: 900, value: { operation: 'session.resume', tried: 5, resumed: 5 } }

describe('sessions', () => {
  const judge = (events: HistoryEvent[]) => pairsShareSessions.evaluate(historyOf(events), thresholds)
  const records = [...controls('record'), pair('a', 'b', 'record'), pair('b', 'a', 'record')]

  test('are continued on the other replica', () => {
    expect(judge([...base(), ...records, ...controls('session'), pair('a', 'b', 'session'), pair('b', 'a', 'session')]).outcome).toBe('passed')
  })
  test('prove nothing where those that nobody opened are resumed as well, and are lost all the same', () => {
    const tried = (isContinued = true): HistoryEvent[] => [...base(), ...records, ...controls('session'), pair('a', 'b', 'session', isContinued), pair('b', 'a', 'session')]
    expect(judge([...tried(), resumedThoughNeverOpened])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('sessions that nobody opened (5 of 5)') })
    expect(judge([...tried(false), resumedThoughNeverOpened]).outcome).toBe('failed')
  })
  test('that only their own replica knows fail', () => {
    const finding = judge([...base(), ...records, ...controls('session'), pair('a', 'b', 'session', false), pair('b', 'a', 'session', false)])
    expect(finding.outcome).toBe('failed')
    expect(finding.summary).toContain('2 pairs')
  })
  test('without a declared session there is nothing to judge, with one that was never tried there is no pass', () => {
    expect(judge([...base(), ...records, fact('pair-plan', { reads: ['read'], session: false })]).outcome).toBe('not-applicable')
    expect(judge([...base(), ...records]).outcome).toBe('inconclusive')
    expect(judge([...base(), ...controls('session')]).outcome).toBe('inconclusive')
  })
})

describe('through the balancer', () => {
  const judge = (events: HistoryEvent[]) => balancerServesEverything.evaluate(historyOf(events), thresholds)
  const sequences = (ok = true): HistoryEvent[] => [...controls('session'), pair('balancer', 'balancer', 'session', ok)]

  test('everything is served', () => {
    expect(judge([...base(), ...mixed(10), ...sequences()])).toMatchObject({ outcome: 'passed', strength: { n: 10 } })
  })
  test.each(['error-status', 'timeout', 'polite-refusal', 'wrong-content'] as const)('one %s fails', (outcome) => {
    const finding = judge([...base(), ...mixed(10), ...mixed(1, { outcome }), ...sequences()])
    expect(finding.outcome).toBe('failed')
    expect(finding.evidence[0]?.requests).toHaveLength(1)
  })
  test('records or sessions that prove nothing are no pass', () => {
    const found = request('never-written', { key: 'nobody' })
    const records = [...controls('record'), pair('balancer', 'balancer', 'record')]
    expect(judge([...base(), ...mixed(10), ...records, found])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('never written') })
    expect(judge([...base(), ...mixed(10), ...sequences(), found]).outcome).toBe('passed')
    expect(judge([...base(), ...mixed(10), ...records]).outcome).toBe('passed')
    expect(judge([...base(), ...mixed(10), ...sequences(), resumedThoughNeverOpened]).outcome).toBe('inconclusive')
    expect(judge([...base(), ...mixed(10), ...records, resumedThoughNeverOpened]).outcome).toBe('passed')
  })
  test('operations that one replica answers alone are no pass', () => {
    expect(judge([...base(), ...mixed(10, { instance: 'a' }), ...sequences()])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('answered by b') })
  })
  test('direct requests that another replica answered are no pass', () => {
    const astray = request(pairLoad({ from: 'a', to: 'b' }), { via: 'b', instance: 'a' })
    expect(judge([...base(), astray, ...mixed(10), ...sequences()])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('b by a') })
  })
  test('a session that is lost without affinity fails', () => {
    expect(judge([...base(), ...mixed(10), ...sequences(false)]).outcome).toBe('failed')
  })
  test('a session that works nowhere is not charged to the balancer', () => {
    expect(judge([...base(), ...mixed(10), ...controls('session', false), pair('balancer', 'balancer', 'session', false)]).outcome).toBe('passed')
  })
  test('too few operations, or no sequence, is no pass; what the harness gave up does not count', () => {
    expect(judge([...base(), ...mixed(8), ...sequences()]).outcome).toBe('inconclusive')
    expect(judge([...base(), ...mixed(8), ...mixed(5, { outcome: 'cancelled' }), ...sequences()]).outcome).toBe('inconclusive')
    expect(judge([...base(), ...mixed(10), ...controls('session')]).outcome).toBe('inconclusive')
  })
  test('a failure beside a failed null control is not believed', () => {
    expect(judge([...base(), ...mixed(10, { outcome: 'timeout' }), ...sequences(), echo('timeout')]).outcome).toBe('inconclusive')
  })
})
