import { describe, expect, test } from 'vitest'
import { cacheabilityOf } from './cacheability.js'
import { bodySays, codeSays, disagrees, namesBroken, saysFail, type HealthAnswer } from './health-answer.js'
import { slowAnswersMax } from './slow-answers.js'

const answer = (status: number | null, json?: unknown): HealthAnswer =>
  ({ target: 'a', atMs: 0, state: 'healthy', endpoint: 'readiness', status, body: JSON.stringify(json) ?? '', json, durationMs: 1 })

describe('status code and body', () => {
  test.each(['pass', 'ok', 'UP', 'healthy', 'warn'])('%s belongs to 2xx and 3xx', (status) => {
    expect(disagrees(answer(200, { status }))).toBe(false)
    expect(disagrees(answer(302, { status }))).toBe(false)
    expect(disagrees(answer(503, { status }))).toBe(true)
    expect(disagrees(answer(429, { status }))).toBe(true)
  })
  test.each(['fail', 'Error', 'DOWN', 'unhealthy'])('%s belongs to 4xx and 5xx', (status) => {
    expect(disagrees(answer(503, { status }))).toBe(false)
    expect(disagrees(answer(200, { status }))).toBe(true)
    expect(saysFail(answer(200, { status }))).toBe(true)
  })
  test('without a word of health only the status code counts', () => {
    for (const json of [undefined, 'fail all', null, [], {}, { status: 200 }, { status: 'draining' }, { state: 'fail' }]) {
      expect(bodySays({ json })).toBeUndefined()
      expect(disagrees(answer(200, json))).toBe(false)
      expect(saysFail(answer(200, json))).toBe(false)
      expect(saysFail(answer(503, json))).toBe(true)
    }
    expect(codeSays(100)).toBe('fail')
  })
  test.each([
    ['OK', 503, true],
    ['OK', 200, false],
    ['FAIL\n', 200, true],
    ['"down"', 503, false],
    ['not ok', 200, false],
    ['pong', 503, false],
  ])('the only word of a text counts: %j with %d', (body, status, contradicts) => {
    expect(disagrees({ ...answer(status), body })).toBe(contradicts)
  })
  test('no answer says nothing', () => {
    expect(saysFail(answer(null, { status: 'fail' }))).toBe(false)
    expect(disagrees(answer(null, { status: 'fail' }))).toBe(false)
  })
})

describe('naming the broken dependency', () => {
  const names = (json: unknown): boolean => namesBroken({ json, body: '' }, 'database')
  test.each([
    { checks: { 'database:responseTime': [{ componentType: 'datastore', status: 'fail' }] } },
    { checks: { 'postgres:connections': [{ componentId: 'database', status: 'fail' }] } },
    { dependencies: { database: 'down' } },
    { dependencies: { database: false } },
    { dependencies: { database: { ok: false } } },
    { dependencies: [{ name: 'cache', status: 'pass' }, { name: 'Database', status: 'warn' }] },
    { details: { primaryDatabase: { state: 'unreachable', since: 5 } } },
  ])('%j', (json) => {
    expect(names(json)).toBe(true)
  })
  test.each([
    { status: 'fail' },
    { status: 'fail', checks: { 'database:responseTime': [{ status: 'pass' }], cache: [{ status: 'fail' }] } },
    { dependencies: [{ name: 'cache', status: 'fail' }, { name: 'database', status: 'pass' }] },
    { dependencies: { database: 'ok' } },
    { dependencies: { database: true } },
  ])('not %j', (json) => {
    expect(names(json)).toBe(false)
  })
  test('in a text the name is enough', () => {
    expect(namesBroken({ body: 'cannot reach Database' }, 'database')).toBe(true)
    expect(namesBroken({ body: 'cannot reach it' }, 'database')).toBe(false)
  })
})

describe('caching', () => {
  const kept = (cacheControl?: string, age?: string, status = 200) =>
    cacheabilityOf({ status, ...(cacheControl === undefined ? {} : { cacheControl }), ...(age === undefined ? {} : { age }) })
  test.each(['no-store', 'no-cache, private', 'max-age=0', 'public, max-age=0', 'No-Store, max-age=60'])('%s forbids it', (value) => {
    expect(kept(value)).toBe('forbidden')
  })
  test.each(['max-age=60', 'public, max-age="5"', 'max-age=0, s-maxage=30'])('%s allows it', (value) => {
    expect(kept(value)).toBe('allowed')
  })
  test('an age shows it, whatever else is said', () => {
    expect(kept('no-store', '12')).toBe('was-cached')
    expect(kept(undefined, '0')).toBe('was-cached')
  })
  test('nothing said leaves it open for an answer that passes', () => {
    expect(kept()).toBe('not-forbidden')
    expect(kept('private')).toBe('not-forbidden')
    expect(kept(undefined, undefined, 503)).toBe('forbidden')
    expect(kept('max-age=60', undefined, 503)).toBe('allowed')
  })
})

test('slow answers that chance alone would bring', () => {
  const binomialTail = (n: number, k: number): number => {
    let sum = 0
    for (let i = 0, coefficient = 1; i <= k; coefficient *= (n - i) / (i + 1), i++) sum += coefficient * 0.01 ** i * 0.99 ** (n - i)
    return 1 - sum
  }
  for (const n of [1, 4, 5, 25, 100, 500, 2_000]) {
    const k = slowAnswersMax(n)
    expect(binomialTail(n, k)).toBeLessThanOrEqual(0.05)
    if (k > 0) expect(binomialTail(n, k - 1)).toBeGreaterThan(0.05)
  }
})
