import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { ReceivedBody } from './received-body.js'
import type { Seen } from './classification.js'
import type { Connection, Wire } from './connection.js'

export interface ExchangeRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Readable
  /**
   * Counted from the moment the request is handed over, connecting included, not from the planned instant: a
   * stall of the harness must not become a timeout of the service.
   */
  readonly timeoutMs: number
  /** Whether the body is wanted; otherwise it is only counted. */
  readonly keepBody: boolean
}

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

const noHeaders: AnswerHeaders = {}

/**
 * One HTTP exchange on one connection: written at most once, ended exactly once. Its fields may be read while it
 * goes on, to prove that it is executing.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly connection: Connection
  readonly startedAtMs: number
  sentAtMs: number | undefined
  firstByteAtMs: number | undefined
  endedAtMs: number | undefined
  status: number | undefined
  headers: AnswerHeaders = noHeaders
  readonly body: ReceivedBody
  reused = false
  idleMs: number | undefined
  code: string | undefined
  ending: Seen['ending'] | undefined
  readonly ended: Promise<void>

  #wire: Wire | undefined
  #bytesReadBefore = 0
  #writeFailed = false
  #resolve: () => void = () => {}
  readonly #clock: () => number
  readonly #timer: NodeJS.Timeout
  readonly #request: ExchangeRequest

  constructor(connection: Connection, request: ExchangeRequest, clock: () => number) {
    this.connection = connection
    this.#clock = clock
    this.#request = request
    this.body = new ReceivedBody(request.keepBody)
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.startedAtMs = clock()
    this.#timer = setTimeout(this.#onDeadline, request.timeoutMs)
    const { method, path, headers, body } = request
    connection.dispatch({ method, path, headers: headers ?? {}, body: body ?? null }, this)
  }

  get wire(): Wire | undefined {
    return this.#wire
  }

  /** Bytes of the answer on the wire, headers included. */
  get bytesRead(): number {
    return this.#wire === undefined ? 0 : this.#wire.socket.bytesRead - this.#bytesReadBefore
  }

  /** Nothing was written because the idle connection turned out to be dead: to send it elsewhere is not a retry. */
  get neverWritten(): boolean {
    return this.ending === 'failed' && this.sentAtMs === undefined && (this.connection.wire?.requests ?? 0) > 0
  }

  get closeAnnounced(): boolean {
    const value = this.headers['connection']
    return value !== undefined && /\bclose\b/i.test(String(value))
  }

  seen(): Omit<Seen, 'problem' | 'balancer'> {
    const wire = this.#wire ?? this.connection.wire
    return {
      ending: this.ending ?? 'cancelled',
      connected: wire !== undefined,
      written: this.sentAtMs !== undefined && !this.#writeFailed,
      reused: this.reused,
      closedByPeer: wire?.closedByPeer === true && wire.error === undefined,
      ...(this.code === undefined ? {} : { code: this.code }),
      ...(this.sentAtMs === undefined ? {} : { sinceSentMs: (this.endedAtMs ?? this.sentAtMs) - this.sentAtMs }),
      responseBytes: this.bytesRead,
      ...(this.status === undefined ? {} : { status: this.status }),
      retryAfter: this.headers['retry-after'] !== undefined,
      closeAnnounced: this.closeAnnounced,
    }
  }

  /** Gives it up: never counted for or against the service. */
  cancel(): void {
    this.#end('cancelled')
  }

  /** Called by undici in the turn in which it writes the request, just before it does. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.ending !== undefined || this.sentAtMs !== undefined) {
      controller.abort(new Error('a request is written at most once'))
      return
    }
    const wire = this.connection.wire
    this.sentAtMs = this.#clock()
    if (wire === undefined) return
    this.#wire = wire
    this.#bytesReadBefore = wire.socket.bytesRead
    this.reused = wire.requests > 0
    if (this.reused && wire.idleSinceMs !== undefined) this.idleMs = this.sentAtMs - wire.idleSinceMs
    wire.requests += 1
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (status < 200 || this.ending !== undefined) return
    this.firstByteAtMs = this.#clock()
    this.status = status
    this.headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.ending === undefined && !this.body.add(chunk)) this.#end('endless')
  }

  onResponseEnd(): void {
    // A body that ends with the connection looks complete to the parser even when the connection was reset.
    const reset = this.#wire?.error
    if (reset !== undefined) this.code = reset.code ?? reset.message
    this.#end(reset === undefined ? 'complete' : 'failed')
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: NodeJS.ErrnoException): void {
    if (this.ending !== undefined) return
    this.code = error.code ?? error.name
    this.#writeFailed = error.syscall === 'write' && (this.reused || !this.connection.halfSent)
    this.#end('failed')
  }

  /** A deadline that passed while the loop was stalled is only real when the answer is not waiting to be read. */
  readonly #onDeadline = (): void => {
    setImmediate(() => this.#end('timeout'))
  }

  #end(ending: Seen['ending']): void {
    if (this.ending !== undefined) return
    this.ending = ending
    this.endedAtMs = this.#clock()
    clearTimeout(this.#timer)
    if (this.#wire !== undefined) this.#wire.idleSinceMs = this.endedAtMs
    if (ending !== 'complete') this.connection.destroy()
    if (typeof this.#request.body === 'object') this.#request.body.destroy()
    this.#resolve()
  }
}
