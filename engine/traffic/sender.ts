import type { SendOptions, Sent } from '../../core/scenario.js'
import type { TrafficContext } from './context.js'
import type { AnswerHeaders } from './exchange.js'
import { parsed } from './expectation.js'
import type { RecordingClient } from './recording-client.js'

/** Single requests of a scenario; those of one load to one address share their connections. */
export class Sender {
  readonly #context: TrafficContext
  readonly #clients = new Map<string, RecordingClient>()

  constructor(context: TrafficContext) {
    this.#context = context
  }

  async send(options: SendOptions): Promise<Sent> {
    const { key, value, values, token, timeoutMs, operation } = options
    const { event, exchange } = await this.#client(options).request({
      operation: typeof operation === 'string' ? this.#context.operations.named(operation) : this.#context.operations.compiled(operation),
      plannedAtMs: this.#context.clock(),
      keepBody: true,
      ...(key === undefined ? {} : { key }),
      ...(token === undefined ? {} : { token }),
      ...(value === undefined ? {} : { value }),
      ...(values === undefined ? {} : { values }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    const body = exchange?.ending === 'complete' ? exchange.body.text() : undefined
    return {
      id: event.id,
      outcome: event.outcome,
      ...(event.status === undefined ? {} : { status: event.status }),
      ...(body === undefined ? {} : { body: parsed(body)?.value ?? body }),
      ...(exchange?.status === undefined ? {} : { headers: plainHeaders(exchange.headers) }),
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
  }

  #client({ load, via, fresh }: SendOptions): RecordingClient {
    const name = `${load} ${via} ${fresh === true}`
    const known = this.#clients.get(name)
    if (known !== undefined) return known
    const made = this.#context.client(load, via, fresh === true ? 'fresh' : 'keep-alive')
    this.#clients.set(name, made)
    return made
  }
}

const plainHeaders = (headers: AnswerHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
