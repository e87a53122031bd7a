import { describe, expect, test } from 'vitest'
import { fact, intervention, request } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent, RequestEvent } from '../../core/history.js'
import { accepted, disturbance, judge, neighbour, obeyed, over, preamble, refused, slowIn, tooMany, type LiteralOver } from './access-history.test-support.js'
import { limitsAreEnforced } from './limits-are-enforced.check.js'
import { enableName, fillLoad, limitBeforeEnablingLoad, limitFact } from './names.js'
import { neighboursAreLeftAlone } from './neighbours-are-left-alone.check.js'
import { retryAfterMs } from './retry-after.js'

describe('limits', () => {
  const check = limitsAreEnforced
  const run = (more: LiteralOver = {}, then: readonly HistoryEvent[] = obeyed()): HistoryEvent[] => [...preamble(), ...over(more), ...then]
  const outcome = (events: readonly HistoryEvent[]): string => judge(check, events).outcome
  const refusing = (captured: Readonly<Record<string, unknown>>): HistoryEvent[] => run({ refusal: () => ({ ...tooMany, captured }) })

  test('that hold pass', () => {
    expect(judge(check, run())).toMatchObject({ outcome: 'passed', strength: { n: 30 }, summary: expect.stringContaining('30 were refused') })
  })
  test('more than the quota in a span fails, wherever the span begins', () => {
    expect(judge(check, run({ accepts: () => true }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('accepted within 1 window') })
    expect(outcome([...run({ accepts: () => true }), disturbance(2_000)])).toBe('inconclusive')
    // All of the second half of one second and the first half of the next: never more than the quota in a second by the clock.
    const borders = (index: number): boolean => (index >= 10 && index < 30) || index >= 50
    expect(outcome(run({ accepts: borders }))).toBe('failed')
  })
  test('a declared burst comes on top once, and not in each window', () => {
    const burst = fact(limitFact, { quota: 10, windowMs: 1_000, burst: 10 })
    const fixed = (index: number): boolean => (index >= 10 && index < 30) || (index >= 40 && index < 50)
    expect(outcome([...run({ accepts: fixed }), burst])).toBe('passed')
    expect(outcome(run({ accepts: fixed }))).toBe('failed')
    expect(outcome([...run({ accepts: (index) => index < 20 || index % 2 === 0 }), burst])).toBe('passed')
    expect(outcome([...run({ accepts: () => true }), burst])).toBe('failed')
  })
  test('what was under way at the edge of a span is not held against the service', () => {
    expect(outcome(run({ takesMs: 300, accepts: (index) => index % 2 === 0 || index % 20 === 1 }))).toBe('passed')
  })
  test('less than the quota fails, unless the harness stalled', () => {
    expect(judge(check, run({ accepts: (index) => index % 4 === 0 }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('only 5 requests') })
    expect(outcome([...run({ accepts: (index) => index % 4 === 0 }), disturbance(2_000)])).toBe('inconclusive')
  })
  test('a refusal that is not 429 fails', () => {
    expect(judge(check, run({ refusal: () => refused }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('ended in status 403, expected 429') })
  })
  test.each([
    ['without Retry-After', { rateLimit: '"caller";r=0;t=1' }, 'carry no Retry-After'],
    ['with one that cannot be read', { retryAfter: 'soon' }, 'carry no Retry-After'],
    ['with one far beyond the window', { retryAfter: '60' }, 'said to wait for 60000 ms'],
    ['with fields that cannot be parsed', { retryAfter: '1', rateLimit: '"caller' }, 'cannot be parsed'],
    ['with another quota', { retryAfter: '1', policy: '"caller";q=100;w=1' }, 'a quota of 100'],
    ['with another window', { retryAfter: '1', policy: '"caller";q=10;w=60' }, 'a window of 60 s'],
    ['with something left', { retryAfter: '1', rateLimit: 'limit=10, remaining=5, reset=1' }, '5 requests remain'],
    ['with another time than Retry-After', { retryAfter: '1', remaining: '0', reset: '30' }, 'wait for 30 s'],
    ['with a time beyond the window', { retryAfter: '1', remaining: '0', reset: '3' }, 'the window is 1000 ms'],
    ['with a sooner time than Retry-After', { retryAfter: '2', remaining: '0', reset: '0' }, 'wait for 0 s, Retry-After says 2 s'],
    ['with several limits of which all have something left', { retryAfter: '1', rateLimit: '"burst";r=4;t=1, "daily";r=900;t=1' }, '4 requests remain'],
    ['with a limit in words', { retryAfter: '1', limit: 'ten' }, 'expected a whole number'],
  ])('a refusal %s fails', (_name, captured, text) => {
    expect(judge(check, refusing(captured))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(text) })
  })
  test.each([
    ['no fields', { retryAfter: '1' }],
    ['a date', { retryAfter: 'Thu, 26 Nov 2026 10:00:01 GMT', date: 'Thu, 26 Nov 2026 10:00:00 GMT' }],
    ['the separate fields', { retryAfter: '1', limit: '10, 10;w=1', remaining: '0', reset: '1' }],
    ['several policies and what remains of each', { retryAfter: '1', policy: '"daily";q=1000;w=86400, "caller";q=10;w=1', rateLimit: '"daily";r=900;t=1, "caller";r=0;t=1' }],
    ['a quota that is back later than one request', { retryAfter: '0', remaining: '0', reset: '2' }],
    ['the dictionary of draft 07', { retryAfter: '1', policy: '10;w=1', rateLimit: 'limit=10, remaining=0, reset=1' }],
  ])('a refusal with %s passes', (_name, captured) => {
    expect(outcome(refusing(captured))).toBe('passed')
  })
  test('a Retry-After that was obeyed in vain fails, one that was not obeyed is not known to be true', () => {
    expect(judge(check, run({}, obeyed(tooMany)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('refused again') })
    expect(outcome(run({}, []))).toBe('inconclusive')
    // One that was under way and accepted after the refusal took the place that the refusal had promised.
    const late = request(4_110, { load: fillLoad, via: 'balancer', ...accepted, endedAtMs: 4_600 })
    expect(outcome(run({}, [...obeyed(tooMany), late]))).toBe('inconclusive')
    expect(outcome(run({}, [...obeyed(), late]))).toBe('passed')
    expect(outcome(run({}, obeyed({ outcome: 'timeout' })))).toBe('inconclusive')
  })
  test('nothing is known of a limit that was not tried', () => {
    expect(outcome([])).toBe('inconclusive')
    expect(outcome([...preamble()])).toBe('inconclusive')
    expect(judge(check, run({ everyMs: 100 })).summary).toContain('the limit was not tried')
    expect(judge(check, run({ instance: () => 'r1' })).summary).toContain('r2 answered none')
  })
  test('a caller that is refused and was refused already before the list was put in force says nothing of its limit', () => {
    const before = (answer: Partial<RequestEvent>): HistoryEvent => request(100, { load: limitBeforeEnablingLoad, via: 'balancer', ...answer })
    const unknown = run({ accepts: () => false, refusal: () => refused }, [])
    expect(judge(check, [...unknown, before(refused)])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('had not been before the access list was put in force either (status 403)') })
    expect(outcome([...unknown, before({ outcome: 'timeout' })])).toBe('inconclusive')
    expect(outcome([...unknown, before(accepted)])).toBe('failed')
    expect(outcome(unknown)).toBe('failed')
    // It was known, or made known with the list: what is wrong then is wrong.
    expect(outcome([...run(), before(refused)])).toBe('passed')
    expect(outcome([...run({ refusal: () => refused }), before(refused)])).toBe('failed')
    expect(outcome([...run({ accepts: () => true }), before(refused)])).toBe('failed')
    expect(outcome([...run({ accepts: () => false }, []), before(tooMany)])).toBe('failed')
  })
  test('a limit that comes with a list which was not put in force is not known', () => {
    const enabled = (acknowledged: object): HistoryEvent[] => [...run({ accepts: () => true }), ...intervention({ name: enableName, label: '', issuedAtMs: 100, ...acknowledged })]
    expect(judge(check, enabled({}))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be put in force') })
    expect(outcome(enabled({ acknowledgedAtMs: 110 }))).toBe('failed')
  })
  test('a service that breaks before its limit is saturated', () => {
    expect(judge(check, run({ refusal: () => ({ outcome: 'polite-refusal', status: 503 }) }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('saturated') })
  })
  test('Retry-After is seconds or a date', () => {
    expect(retryAfterMs('3')).toBe(3_000)
    expect(retryAfterMs(undefined)).toBeUndefined()
    expect(retryAfterMs('1.5')).toBeUndefined()
    expect(retryAfterMs('Thu, 26 Nov 2026 10:00:09 GMT', 'Thu, 26 Nov 2026 10:00:00 GMT')).toBe(9_000)
    expect(retryAfterMs('Thu, 26 Nov 2026 10:00:09 GMT')).toBeUndefined()
  })
})

describe('neighbours', () => {
  const check = neighboursAreLeftAlone
  const run = (...more: Parameters<typeof neighbour>): HistoryEvent[] => [...preamble(), ...neighbour(...more)]
  const outcome = (events: readonly HistoryEvent[]): string => judge(check, events).outcome

  test('that notice nothing pass', () => {
    expect(judge(check, run())).toMatchObject({ outcome: 'passed', strength: { n: 30 } })
  })
  test.each([tooMany, refused, { outcome: 'timeout' as const }, { outcome: 'error-status' as const, status: 500 }])('one that ends in %j fails, unless the harness was disturbed', (answer) => {
    const hit = run({ beside: (index) => (index === 7 ? answer : accepted) })
    const finding = judge(check, hit)
    expect(finding).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 request of 30') })
    expect(finding.evidence.flatMap((one) => one.requests ?? [])).toHaveLength(1)
    expect(outcome([...hit, disturbance(11_000)])).toBe('inconclusive')
    expect(outcome([...hit, request(10_700, { load: 'null-control', via: 'echo', outcome: 'timeout' })])).toBe('inconclusive')
  })
  test('delays fail, small ones and few ones do not', () => {
    expect(judge(check, run({ beside: slowIn(400) }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('p50') })
    expect(outcome(run({ beside: slowIn(90) }))).toBe('passed')
    expect(outcome(run({ beside: (index) => (index % 2 === 0 ? slowIn(400)(index) : accepted) }))).toBe('inconclusive')
  })
  test('nothing is known when the other caller was not limited, or the neighbour not served alone or not often enough', () => {
    expect(judge(check, run({ flood: () => accepted })).summary).toContain('was not limited')
    expect(outcome(run({ flood: () => accepted, beside: () => tooMany }))).toBe('inconclusive')
    expect(outcome(run({ alone: (index) => (index === 3 ? tooMany : accepted) }))).toBe('inconclusive')
    expect(outcome(run({ count: 10 }))).toBe('inconclusive')
    expect(outcome([...preamble()])).toBe('inconclusive')
  })
})
