import { describe, expect, test } from 'vitest'
import { fact, intervention, readies, request, requests } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { noRequestFailsAfterReady } from './no-request-fails-after-ready.check.js'
import { readyMeansReady } from './starts-and-stops.requirements.js'

const thresholds = thresholdValues(readyMeansReady, 'quick')
const judge = (...events: readonly HistoryEvent[]) => noRequestFailsAfterReady.evaluate(historyOf(events), thresholds)

interface Start {
  readonly number: number
  readonly atMs: number
  readonly witnessed?: boolean
  readonly ready?: boolean
  readonly requestsFromMs?: number
  readonly requestsToMs?: number
}
/** Ready 2 s after the start; requests are refused before, and succeed afterwards for 2.5 s. */
function start({ number, atMs, witnessed = true, ready = true, requestsFromMs = 2_010, requestsToMs = 4_500 }: Start): HistoryEvent[] {
  const load = `start-${number}`
  return [
    ...intervention({ name: 'stop', label: `stop-idle-${number}`, issuedAtMs: atMs - 1_000, acknowledgedAtMs: atMs - 100, witnessedAtMs: atMs - 100 }),
    ...intervention({ name: 'start', label: load, issuedAtMs: atMs, acknowledgedAtMs: atMs + 20, ...(witnessed ? { witnessedAtMs: atMs + 21 } : {}) }),
    ...readies({ fromMs: atMs + 50, toMs: atMs + 2_000, everyMs: 50 }, 'refused'),
    ...requests({ fromMs: atMs + 10, toMs: atMs + 2_000, everyMs: 50 }, { load, outcome: 'refused' }),
    ...readies({ fromMs: atMs + 2_000, toMs: atMs + 4_500, everyMs: 50 }, ready ? 'pass' : 'fail'),
    ...requests({ fromMs: atMs + requestsFromMs, toMs: atMs + requestsToMs, everyMs: 50 }, { load }),
  ]
}
const delay = (number: number, atMs: number, more: { readonly undoneAtMs?: number; readonly witnessedAtMs?: number } = { witnessedAtMs: atMs + 400 }): HistoryEvent[] =>
  intervention({ name: 'fault-dependency', target: 'db', label: `start-${number}`, issuedAtMs: atMs - 50, acknowledgedAtMs: atMs - 40, undoneAtMs: atMs + 2_200, ...more })

const failing = (number: number, atMs: number, more: Partial<RequestEvent> = {}): RequestEvent =>
  request(atMs, { load: `start-${number}`, outcome: 'error-status', ...(more.outcome === undefined ? { status: 500 } : {}), ...more })

const normal = start({ number: 1, atMs: 2_000 })
const slowed = [...delay(2, 12_000), ...start({ number: 2, atMs: 12_000 })]

describe('passed', () => {
  test('when every request after the first passing readiness succeeds', () => {
    const finding = judge(...normal, ...slowed)
    expect(finding).toMatchObject({ outcome: 'passed', strength: { n: 100 } })
    expect(finding.summary).toBe('none of 100 requests failed after readiness had passed, in 2 starts, 1 of them with a delayed dependency')
  })

  test('without a slowed start only when there is no dependency to delay', () => {
    const both = [...normal, ...start({ number: 2, atMs: 12_000 })]
    expect(judge(fact('delayableDependencies', []), ...both)).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('none of them slowed') })
    expect(judge(fact('delayableDependencies', ['db']), ...both)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('delayed in only 0 of 1') })
    expect(judge(...both).outcome).toBe('inconclusive')
  })

  test('when a request fails that was sent before the readiness answer had arrived', () => {
    expect(judge(...normal, ...slowed, failing(1, 3_999)).outcome).toBe('passed')
  })

  test('when a request times out behind the delay that the harness itself applied', () => {
    const finding = judge(...normal, ...slowed, failing(2, 14_100, { outcome: 'timeout', endedAtMs: 24_100 }))
    expect(finding.outcome).toBe('passed')
    expect(finding.evidence[1]?.note).toContain('1 timed out behind our own delay')
  })
})

describe('failed', () => {
  test('when one request after readiness gets an error, with the request as evidence', () => {
    const bad = failing(1, 4_030)
    const finding = judge(...normal, ...slowed, bad)
    expect(finding).toMatchObject({ outcome: 'failed', summary: '1 of 101 requests failed after readiness had passed (allowed 0), the first one sent 30 ms after it' })
    expect(finding.evidence[0]).toMatchObject({ requests: [bad.id], measured: 1, allowed: 0 })
  })

  test.each(['refused', 'reset-in-flight', 'timeout', 'wrong-content', 'polite-refusal'] as const)('when a request after readiness ends with %s', (outcome) => {
    expect(judge(...normal, ...slowed, failing(1, 4_030, { outcome })).outcome).toBe('failed')
  })

  test('when it fails at the end of the race, when the delay has been taken back, or with an answer during it', () => {
    expect(judge(...normal, ...slowed, failing(1, 6_400)).outcome).toBe('failed')
    expect(judge(...normal, ...slowed, failing(2, 14_300, { outcome: 'timeout' })).outcome).toBe('failed')
    expect(judge(...normal, ...slowed, failing(2, 14_100)).outcome).toBe('failed')
  })

  test('although another request was cancelled, or timed out behind a delay that was never undone', () => {
    const endless = slowed.filter((event) => event.kind !== 'intervention' || event.phase !== 'undone')
    expect(judge(...normal, ...slowed, failing(1, 4_030), request(5_000, { load: 'start-1', outcome: 'cancelled' })).outcome).toBe('failed')
    expect(judge(...normal, ...endless, failing(2, 16_000, { outcome: 'timeout' }), failing(2, 16_100)).outcome).toBe('failed')
  })

  test('although the other start never became ready', () => {
    expect(judge(...normal, failing(1, 4_030), ...start({ number: 2, atMs: 12_000, ready: false })).outcome).toBe('failed')
  })

  test('an answer of the service is held against it even when the harness was disturbed', () => {
    const control = requests({ fromMs: 4_000, toMs: 5_000, everyMs: 100 }, { load: 'null-control', via: 'echo', outcome: 'timeout' })
    expect(judge(...normal, ...slowed, ...control, failing(1, 4_030)).outcome).toBe('failed')
    expect(judge(...normal, ...slowed, ...control, failing(1, 4_030, { outcome: 'timeout' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('null control') })
  })
})

describe('inconclusive', () => {
  test.each<[string, readonly HistoryEvent[], string]>([
    ['nothing was started', [], 'no instance was started'],
    ['there was no traffic', [...normal, ...slowed].filter((event) => event.kind !== 'request'), 'only 0 requests of 40'],
    ['readiness was never seen', [...normal, ...slowed].filter((event) => event.kind !== 'observation'), 'readiness of r1 never passed'],
    ['readiness never passed', [...normal, ...delay(2, 12_000), ...start({ number: 2, atMs: 12_000, ready: false })], 'never passed after start-2'],
    ['a start was not witnessed', [...start({ number: 1, atMs: 2_000, witnessed: false }), ...slowed], 'start-1 was not witnessed'],
    ['too few requests were sent', [...start({ number: 1, atMs: 2_000, requestsToMs: 3_900 }), ...slowed], 'only 38 requests of 40'],
    ['the first request came too late', [...start({ number: 1, atMs: 2_000, requestsFromMs: 2_600, requestsToMs: 4_900 }), ...slowed], 'sent only after 600 ms'],
    ['too few starts took place', slowed, 'only 1 start of 2'],
    ['a request after ready was cancelled', [...normal, ...slowed, request(5_000, { load: 'start-1', outcome: 'cancelled' })], '1 request after ready in start-1 had to be cancelled by the harness'],
    ['a request timed out behind a delay that was never undone', [...normal, ...slowed.filter((event) => event.kind !== 'intervention' || event.phase !== 'undone'), failing(2, 16_000, { outcome: 'timeout' })], 'not seen to be taken back'],
    ['the delay was not witnessed', [...normal, ...delay(2, 12_000, {}), ...start({ number: 2, atMs: 12_000 })], 'delayed in only 0 of 1'],
  ])('when %s', (_, events, reason) => {
    const finding = judge(...events)
    expect(finding.outcome).toBe('inconclusive')
    expect(finding.summary).toContain(reason)
  })
})
