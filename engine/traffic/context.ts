import { clientHeaders, parseClientFailure, type ClientFailure } from '../../core/client-module.js'
import type { Instance } from '../../core/driver.js'
import { SeaworthyError } from '../../core/errors.js'
import type { HistoryEvent, InstanceId } from '../../core/history.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { AnswerHeaders } from './exchange.js'
import { Identities } from './identity.js'
import { KeyStore } from './keys.js'
import { Operations } from './operations.js'
import { RecordingClient } from './recording-client.js'
import { ShareCounter } from './shares.js'

export interface ContextOptions {
  readonly service: ServiceDescriptor
  readonly runKey: string
  readonly entrypoint: URL
  readonly instances: readonly Instance[]
  readonly clock: () => number
  readonly record: (event: HistoryEvent) => void
  readonly random: () => number
  readonly signal: AbortSignal
}

/** Longer than the declared lag, so that a reading at the limit is not a finding about the service. */
const lagMarginMs = 500

/** What the parts of the traffic of one scenario share. */
export class TrafficContext {
  readonly service: ServiceDescriptor
  readonly instances: readonly Instance[]
  readonly clock: () => number
  readonly record: (event: HistoryEvent) => void
  readonly random: () => number
  readonly signal: AbortSignal
  readonly operations: Operations
  readonly keys: KeyStore
  readonly identities: Identities
  readonly shares = new ShareCounter()
  readonly visibleAfterMs: number
  /** Everything that waits for an answer now; cancelled together when the run is aborted. */
  readonly outstanding = new Set<{ cancel(): void }>()
  readonly #entrypoint: URL
  /** Other addresses by name: instances that came later, second deployments. */
  readonly #addresses = new Map<string, URL>()
  #requestIds = 0

  constructor(options: ContextOptions) {
    this.service = options.service
    this.instances = options.instances
    this.clock = options.clock
    this.record = options.record
    this.random = options.random
    this.signal = options.signal
    this.#entrypoint = options.entrypoint
    this.visibleAfterMs = (options.service.data?.maxLagMs ?? 0) + lagMarginMs
    this.operations = new Operations(options.service)
    this.keys = new KeyStore({ runKey: options.runKey, visibleAfterMs: this.visibleAfterMs, random: options.random })
    this.identities = new Identities(options.service.identity)
  }

  nextRequestId(): number {
    return ++this.#requestIds
  }

  /** The address of the balancer or of one instance. Throws SeaworthyError for an instance that is not there. */
  urlOf(via: 'balancer' | InstanceId): URL {
    if (via === 'balancer') return this.#entrypoint
    const instance = this.instances.find(({ id }) => id === via)
    const url = instance?.url ?? this.#addresses.get(via)
    if (url !== undefined) return url
    throw new SeaworthyError('SW_UNKNOWN_INSTANCE', `while preparing traffic: found no instance "${via}", expected one of ${this.instances.map(({ id }) => id).join(', ')}`)
  }

  /** Why the client module has no answer; undefined for an answer of the service, and for every service that speaks HTTP. */
  clientFailure(headers: AnswerHeaders): ClientFailure | undefined {
    const value = this.service.client === undefined ? undefined : headers[clientHeaders.failure]
    return value === undefined ? undefined : parseClientFailure(String(value))
  }

  addAddress(name: string, url: URL): void {
    this.#addresses.set(name, url)
  }

  /** A client of the service, for one load. */
  client(load: string, via: 'balancer' | InstanceId, connections: 'keep-alive' | 'fresh'): RecordingClient {
    return new RecordingClient(this, { load, via, url: this.urlOf(via), connections, ofService: true })
  }

  observe(probe: string, target: string, value: unknown, sentAtMs?: number): void {
    this.record({ kind: 'observation', probe, target, atMs: this.clock(), value, ...(sentAtMs === undefined ? {} : { sentAtMs }) })
  }

  cancelAll(): void {
    for (const one of [...this.outstanding]) one.cancel()
  }
}
