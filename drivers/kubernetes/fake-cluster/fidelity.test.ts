import { readFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certificate } from './certificate.test-support.js'
import { startFakeCluster, type FakeCluster } from './fake-cluster.test-support.js'

/** A dialogue with a real API server (v1.36.2): of each answer its status and the shape of its body. */
interface Recorded {
  readonly request?: string
  readonly status?: number
  readonly body?: unknown
  readonly contentType?: string
  readonly answer?: unknown
  readonly firstEvent?: unknown
  readonly answerStatus?: { readonly reason?: string; readonly code: number; readonly causes?: readonly string[] }
}
const recorded = JSON.parse(readFileSync(new URL('recorded-dialogue.json', import.meta.url), 'utf8')) as readonly Recorded[]

let cluster: FakeCluster
let agent: Agent
beforeAll(async () => {
  cluster = await startFakeCluster({ network: 74 })
  agent = new Agent({ connect: { ca: certificate } })
})
afterAll(async () => {
  await agent.destroy()
  await cluster.close()
})

/** Paths at which the body has something that the recorded one has not, or something else. */
function foreignIn(body: unknown, shape: unknown, path = ''): string[] {
  if (shape === 'map') return typeof body === 'object' ? [] : [path]
  if (Array.isArray(shape)) return Array.isArray(body) ? body.flatMap((one) => (shape.length === 0 ? [] : foreignIn(one, shape[0], `${path}[]`))) : [path]
  if (typeof shape === 'object' && shape !== null) {
    if (typeof body !== 'object' || body === null) return [path]
    const known = shape as Readonly<Record<string, unknown>>
    return Object.entries(body).flatMap(([name, value]) => (Object.hasOwn(known, name) ? foreignIn(value, known[name], `${path}.${name}`) : [`${path}.${name}`]))
  }
  return typeof body === shape || shape === 'null' ? [] : [`${path} is ${typeof body}, recorded as ${String(shape)}`]
}

/** The recorded cluster had pods of other names. */
const here = (path: string): string => path.replaceAll(/web-8446b65db7-[a-z0-9]{5}/g, cluster.store.list('pods')[0]?.metadata.name ?? '')

async function replay({ request: asked = '', body, contentType, status }: Recorded) {
  const [method = 'GET', path = '/'] = here(asked).split(' ')
  cluster.mayEvict = status !== 429
  const denied = 'get deployments'
  if (status === 403) cluster.api.denied.add(denied)
  const answer = await request(`${cluster.api.url}${path}`, {
    dispatcher: agent,
    method: method as 'GET',
    headers: { authorization: `Bearer ${status === 401 ? 'another' : 'of-the-fake-cluster'}`, 'content-type': contentType ?? 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : here(JSON.stringify(body)) }),
  })
  const text = await answer.body.text()
  cluster.api.denied.delete(denied)
  return { status: answer.statusCode, text, type: String(answer.headers['content-type']) }
}

describe('the fake API server answers as a real one did', () => {
  test.each(recorded.filter((one) => one.answer !== undefined && one.request !== undefined).map((one) => [`${one.request} ${one.status}`, one] as const))('%s', async (_, one) => {
    const { status, text, type } = await replay(one)
    expect({ status, type }).toEqual({ status: one.status, type: 'application/json' })
    const body = JSON.parse(text) as { readonly reason?: string; readonly code?: number; readonly details?: { readonly causes?: readonly { readonly reason: string }[] } }
    expect(foreignIn(body, one.answer)).toEqual([])
    if (one.answerStatus === undefined) return
    const { reason, code, causes } = one.answerStatus
    expect({ reason: body.reason, code: body.code, causes: body.details?.causes?.map((cause) => cause.reason) }).toEqual({ reason, code, causes })
  })

  test('a watch begins with what happened since its version, a line each', async () => {
    const one = recorded.find(({ firstEvent }) => firstEvent !== undefined)
    const { text } = await replay(one!)
    const lines = text.trim().split('\n').map((line) => JSON.parse(line) as { readonly type: string; readonly object: unknown })
    expect(lines[0]?.type).toBe('ADDED')
    for (const line of lines.filter(({ type }) => type === 'ADDED')) expect(foreignIn(line, one?.firstEvent)).toEqual([])
  })
})

test('a shape that differs is found', () => {
  expect(foreignIn({ kind: 'Pod', status: { invented: 1 } }, { kind: 'string', status: { phase: 'string' } })).toEqual(['.status.invented'])
  expect(foreignIn({ code: '429' }, { code: 'number' })).toEqual(['.code is string, recorded as number'])
})
