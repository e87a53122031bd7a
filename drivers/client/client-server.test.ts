import { Agent, request } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { clientHeaders, parseClientFailure, type ClientModule } from '../../core/client-module.js'
import { ClientServer } from './client-server.js'

interface Handle {
  readonly number: number
  closed: number
}

/** A module over a map, that counts its handles and fails when it is told to. */
class ScriptedModule implements ClientModule<Handle> {
  readonly values = new Map<string, string>()
  readonly handles: Handle[] = []
  openFails: Error | undefined
  writeFails: unknown
  started = 'boot-1'
  async open(): Promise<Handle> {
    if (this.openFails !== undefined) throw this.openFails
    const handle = { number: this.handles.length, closed: 0 }
    this.handles.push(handle)
    return handle
  }
  async write(_handle: Handle, key: string, value: string): Promise<void> {
    if (this.writeFails !== undefined) throw this.writeFails
    this.values.set(key, value)
  }
  async read(_handle: Handle, key: string): Promise<string | undefined> {
    return this.values.get(key)
  }
  async list(_handle: Handle, prefix: string): Promise<string[]> {
    return [...this.values.keys()].filter((key) => key.startsWith(prefix))
  }
  async close(handle: Handle): Promise<void> {
    handle.closed += 1
  }
  async boot(): Promise<string> {
    return this.started
  }
}

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function serverOf(module: ClientModule<Handle>) {
  const server = new ClientServer(module as ClientModule, { host: 'nowhere', port: 1, instance: 'replica-0', env: {} })
  const port = await server.listen()
  ends.push(() => server.close())
  const client = () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    ends.unshift(() => agent.destroy())
    const send = (method: string, path: string, body?: unknown) =>
      new Promise<{ status: number; body: unknown; failure: ReturnType<typeof parseClientFailure>; boot: unknown; instance: unknown }>((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port, method, path, agent }, (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.on('end', () => {
            const { headers, statusCode } = response
            resolve({ status: statusCode ?? 0, body: JSON.parse(text), failure: parseClientFailure(String(headers[clientHeaders.failure] ?? '')), boot: headers[clientHeaders.boot], instance: headers[clientHeaders.instance] })
          })
        })
        sent.on('error', reject)
        sent.end(body === undefined ? undefined : JSON.stringify(body))
      })
    return { send, end: () => agent.destroy() }
  }
  return { client }
}

describe('the HTTP face of a client module', () => {
  test('writes, reads, lists and says what is not there', async () => {
    const { client } = await serverOf(new ScriptedModule())
    const { send } = client()
    expect(await send('PUT', '/keys/a%2Fb', { value: 'v1' })).toMatchObject({ status: 200, instance: 'replica-0', boot: 'boot-1' })
    expect(await send('GET', '/keys/a%2Fb')).toMatchObject({ status: 200, body: { value: 'v1' } })
    expect(await send('GET', '/keys?prefix=a')).toMatchObject({ status: 200, body: { items: [{ key: 'a/b' }] } })
    expect(await send('GET', '/keys/other')).toMatchObject({ status: 404, failure: undefined })
  })

  test('an ordinary read is the function of its own, and nothing stands in for it', async () => {
    const module = new ScriptedModule()
    module.values.set('a', 'fresh')
    const lagging: ClientModule<Handle> = Object.assign(module, { readOrdinary: async (_handle: Handle, key: string) => (key === 'a' ? 'old' : undefined) })
    const { send } = (await serverOf(lagging)).client()
    expect(await send('GET', '/ordinary/a')).toMatchObject({ status: 200, body: { value: 'old' }, instance: 'replica-0' })
    expect(await send('GET', '/keys/a')).toMatchObject({ status: 200, body: { value: 'fresh' } })
    expect(await send('GET', '/ordinary/b')).toMatchObject({ status: 404, failure: undefined })
    const without = (await serverOf(new ScriptedModule())).client()
    expect(await without.send('GET', '/ordinary/a')).toMatchObject({ status: 503, failure: { detail: 'the module does not export readOrdinary' } })
  })

  test('what the module cannot do is refused, never answered like a read', async () => {
    const module = new ScriptedModule()
    module.values.set('a', 'v')
    const { send } = (await serverOf(module)).client()
    for (const [method, path] of [['DELETE', '/keys/a'], ['POST', '/keys/a'], ['PUT', '/ordinary/a']] as const) expect(await send(method, path, method === 'DELETE' ? undefined : { value: 'w' })).toMatchObject({ status: 405 })
    for (const path of ['/keys/a/b', '/ordinary', '/other/a', '/keyshift/a']) expect(await send('GET', path)).toMatchObject({ status: 400 })
    expect(module.values.get('a')).toBe('v')
  })

  test('each client has a connection of its own, and keeps it', async () => {
    const module = new ScriptedModule()
    const { client } = await serverOf(module)
    const [one, two] = [client(), client()]
    for (const { send } of [one, two, one, two]) await send('GET', '/keys/a')
    expect(module.handles).toHaveLength(2)
    one.end()
    await expect.poll(() => module.handles.map(({ closed }) => closed)).toEqual([1, 0])
  })

  test('readiness is a connection that can be made now, whatever was open before', async () => {
    const module = new ScriptedModule()
    const { client } = await serverOf(module)
    const { send } = client()
    expect(await send('GET', '/ready')).toMatchObject({ status: 200 })
    module.openFails = new Error('LOADING')
    expect(await send('GET', '/ready')).toMatchObject({ status: 503, failure: { kind: 'not-sent', detail: 'LOADING' }, instance: undefined, boot: undefined })
    expect(module.handles.map(({ closed }) => closed)).toEqual([1])
  })

  test('what could not be connected was not sent', async () => {
    const module = new ScriptedModule()
    module.openFails = new Error('connect ECONNREFUSED')
    const { client } = await serverOf(module)
    expect(await client().send('PUT', '/keys/a', { value: 'v' })).toMatchObject({ status: 503, failure: { kind: 'not-sent', detail: 'connect ECONNREFUSED' } })
  })

  test('what fails after it was sent may have been applied, and the connection is not used again', async () => {
    const module = new ScriptedModule()
    const { client } = await serverOf(module)
    const { send } = client()
    module.writeFails = new Error('socket closed')
    expect(await send('PUT', '/keys/a', { value: 'v' })).toMatchObject({ failure: { kind: 'unknown', reused: false } })
    module.writeFails = undefined
    await send('PUT', '/keys/a', { value: 'v' })
    module.writeFails = new Error('socket closed')
    expect(await send('PUT', '/keys/a', { value: 'v' })).toMatchObject({ failure: { kind: 'unknown', reused: true } })
    expect(module.handles.map(({ closed }) => closed)).toEqual([1, 1])
  })

  test('the module may know better: refused for certain, or never sent', async () => {
    const module = new ScriptedModule()
    const { client } = await serverOf(module)
    const { send } = client()
    module.writeFails = Object.assign(new Error('READONLY'), { rejected: true })
    expect(await send('PUT', '/keys/a', { value: 'v' })).toMatchObject({ status: 422, failure: { kind: 'rejected' } })
    module.writeFails = Object.assign(new Error('queue full'), { sent: false })
    expect(await send('PUT', '/keys/a', { value: 'v' })).toMatchObject({ failure: { kind: 'not-sent' } })
  })

  test('a thrown value that is no error is a failure like any other', async () => {
    const module = new ScriptedModule()
    const { client } = await serverOf(module)
    module.writeFails = null
    module.write = async () => Promise.reject(undefined)
    expect(await client().send('PUT', '/keys/a', { value: 'v' })).toMatchObject({ failure: { kind: 'unknown' } })
  })

  test('when one connection breaks, idle ones are not trusted either: the service may have been restarted', async () => {
    const module = new ScriptedModule()
    const { client } = await serverOf(module)
    const [one, two] = [client(), client()]
    await one.send('GET', '/keys/a')
    await two.send('GET', '/keys/a')
    module.writeFails = new Error('socket closed')
    await one.send('PUT', '/keys/a', { value: 'v' })
    module.started = 'boot-2'
    expect(await two.send('GET', '/keys/a')).toMatchObject({ boot: 'boot-2' })
    expect(module.handles.map(({ closed }) => closed)).toEqual([1, 1, 0])
  })
})
