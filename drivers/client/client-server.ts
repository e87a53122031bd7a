import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { clientFailureText, clientHeaders, clientPaths, type ClientError, type ClientModule, type ClientOpenOptions } from '../../core/client-module.js'
import { messageOf } from '../../core/errors.js'
import { endServer, listenLocally, withoutTimeouts } from '../network/local-server.js'

/** One connection of the module's: opened when it is first needed, and again after a failure. */
interface Slot {
  handle?: unknown
  boot?: string
  used: boolean
  busy: boolean
}

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly failure?: string
}

class NotOpened extends Error {}

/**
 * The HTTP face of one instance that speaks another protocol. Each connection of a client has a handle of the module of
 * its own, so that a virtual client is one client of the service. It never repeats an operation; who hangs is the
 * caller's to time.
 */
export class ClientServer {
  readonly #module: ClientModule
  readonly #target: ClientOpenOptions
  readonly #slots = new Map<Socket, Slot>()
  readonly #server: Server
  port = 0

  constructor(module: ClientModule, target: ClientOpenOptions) {
    this.#module = module
    this.#target = target
    this.#server = withoutTimeouts(createServer((request, response) => void this.#serve(request, response)))
    this.#server.on('connection', (socket: Socket) => socket.once('close', () => this.#forget(socket)))
  }

  async listen(): Promise<number> {
    this.port = await listenLocally(this.#server)
    return this.port
  }

  async close(): Promise<void> {
    await endServer(this.#server)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => {}) // the client gave up; its socket tells
    const url = new URL(request.url ?? '/', 'http://client')
    const slot = this.#slotOf(request.socket)
    slot.busy = true
    const body = await textOf(request)
    if (request.socket.destroyed) return
    const answer = await this.#attempt(slot, (handle) => this.#operation(handle, { method: request.method ?? 'GET', url, body }))
    slot.busy = false
    const { boot } = slot
    if (url.pathname === clientPaths.ready) await this.#discard(slot)
    if (request.socket.destroyed) {
      await this.#discard(slot)
      return
    }
    const text = JSON.stringify(answer.body ?? {})
    const identity = { [clientHeaders.instance]: this.#target.instance, ...(boot === undefined ? {} : { [clientHeaders.boot]: boot }) }
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(answer.failure === undefined ? identity : { [clientHeaders.failure]: answer.failure }),
    })
    response.end(text)
  }

  async #operation(handle: unknown, { method, url, body }: { readonly method: string; readonly url: URL; readonly body: string }): Promise<Answer> {
    const { pathname } = url
    if (pathname === clientPaths.ready) return { status: 200 }
    if (pathname === clientPaths.keys) return { status: 200, body: { items: (await this.#module.list(handle, url.searchParams.get('prefix') ?? '')).map((key) => ({ key })) } }
    const [, face = '', ...rest] = pathname.split('/')
    const place = `/${face}`
    if ((place !== clientPaths.keys && place !== clientPaths.ordinary) || rest.length !== 1) return { status: 400 }
    // What the module cannot do is not done by halves: a DELETE that was answered like a read would look like a removal.
    if (method !== 'GET' && !(method === 'PUT' && place === clientPaths.keys)) return { status: 405 }
    const key = decodeURIComponent(rest[0]!)
    if (method === 'PUT') {
      await this.#module.write(handle, key, String((JSON.parse(body) as { readonly value: unknown }).value))
      return { status: 200 }
    }
    const value: unknown = place === clientPaths.ordinary ? await this.#readOrdinary(handle, key) : await this.#module.read(handle, key)
    if (value === undefined || value === null) return { status: 404 }
    return { status: 200, body: { value: Buffer.isBuffer(value) ? value.toString('utf8') : value } }
  }

  async #readOrdinary(handle: unknown, key: string): Promise<unknown> {
    if (this.#module.readOrdinary === undefined) throw new Error('the module does not export readOrdinary')
    return this.#module.readOrdinary(handle, key)
  }

  async #attempt(slot: Slot, operation: (handle: unknown) => Promise<Answer>): Promise<Answer> {
    let beganAtMs = performance.now()
    const reused = slot.used
    try {
      const handle = slot.handle ?? (await this.#open(slot))
      slot.used = true
      beganAtMs = performance.now()
      return await operation(handle)
    } catch (thrown) {
      const said = thrown as Partial<ClientError> | null | undefined
      const kind = said?.rejected === true ? 'rejected' : thrown instanceof NotOpened || said?.sent === false ? 'not-sent' : 'unknown'
      await this.#discard(slot)
      // The service may be another process by now: what is idle would only find that out one by one.
      if (kind !== 'rejected') await Promise.all([...this.#slots.values()].filter(({ busy }) => !busy).map((idle) => this.#discard(idle)))
      const failure = clientFailureText({ kind, reused, sinceSentMs: performance.now() - beganAtMs, detail: messageOf(thrown) || 'an error without a message' })
      return { status: kind === 'rejected' ? 422 : 503, failure }
    }
  }

  async #open(slot: Slot): Promise<unknown> {
    let handle: unknown
    try {
      handle = await this.#module.open(this.#target)
      slot.handle = handle
      const boot = await this.#module.boot?.(handle)
      if (boot !== undefined) slot.boot = String(boot).replaceAll(/[^\x20-\x7e]+/g, ' ')
      return handle
    } catch (thrown) {
      throw new NotOpened(messageOf(thrown) || 'open failed without a message')
    }
  }

  #slotOf(socket: Socket): Slot {
    const known = this.#slots.get(socket)
    if (known !== undefined) return known
    const slot: Slot = { used: false, busy: false }
    this.#slots.set(socket, slot)
    return slot
  }

  #forget(socket: Socket): void {
    const slot = this.#slots.get(socket)
    this.#slots.delete(socket)
    if (slot !== undefined) void this.#discard(slot) // one that is still being opened is let go when it is open
  }

  async #discard(slot: Slot): Promise<void> {
    const { handle } = slot
    delete slot.handle
    delete slot.boot
    slot.used = false
    if (handle !== undefined) await this.#letGo(handle)
  }

  /** Not waited for longer than a moment: a connection to a service that is gone may never say goodbye. */
  async #letGo(handle: unknown): Promise<void> {
    const closing = (async () => this.#module.close(handle))().catch(() => undefined) // it is gone either way
    await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, closeMsMax).unref())])
  }
}

const closeMsMax = 100

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
  } catch {
    return '' // it was given up half way
  }
  return Buffer.concat(chunks).toString('utf8')
}
