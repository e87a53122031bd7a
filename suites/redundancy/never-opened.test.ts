import { expect, test } from 'vitest'
import type { Operation } from '../../core/service-descriptor.js'
import { neverGiven, resumeNeverOpened, type NeverOpened } from './never-opened.js'

const operation = (name: string): Operation =>
  ({ name, method: 'POST', path: '/', headers: {}, expect: { status: [], json: {} }, mutates: true, timeoutMs: 1, weight: 0, streams: false, holdsBody: false })
const session = { open: operation('session.open'), tokenPointer: '/token', resume: operation('session.resume') }
const given = '7f9c24e8-3b12-4fd5-a1c0-91d3e5b7a2f4'

async function observedWith(answer: (token: string) => 'ok' | 'degraded' | 'error-status', body: unknown = { token: given }): Promise<NeverOpened | undefined> {
  let observed: NeverOpened | undefined
  const send = async ({ token }: { readonly token?: string }) => (token === undefined ? { outcome: 'ok' as const, body } : { outcome: answer(token) })
  await resumeNeverOpened({ traffic: { send, newKey: () => 'key' }, observe: (_probe, _target, value) => void (observed = value as NeverOpened) }, session)
  return observed
}

test('a service that knows its sessions resumes none that nobody opened', async () => {
  expect(await observedWith((token) => (token === given ? 'ok' : 'error-status'))).toEqual({ operation: 'session.resume', tried: 5, resumed: 0 })
})
test('one that resumes whatever it is given is seen; a degraded answer resumes nothing', async () => {
  expect(await observedWith(() => 'ok')).toMatchObject({ resumed: 5 })
  expect(await observedWith(() => 'degraded')).toMatchObject({ resumed: 0 })
})
test('without a token there is no control', async () => {
  expect(await observedWith(() => 'ok', {})).toBeUndefined()
})
test('tokens that nobody gave have the form of one that was given, and are all different', () => {
  const made = neverGiven(given, 5)
  expect(new Set([...made, given]).size).toBe(6)
  for (const one of made) expect(one).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(neverGiven('7', 1)).toEqual(['800000000000'])
})
