import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { BalancerCounters } from '../../core/driver.js'
import { messageOf } from '../../core/errors.js'
import type { BalancerSettings } from '../../core/service-descriptor.js'
import { BackendHealth } from './backend-health.js'
import { endServer, listenLocally, withoutTimeouts } from './local-server.js'
import { ForwardedExchange } from './forwarded-exchange.js'
import { balancerHeader } from './forwarded-headers.js'
import type { BackendAddress, NetworkEvent } from './network-protocol.js'
import { checkReadiness, type CheckResult } from './readiness-check.js'
import { UpstreamConnections, type UpstreamOptions } from './upstream-connections.js'

/** Defaults: `maxIdleMs` 500, `connectTimeoutMs` 5 000, `responseTimeoutMs` 60 000. */
export interface LoadBalancerSettings extends BalancerSettings, Partial<UpstreamOptions> {
  readonly readinessPath: string
}

interface Backend {
  readonly address: BackendAddress
  readonly connections: UpstreamConnections
  readonly health: BackendHealth
}
interface Refusal {
  readonly status: number
  readonly reason: string
  readonly text: string
  readonly retryAfterSeconds?: number
}
interface BackendCounters {
  requests: number
  errors: number
}

/**
 * HTTP/1.1 balancer in front of the replicas: round-robin over the backends whose readiness checks pass. It never
 * sends a request twice. What it answers itself carries `x-seaworthy-balancer`: 502 and 504 with the reason the
 * backend gave no answer, 503 with `no-backend-up`, 400 and 501 for what cannot be forwarded. When a backend fails
 * after its answer began, the client's connection is cut, so that the answer is never taken for a whole one.
 */
export class LoadBalancer {
  readonly #settings: LoadBalancerSettings
  readonly #onEvent: (event: NetworkEvent) => void
  readonly #server: Server
  readonly #counters = new Map<string, BackendCounters>()
  #url = new URL('http://127.0.0.1')
  #backends: readonly Backend[] = []
  #next = 0
  #requests = 0
  #errors = 0

  private constructor(settings: LoadBalancerSettings, onEvent: (event: NetworkEvent) => void) {
    this.#settings = settings
    this.#onEvent = onEvent
    this.#server = withoutTimeouts(createServer((request, response) => this.#forward(request, response)))
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => this.#forward(request, response))
  }

  static async start(settings: LoadBalancerSettings, onEvent: (event: NetworkEvent) => void): Promise<LoadBalancer> {
    const balancer = new LoadBalancer(settings, onEvent)
    balancer.#url = new URL(`http://127.0.0.1:${await listenLocally(balancer.#server)}`)
    return balancer
  }

  get url(): URL {
    return this.#url
  }

  /** Backends that were there before keep their state; new ones are down until `rise` checks passed. */
  setBackends(addresses: readonly BackendAddress[]): void {
    const before = this.#backends
    const kept = (address: BackendAddress): Backend | undefined =>
      before.find((one) => one.address.id === address.id && one.address.host === address.host && one.address.port === address.port)
    this.#backends = addresses.map((address) => kept(address) ?? this.#newBackend(address))
    for (const backend of before) if (!this.#backends.includes(backend)) this.#remove(backend)
    for (const backend of this.#backends) if (!before.includes(backend)) backend.health.start()
  }

  isUp(id: string): boolean {
    return this.#backends.some((backend) => backend.address.id === id && backend.health.up)
  }

  /** Requests that were given to a backend and are not over, whether it has seen them yet or not. */
  inFlight(id: string): number {
    return this.#backends.find((backend) => backend.address.id === id)?.connections.inUse ?? 0
  }

  counters(): BalancerCounters {
    const byBackend = [...this.#counters].map(([id, counted]) => [id, { ...counted, up: this.isUp(id) }] as const)
    return { requests: this.#requests, errors: this.#errors, retries: 0, byBackend: Object.fromEntries(byBackend) }
  }

  async close(): Promise<void> {
    for (const backend of this.#backends) backend.health.stop()
    await endServer(this.#server)
    for (const backend of this.#backends) backend.connections.destroy()
  }

  #newBackend(address: BackendAddress): Backend {
    const settings = this.#settings
    const connections = new UpstreamConnections({
      maxIdleMs: settings.maxIdleMs ?? 500,
      connectTimeoutMs: settings.connectTimeoutMs ?? 5_000,
      responseTimeoutMs: settings.responseTimeoutMs ?? 60_000,
    })
    const target = { host: address.host, port: address.port, path: settings.readinessPath }
    const health = new BackendHealth(settings, () => checkReadiness(target, settings.timeoutMs), (up, because) => {
      connections.accepting = up
      this.#tell(up ? 'backend-up' : 'backend-down', address.id, because)
    })
    if (!this.#counters.has(address.id)) this.#counters.set(address.id, { requests: 0, errors: 0 })
    return { address, connections, health }
  }

  /** Requests in flight on it go on. */
  #remove(backend: Backend): void {
    const wasUp = backend.health.up
    backend.health.stop()
    backend.connections.accepting = false
    if (wasUp) this.#tell('backend-down', backend.address.id, { reason: 'it was removed' })
  }

  #tell(name: NetworkEvent['name'], backend: string, { reason, lateAfterMs }: Pick<CheckResult, 'reason' | 'lateAfterMs'>): void {
    this.#onEvent({ name, backend, atHrtimeMs: Number(process.hrtime.bigint()) / 1e6, reason, ...(lateAfterMs === undefined ? {} : { lateAfterMs }) })
  }

  #choose(): Backend | undefined {
    const backends = this.#backends
    for (let tried = 0; tried < backends.length; tried += 1) {
      const backend = backends[this.#next % backends.length]!
      this.#next = (this.#next + 1) % backends.length
      if (backend.health.up) return backend
    }
    return undefined
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    this.#requests += 1
    const coding = request.headers['transfer-encoding']
    // Any other coding would have to be undone here (RFC 9112 6.1).
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
      return this.#refuse(response, { status: 501, reason: 'transfer-coding', text: `the transfer coding ${coding} cannot be forwarded` })
    }
    const backend = this.#choose()
    if (backend === undefined) {
      const retryAfterSeconds = Math.max(1, Math.ceil((this.#settings.intervalMs * this.#settings.rise) / 1_000))
      return this.#refuse(response, { status: 503, reason: 'no-backend-up', text: 'no backend is up', retryAfterSeconds })
    }
    const counters = this.#counters.get(backend.address.id)!
    const { address, connections } = backend
    connections.dropStale()
    try {
      new ForwardedExchange(request, response, {
        backend: address,
        connections,
        onFailure: () => {
          this.#errors += 1
          counters.errors += 1
        },
      })
      counters.requests += 1
    } catch (error) {
      this.#refuse(response, { status: 400, reason: 'request-not-forwardable', text: messageOf(error) })
    }
  }

  #refuse(response: ServerResponse, refusal: Refusal): void {
    this.#errors += 1
    response.setHeader(balancerHeader, refusal.reason)
    response.setHeader('content-type', 'text/plain; charset=utf-8')
    if (refusal.retryAfterSeconds !== undefined) response.setHeader('retry-after', refusal.retryAfterSeconds)
    response.writeHead(refusal.status)
    response.end(`${refusal.text}\n`)
  }
}
