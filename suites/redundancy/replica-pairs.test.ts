import { describe, expect, test } from 'vitest'
import type { TrafficControls } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { recordProbe, sessionProbe, tokenAt } from './replica-pairs.js'

test('a token is found by its JSON pointer', () => {
  expect(tokenAt({ session: { 'a/b': ['x', 'token-1'] } }, '/session/a~1b/1')).toBe('token-1')
  expect(tokenAt({ id: 7 }, '/id')).toBe('7')
})
test('what is not there, or is no token, is undefined', () => {
  for (const body of [undefined, null, 'text', {}, { id: { deep: 1 } }]) expect(tokenAt(body, '/id')).toBeUndefined()
})

type Send = TrafficControls['send']
type Sent = Awaited<ReturnType<Send>>
const sending = (answer: (options: Parameters<Send>[0]) => Sent) => {
  const sent: Parameters<Send>[0][] = []
  let keys = 0
  const send: Send = async (options) => {
    sent.push(options)
    return answer(options)
  }
  return { sent, traffic: { send, newKey: () => `key-${++keys}` } }
}
const ok: Sent = { outcome: 'ok', status: 200, body: { token: 't' } }
const operation = (name: string): Operation =>
  ({ name, method: 'POST', path: '/', headers: {}, expect: { status: [], json: {} }, mutates: true, timeoutMs: 1, weight: 0, streams: false, holdsBody: false })
const session = { open: operation('session.open'), tokenPointer: '/token', resume: operation('session.resume') }

describe('a record', () => {
  test('is written once on the first replica and read on the second with the same key', async () => {
    let reads = 0
    const world = sending(({ operation }) => (operation === 'read' && ++reads === 1 ? { outcome: 'error-status', status: 404 } : ok))
    const probe = recordProbe(world, { from: 'a', to: 'b' }, { write: 'write', read: 'read' })
    expect(await probe.begin()).toBeUndefined()
    expect(await probe.proceed()).toMatchObject({ ok: false, final: false, detail: 'the read (read) on b gave error-status 404' })
    expect(await probe.begin()).toBeUndefined()
    expect(await probe.proceed()).toMatchObject({ ok: true, final: true })
    expect(world.sent.map(({ operation, via, key }) => [operation, via, key])).toEqual([
      ['write', 'a', 'key-1'],
      ['read', 'b', 'key-1'],
      ['read', 'b', 'key-1'],
    ])
  })
  test.each([
    ['error-status', true, false],
    ['timeout', true, false],
    ['polite-refusal', false, false],
    ['reset-idle', false, false],
    ['cancelled', false, true],
  ] as const)('whose write gives %s: final %s, given up by the harness %s', async (outcome, final, saysNothing) => {
    const probe = recordProbe(sending(() => ({ outcome })), { from: 'a', to: 'b' }, { write: 'write', read: 'read' })
    expect(await probe.begin()).toMatchObject({ ok: false, final, saysNothing })
  })
})

test.each(['record', 'session'] as const)('a %s whose continuation is answered as degraded is neither continued nor lost', async (kind) => {
  let asked = 0
  const world = sending(() => (++asked === 2 ? { outcome: 'degraded', status: 200 } : ok))
  const pair = { from: 'a', to: 'b' }
  const probe = kind === 'record' ? recordProbe(world, pair, { write: 'write', read: 'read' }) : sessionProbe(world, pair, session)
  expect(await probe.begin()).toBeUndefined()
  expect(await probe.proceed()).toMatchObject({ ok: false, final: false, saysNothing: true })
  expect(await probe.proceed()).toMatchObject({ ok: true, final: true, saysNothing: false })
})

describe('a session', () => {
  test('is opened on the first replica and resumed on the second with its token', async () => {
    const world = sending(() => ok)
    const probe = sessionProbe(world, { from: 'a', to: 'b' }, session)
    expect(await probe.begin()).toBeUndefined()
    expect(await probe.proceed()).toMatchObject({ ok: true, final: true })
    expect(world.sent.map(({ operation, via, token }) => [operation, via, token])).toEqual([
      ['session.open', 'a', undefined],
      ['session.resume', 'b', 't'],
    ])
  })
  test('without a token cannot be resumed', async () => {
    const probe = sessionProbe(sending(() => ({ outcome: 'ok', body: {} })), { from: 'a', to: 'b' }, session)
    expect(await probe.begin()).toMatchObject({ ok: false, final: true, detail: 'a gave no session token at /token' })
  })
  test('through the balancer uses a new connection for each request', async () => {
    const world = sending(() => ok)
    const probe = sessionProbe(world, { from: 'balancer', to: 'balancer' }, session)
    await probe.begin()
    await probe.proceed()
    expect(world.sent.map(({ fresh }) => fresh)).toEqual([true, true])
  })
})
