import { Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { Duplex } from 'node:stream'
import { connectTimeoutCode, errorWithCode } from './upstream-failure.js'

interface Idleness {
  readonly maxIdleMs: number
  readonly sinceMs: number
}

export interface UpstreamOptions {
  /** Longest time a connection is kept unused when the backend does not say how long it keeps it. */
  readonly maxIdleMs: number
  readonly connectTimeoutMs: number
  /** Longest silence of a backend that owes an answer, or the rest of one. */
  readonly responseTimeoutMs: number
}

/**
 * The persistent connections to one backend. A server may close an idle connection at the very moment a request is
 * sent on it, and the request would be lost through no fault of the service. So a connection is given up well before
 * the backend would do it, and never reused after the backend announced its end.
 */
export class UpstreamConnections extends Agent {
  readonly #options: UpstreamOptions
  readonly #announced = new WeakMap<Duplex, number>()
  readonly #idle = new WeakMap<Duplex, Idleness>()
  #accepting = true

  readonly #silence = new WeakMap<Duplex, (silentMs: number) => void>()

  constructor(options: UpstreamOptions) {
    super({ keepAlive: true })
    this.#options = options
  }

  /** There is only one place to connect to. */
  override getName(): string {
    return 'backend'
  }

  override createConnection(options: NetConnectOpts): Socket {
    const { connectTimeoutMs, responseTimeoutMs } = this.#options
    const socket = connect(options)
    const timer = setTimeout(() => {
      socket.destroy(errorWithCode(connectTimeoutCode, `no connection after ${connectTimeoutMs} ms`))
    }, connectTimeoutMs)
    socket.once('connect', () => clearTimeout(timer))
    socket.once('close', () => clearTimeout(timer))
    socket.setTimeout(responseTimeoutMs)
    socket.on('timeout', () => {
      if (this.#idle.has(socket)) return // idle: the agent closes it
      socket.setTimeout(responseTimeoutMs) // it fires once only
      this.#silence.get(socket)?.(responseTimeoutMs)
    })
    return socket
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request)
    this.#idle.delete(socket)
    ;(socket as Socket).setTimeout(this.#options.responseTimeoutMs)
  }

  /** What to do when nothing moved on a connection in use for the response timeout. */
  onSilence(socket: Duplex, listener: (silentMs: number) => void): void {
    this.#silence.set(socket, listener)
  }

  /** Remembers how long the backend promised to keep the connection of this answer. */
  noteAnswer(answer: IncomingMessage): void {
    const hint = answer.headers['keep-alive']
    const seconds = typeof hint !== 'string' ? undefined : /(?:^|[\s,;])timeout=(\d+)/i.exec(hint)?.[1]
    // Half of the promise: the backend counts from when it sent the answer, and its clock may be early.
    if (seconds !== undefined) this.#announced.set(answer.socket, Number(seconds) * 500)
  }

  override keepSocketAlive(socket: Duplex): boolean {
    const maxIdleMs = Math.min(this.#options.maxIdleMs, this.#announced.get(socket) ?? Infinity)
    if (!this.#accepting || maxIdleMs <= 0) return false
    this.#idle.set(socket, { maxIdleMs, sinceMs: performance.now() })
    // The agent destroys an idle socket when this expires.
    ;(socket as Socket).setTimeout(maxIdleMs)
    return true
  }

  /** To be called before each request: timers may be late when the process was stalled, the clock is not. */
  dropStale(): void {
    const now = performance.now()
    for (const socket of this.freeSockets['backend'] ?? []) {
      const idle = this.#idle.get(socket)
      if (idle !== undefined && now - idle.sinceMs < idle.maxIdleMs) return // oldest first: the rest is fresher
      socket.destroy()
    }
  }

  /** Connections with a request on them, or being made for one. */
  get inUse(): number {
    return this.sockets['backend']?.length ?? 0
  }

  /** While not accepting, idle connections are closed and those in use are closed when they become idle. */
  set accepting(value: boolean) {
    this.#accepting = value
    if (value) return
    for (const socket of [...(this.freeSockets['backend'] ?? [])]) socket.destroy()
  }
}
