import { connect, type Socket } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import { lookupMoving } from '../../operating-system/moving-addresses.js'
import { noteShortage } from '../../operating-system/own-shortage.js'
import type { HeldHead } from './held-head.js'

/** One TCP connection as the client saw it. */
export interface Wire {
  readonly number: number // within the load
  readonly socket: Socket
  /** How long the connect took: an upper bound of one round trip. */
  readonly connectMs: number
  /** Requests written on it so far. */
  requests: number
  idleSinceMs: number | undefined
  /** The peer closed in order (FIN). */
  closedByPeer: boolean
  /** Errno of a reset or another failure of the socket. */
  error: NodeJS.ErrnoException | undefined
}

export interface ConnectionOptions {
  readonly url: URL
  readonly clock: () => number
  readonly nextNumber: () => number
  /**
   * `own`: the connection is kept open by us whatever the server's keep-alive hint says, and is never replaced.
   * Otherwise it closes when idle like any pooled client's, a second before the server's hint runs out.
   */
  readonly own?: boolean
  /** Keeps back the first request that is written on it. */
  readonly heldHead?: HeldHead
  /** The socket is gone and no request was on it. */
  readonly onIdleClose?: () => void
}

/** Code of the error of a request on an `own` connection that had ended before the request was written. */
export const connectionEndedCode = 'SW_CONNECTION_ENDED'

const hintMarginMs = 1_000
const ownKeepAliveMs = 3_600_000

/**
 * An undici client of exactly one connection at a time and one request at a time (no pipelining), so that every
 * request belongs to a known socket. With one request at a time undici never sends a request twice: it fails the
 * one that was written, and only what was never written moves to a new socket.
 *
 * `Connection: close` is never sent, also not for a connection that is used once: a server that answers with it
 * then says so of its own accord.
 */
export class Connection {
  readonly #client: Client
  readonly #options: ConnectionOptions
  #connecting: Socket | undefined
  #wire: Wire | undefined
  #connects = 0
  busy = false

  constructor(options: ConnectionOptions) {
    if (options.url.protocol !== 'http:') throw new Error(`traffic needs an http: address, found ${options.url.href}`)
    this.#options = options
    this.#client = new Client(options.url.origin, {
      connect: (target, callback) => {
        this.#connect(target.hostname, Number(target.port) || 80, callback)
      },
      pipelining: 1,
      headersTimeout: 0, // the deadlines are ours
      bodyTimeout: 0,
      keepAliveTimeout: options.own ? ownKeepAliveMs : 4_000,
      keepAliveMaxTimeout: ownKeepAliveMs,
      keepAliveTimeoutThreshold: options.own ? -ownKeepAliveMs : hintMarginMs,
    })
    this.#client.on('disconnect', () => {
      if (!this.busy) options.onIdleClose?.()
    })
  }

  /** The socket in use now; absent while it connects. */
  get wire(): Wire | undefined {
    return this.#wire
  }

  /** A part of its first request is out, whatever becomes of the rest. */
  get halfSent(): boolean {
    return this.#options.heldHead?.isHalfSent === true
  }

  get usable(): boolean {
    return !this.#client.destroyed && this.#wire !== undefined && !this.#wire.socket.destroyed && !this.#wire.closedByPeer
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler)
  }

  /** Ends it at once, also while it connects. */
  destroy(): void {
    this.#connecting?.destroy()
    this.#client.destroy(null, () => {})
    this.#wire?.socket.destroy()
  }

  #connect(host: string, port: number, callback: (...result: [null, Socket] | [Error, null]) => void): void {
    const { clock, nextNumber, own } = this.#options
    if (own && this.#connects > 0) {
      const ended: NodeJS.ErrnoException = new Error('the connection has ended and is not replaced')
      ended.code = connectionEndedCode
      process.nextTick(callback, ended, null)
      return
    }
    this.#connects += 1
    this.#wire = undefined
    const startedAtMs = clock()
    const socket = connect({ host, port, noDelay: true, lookup: lookupMoving })
    this.#connecting = socket
    let wire: Wire | undefined
    // Registered before undici adds its own listeners, so that the cause is known when undici reports the failure.
    socket.on('end', () => {
      if (wire) wire.closedByPeer = true
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      noteShortage(error)
      if (wire === undefined) callback(error, null)
      // What undici itself destroys a socket with is no finding about the peer and carries no system call.
      else if (error.syscall !== undefined) wire.error = error
    })
    socket.once('connect', () => {
      this.#connecting = undefined
      wire = { number: nextNumber(), socket, connectMs: clock() - startedAtMs, requests: 0, idleSinceMs: undefined, closedByPeer: false, error: undefined }
      this.#wire = wire
      this.#options.heldHead?.hold(socket)
      callback(null, socket)
    })
  }
}
