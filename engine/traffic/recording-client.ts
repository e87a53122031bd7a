import type { Readable } from 'node:stream'
import type { ClientFailure } from '../../core/client-module.js'
import type { RequestEvent } from '../../core/history.js'
import { classify } from './classification.js'
import { ConnectionPool } from './connection-pool.js'
import type { Connection } from './connection.js'
import type { TrafficContext } from './context.js'
import { Exchange, type ExchangeRequest } from './exchange.js'
import type { CompiledOperation } from './expectation.js'
import { valueOf } from './keys.js'
import type { Values } from './template.js'

export interface ClientOptions {
  readonly load: string
  readonly via: string
  readonly url: URL
  readonly connections: 'keep-alive' | 'fresh'
  /** False for servers of ours: their answers say nothing about instances and shares. */
  readonly ofService: boolean
}

export interface RequestPlan {
  readonly operation: CompiledOperation
  readonly plannedAtMs: number
  /** Else a new key for an operation that mutates, a known one for one that reads. */
  readonly key?: string
  readonly token?: string
  /** Else the one that belongs to the key. */
  readonly value?: string
  readonly values?: Readonly<Record<string, string>>
  readonly durationMs?: number
  readonly timeoutMs?: number
  /** Keeps the answer's body even when nothing is expected of it. */
  readonly keepBody?: boolean
  /** Turns the body into one that the client holds open. */
  readonly hold?: (body: string | undefined) => { readonly stream: Readable; readonly length: number }
  /** A connection of the caller's own, not returned to the pool. */
  readonly connection?: Connection
  /** Whether it becomes a request event; default true. */
  readonly recorded?: boolean
}

export interface Completed {
  readonly event: RequestEvent
  readonly exchange: Exchange | undefined
}

/** A request that has been begun. */
export interface Ongoing {
  readonly id: number
  readonly key: string | undefined
  /** What is known of it so far; undefined when it was never handed over. */
  exchange(): Exchange | undefined
  cancel(): void
  readonly completed: Promise<Completed>
}

/** What a client module answers of a failure is no answer of the service; a refusal keeps its status, which says that nothing was applied. */
function withoutAnswer(event: Draft, { kind }: ClientFailure): void {
  if (kind === 'rejected') return
  delete event.status
  delete event.firstByteAtMs
  if (kind === 'not-sent') delete event.sentAtMs
}

type Draft = { -readonly [K in keyof RequestEvent]: RequestEvent[K] }

/**
 * Sends requests of one load and records each exactly once with what became of it. Never repeats a request that
 * was written, even in part.
 */
export class RecordingClient {
  readonly #context: TrafficContext
  readonly #options: ClientOptions
  readonly #pool: ConnectionPool

  constructor(context: TrafficContext, options: ClientOptions) {
    this.#context = context
    this.#options = options
    this.#pool = new ConnectionPool({ url: options.url, clock: context.clock, connections: options.connections })
  }

  begin(plan: RequestPlan): Ongoing {
    const id = this.#context.nextRequestId()
    const values = this.#valuesOf(plan)
    const missingKey = plan.operation.placeholders.has('key') && values.key === undefined
    if (missingKey || this.#context.signal.aborted) {
      const completed = Promise.resolve(this.#notSent(id, plan, missingKey ? 'no key is known to be readable' : undefined))
      return { id, key: values.key, exchange: () => undefined, cancel: () => {}, completed }
    }
    if (this.#context.operations.isWrite(plan.operation.operation) && values.key !== undefined) this.#context.keys.attempted(values.key)
    let exchange = this.#exchange(plan, values, plan.connection ?? this.#pool.acquire())
    const complete = async (): Promise<Completed> => {
      await exchange.ended
      if (exchange.neverWritten && plan.connection === undefined && plan.hold === undefined) {
        this.#settle(exchange, plan)
        exchange = this.#exchange(plan, values, this.#pool.open())
        await exchange.ended
      }
      this.#settle(exchange, plan)
      return this.#completed(id, plan, values, exchange)
    }
    return { id, key: values.key, exchange: () => exchange, cancel: () => exchange.cancel(), completed: complete() }
  }

  async request(plan: RequestPlan): Promise<Completed> {
    return this.begin(plan).completed
  }

  /** Records a request that is not sent after all, as cancelled. */
  skip(plan: RequestPlan, detail: string): void {
    this.#notSent(this.#context.nextRequestId(), plan, detail)
  }

  close(): void {
    this.#pool.close()
  }

  #valuesOf(plan: RequestPlan): Values {
    const { operation, placeholders } = plan.operation
    const { keys, clock } = this.#context
    const made = (): string | undefined => (operation.mutates ? keys.newKey(this.#options.load) : keys.known(clock()))
    const key = plan.key ?? (placeholders.has('key') ? made() : undefined)
    const durationMs = plan.durationMs ?? operation.minDurationMs ?? 0
    return {
      ...plan.values,
      durationMs,
      ...(key === undefined ? {} : { key, value: valueOf(key) }),
      ...(plan.value === undefined ? {} : { value: plan.value }),
      ...(plan.token === undefined ? {} : { token: plan.token }),
    }
  }

  #exchange(plan: RequestPlan, values: Values, connection: Connection): Exchange {
    const { path, headers, body } = plan.operation.fill(values)
    const { operation, readsBody } = plan.operation
    const held = plan.hold?.(body)
    const request: ExchangeRequest = {
      method: operation.method,
      path,
      headers: held === undefined ? headers : { ...headers, 'content-length': String(held.length) },
      timeoutMs: plan.timeoutMs ?? operation.timeoutMs,
      keepBody: readsBody || plan.keepBody === true,
      ...(held === undefined ? (body === undefined ? {} : { body }) : { body: held.stream }),
    }
    const exchange = new Exchange(connection, request, this.#context.clock)
    this.#context.outstanding.add(exchange)
    return exchange
  }

  #settle(exchange: Exchange, plan: RequestPlan): void {
    this.#context.outstanding.delete(exchange)
    if (plan.connection === undefined) this.#pool.release(exchange.connection)
  }

  #completed(id: number, plan: RequestPlan, values: Values, exchange: Exchange): Completed {
    const event = this.#draft(id, plan, values, exchange)
    const { status } = exchange
    const complete = exchange.ending === 'complete' && status !== undefined
    const marked = complete && plan.operation.marked(exchange.headers, exchange.body)
    const problem = complete ? plan.operation.problem(status, exchange.body, values, marked) : undefined
    const balancer = exchange.headers['x-seaworthy-balancer']
    const client = this.#context.clientFailure(exchange.headers)
    const { outcome, detail } = classify({
      ...exchange.seen(),
      marked,
      ...(problem === undefined ? {} : { problem }),
      ...(balancer === undefined ? {} : { balancer: String(balancer) }),
      ...(client === undefined ? {} : { client }),
    })
    if (client !== undefined) withoutAnswer(event, client)
    event.outcome = outcome
    if (detail !== undefined) event.detail = detail.slice(0, 200)
    if (plan.recorded !== false) this.#context.record(event)
    if ((outcome === 'ok' || outcome === 'degraded') && values.key !== undefined && this.#context.operations.isWrite(plan.operation.operation)) {
      this.#context.keys.acknowledged(values.key, event.endedAtMs)
    }
    return { event, exchange }
  }

  #draft(id: number, plan: RequestPlan, values: Values, exchange: Exchange): Draft {
    const event = this.#blank(id, plan, exchange.endedAtMs ?? this.#context.clock())
    if (values.key !== undefined) event.key = values.key
    if (values.value !== undefined && plan.operation.operation.mutates && plan.operation.placeholders.has('value')) event.value = values.value
    if (exchange.firstByteAtMs !== undefined) event.firstByteAtMs = exchange.firstByteAtMs
    if (exchange.status !== undefined) event.status = exchange.status
    if (exchange.code !== undefined) event.code = exchange.code
    if (exchange.sentAtMs !== undefined) {
      if (exchange.seen().written) event.sentAtMs = exchange.sentAtMs
      event.reused = exchange.reused
      event.bytesRead = exchange.bytesRead
      if (exchange.wire !== undefined) event.connection = exchange.wire.number
      if (exchange.idleMs !== undefined) event.idleMs = exchange.idleMs
    }
    if (exchange.status !== undefined) {
      if (exchange.closeAnnounced) event.closeAnnounced = true
      const captured = plan.operation.captured(exchange.headers, exchange.body)
      if (captured !== undefined) event.captured = captured
      if (this.#options.ofService) this.#identify(event, exchange)
    }
    return event
  }

  #identify(event: Draft, exchange: Exchange): void {
    const { via } = this.#options
    const { instance, boot } = this.#context.identities.read(exchange.headers, event.endedAtMs, via === 'balancer' ? undefined : via)
    if (instance !== undefined) event.instance = instance
    if (boot !== undefined) event.boot = boot
    if (via === 'balancer') this.#context.shares.add(event.sentAtMs ?? event.plannedAtMs, instance)
  }

  #blank(id: number, plan: RequestPlan, endedAtMs: number): Draft {
    const { name, method } = plan.operation.operation
    const { load, via } = this.#options
    return { kind: 'request', id, load, operation: name, method, via, plannedAtMs: plan.plannedAtMs, endedAtMs, outcome: 'cancelled' }
  }

  #notSent(id: number, plan: RequestPlan, detail: string | undefined): Completed {
    const event = this.#blank(id, plan, this.#context.clock())
    if (plan.key !== undefined) event.key = plan.key
    if (detail !== undefined) event.detail = detail
    if (plan.recorded !== false) this.#context.record(event)
    return { event, exchange: undefined }
  }
}
