import type { TrafficControls } from '../../core/scenario.js'
import type { TrafficContext } from './context.js'
import { parsed } from './expectation.js'
import type { RecordingClient } from './recording-client.js'

type SendOptions = Parameters<TrafficControls['send']>[0]
type Sent = Awaited<ReturnType<TrafficControls['send']>>

/** Single requests of a scenario; those of one load to one address share their connections. */
export class Sender {
  readonly #context: TrafficContext
  readonly #clients = new Map<string, RecordingClient>()

  constructor(context: TrafficContext) {
    this.#context = context
  }

  async send(options: SendOptions): Promise<Sent> {
    const { key, token, timeoutMs } = options
    const { event, exchange } = await this.#client(options).request({
      operation: this.#context.operations.named(options.operation),
      plannedAtMs: this.#context.clock(),
      keepBody: true,
      ...(key === undefined ? {} : { key }),
      ...(token === undefined ? {} : { token }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
    const body = exchange?.ending === 'complete' ? exchange.body.text() : undefined
    return {
      outcome: event.outcome,
      ...(event.status === undefined ? {} : { status: event.status }),
      ...(body === undefined ? {} : { body: parsed(body)?.value ?? body }),
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
