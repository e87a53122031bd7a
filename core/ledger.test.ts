import { describe, expect, test } from 'vitest'
import { request } from './checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent, type RequestOutcome } from './history.js'
import { ledgerOf, whyUnread, type WriteState } from './ledger.js'

const write = (key: string, outcome: RequestOutcome, more: Partial<RequestEvent> = {}): RequestEvent =>
  request(100, { load: 'writes', operation: 'write', method: 'PUT', via: 'balancer', key, value: `v-${key}`, outcome, ...more })
const read = (key: string, outcome: RequestOutcome, more: Partial<RequestEvent> = {}): RequestEvent =>
  request(900, { load: 'reconcile', key, outcome, ...more })

const entries = (events: readonly HistoryEvent[]) => ledgerOf(historyOf(events), { writes: 'writes', reads: 'reconcile' })
const stateOf = (...events: HistoryEvent[]): WriteState | undefined => entries(events)[0]?.state

const notFound = { status: 404 } as const

describe('an acknowledged write', () => {
  test('is stable when it is read back', () => {
    expect(stateOf(write('a', 'ok'), read('a', 'ok'))).toBe('stable')
    expect(stateOf(write('a', 'degraded'), read('a', 'ok'))).toBe('stable')
  })

  test('is lost when the last read finds nothing, with the status that said so', () => {
    const [entry] = entries([write('a', 'ok'), read('a', 'error-status', notFound)])
    expect(entry).toMatchObject({ state: 'lost', found: 'nothing (status 404)', acknowledgedAtMs: 105 })
    expect(stateOf(write('a', 'ok'), read('a', 'error-status', { status: 410 }))).toBe('lost')
  })

  test('is lost when the last read finds another value', () => {
    expect(entries([write('a', 'ok'), read('a', 'wrong-content', { status: 200, detail: '/value is x' })])[0]).toMatchObject({
      state: 'lost',
      found: 'another value (/value is x)',
    })
  })

  test('is judged by the last read alone', () => {
    expect(stateOf(write('a', 'ok'), read('a', 'error-status', notFound), read('a', 'ok'))).toBe('stable')
    expect(stateOf(write('a', 'ok'), read('a', 'ok'), read('a', 'error-status', notFound))).toBe('lost')
    expect(stateOf(write('a', 'ok'), read('a', 'error-status', notFound), read('a', 'timeout'))).toBe('unread')
    expect(stateOf(write('a', 'ok'), read('a', 'ok'), read('a', 'cancelled'))).toBe('stable')
  })

  test.each<[RequestOutcome, Partial<RequestEvent>]>([
    ['timeout', {}],
    ['refused', {}],
    ['error-status', { status: 500 }],
    ['error-status', { status: 503 }],
    ['polite-refusal', { status: 503 }],
    ['truncated', { status: 200 }],
    ['degraded', { status: 200 }],
  ])('is unread when the read ends with %s', (outcome, more) => {
    expect(stateOf(write('a', 'ok'), read('a', outcome, more))).toBe('unread')
  })

  test('is unread when nobody read it', () => {
    expect(stateOf(write('a', 'ok'))).toBe('unread')
  })

  test('is acknowledged even if another try of the same key was refused', () => {
    expect(stateOf(write('a', 'refused'), write('a', 'ok'), read('a', 'error-status', notFound))).toBe('lost')
  })
})

describe('a write without an acknowledgement', () => {
  test.each<[RequestOutcome, Partial<RequestEvent>]>([
    ['timeout', {}],
    ['reset-in-flight', {}],
    ['closed-in-flight', {}],
    ['error-status', { status: 500 }],
    ['error-status', { status: 503 }],
    ['polite-refusal', { status: 503 }],
    ['error-status', { status: 409 }],
    ['wrong-content', { status: 201 }],
  ])('that ended with %s may be there or not', (outcome, more) => {
    expect(stateOf(write('a', outcome, more), read('a', 'ok'))).toBe('recovered')
    expect(stateOf(write('a', outcome, more), read('a', 'error-status', notFound))).toBe('unknown')
  })

  test.each<[RequestOutcome, Partial<RequestEvent>]>([
    ['refused', {}],
    ['reset-before-send', {}],
    ['error-status', { status: 422 }],
    ['polite-refusal', { status: 429 }],
  ])('that was refused for certain (%s) must not be there', (outcome, more) => {
    expect(stateOf(write('a', outcome, more), read('a', 'ok'))).toBe('unexpected')
    expect(stateOf(write('a', outcome, more), read('a', 'error-status', notFound))).toBe('rejected')
  })

  test('is not held against the service when a read finds some other body', () => {
    expect(stateOf(write('a', 'refused'), read('a', 'wrong-content', { status: 200 }))).toBe('rejected')
  })
})

describe('a negative control', () => {
  const control = (outcome: RequestOutcome, more: Partial<RequestEvent> = {}): RequestEvent => request(950, { load: 'never-written', key: 'nobody', outcome, ...more })
  const why = (...events: HistoryEvent[]): string => whyUnread(historyOf(events), 'reconcile')

  test('that finds what nobody wrote takes every finding its meaning, and no loss', () => {
    const found = control('ok')
    expect(stateOf(write('a', 'ok'), read('a', 'ok'), found)).toBe('unread')
    expect(stateOf(write('a', 'ok'), read('a', 'error-status', notFound), found)).toBe('lost')
    expect(stateOf(write('a', 'ok'), read('a', 'wrong-content', { status: 200 }), found)).toBe('lost')
    expect(stateOf(write('a', 'timeout'), read('a', 'ok'), found)).toBe('unknown')
    expect(stateOf(write('a', 'refused'), read('a', 'ok'), found)).toBe('rejected')
    expect(entries([read('ghost', 'ok'), found])).toEqual([])
  })

  test('is one for the operation that it was made with', () => {
    expect(stateOf(write('a', 'ok'), read('a', 'ok'), control('ok', { operation: 'another' }))).toBe('stable')
  })

  test.each<[RequestOutcome, Partial<RequestEvent>]>([
    ['error-status', notFound],
    ['wrong-content', { status: 200 }],
    ['degraded', { status: 200 }],
    ['timeout', {}],
    ['cancelled', {}],
  ])('that ends with %s changes nothing, and neither does one that was never made', (outcome, more) => {
    expect(stateOf(write('a', 'ok'), read('a', 'ok'), control(outcome, more))).toBe('stable')
    expect(stateOf(write('a', 'ok'), read('a', 'ok'))).toBe('stable')
  })

  test('says why writes are unread, as degraded answers do', () => {
    expect(why(read('a', 'ok'), control('ok'))).toBe(': the strong read finds what was never written, so finding a record proves nothing')
    expect(why(read('a', 'ok'), read('b', 'degraded'), control('error-status', notFound))).toBe(': the strong read gave degraded answers, which do not show what was written')
    expect(why(read('a', 'timeout'))).toBe('')
  })
})

describe('which keys are judged', () => {
  test('a key that nothing ever wrote and that is there is unexpected', () => {
    expect(entries([read('ghost', 'ok')])).toMatchObject([{ key: 'ghost', state: 'unexpected' }])
    expect(entries([read('ghost', 'error-status', notFound)])).toEqual([])
  })

  test('keys of other loads are left alone, whatever a read of them finds', () => {
    expect(entries([request(50, { load: 'gate', key: 'g', value: 'v' }), read('g', 'error-status', notFound)])).toEqual([])
    expect(entries([request(50, { load: 'gate', key: 'g', value: 'v' }), read('g', 'ok')])).toEqual([])
  })

  test('an entry names its writes and its last read', () => {
    const [first, last] = [write('a', 'ok'), read('a', 'error-status', notFound)]
    expect(entries([first, last])[0]?.requests).toEqual([first.id, last.id])
  })
})
