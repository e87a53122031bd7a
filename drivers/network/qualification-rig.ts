import { createServer, type Server } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { InterventionFailed, SeaworthyError } from '../../core/errors.js'
import { ejectWindowMs, returnWindowMs } from '../../core/service-descriptor.js'
import { answerEcho } from './echo-server.js'
import { LoadBalancer, type LoadBalancerSettings } from './load-balancer.js'
import { endServer, listenLocally, withoutTimeouts } from './local-server.js'

const backendCount = 3
const pollMs = 5

/** A replica that drains the right way. */
class EchoBackend {
  readonly id: string
  readonly #server: Server
  #draining = false
  #inFlight = 0

  constructor(id: string, readinessPath: string) {
    this.id = id
    this.#server = withoutTimeouts(
      createServer((request, response) => {
        this.#inFlight += 1
        response.once('close', () => (this.#inFlight -= 1))
        if (this.#draining) response.setHeader('connection', 'close')
        if (request.url === readinessPath) response.writeHead(this.#draining ? 503 : 204).end()
        else answerEcho(request, response, `echo from ${id}\n`)
      }),
    )
  }

  get inFlight(): number {
    return this.#inFlight
  }
  /** Readiness fails from now on, and every answer ends its connection; requests are served as before. */
  drain(): void {
    this.#draining = true
  }
  listen(): Promise<number> {
    return listenLocally(this.#server)
  }
  close(): Promise<void> {
    return endServer(this.#server)
  }
}

/**
 * The same balancer with the same settings in front of echo backends, to show that it loses nothing by itself on a
 * clean drain (validity note VAL-02).
 */
export class QualificationRig {
  readonly #settings: LoadBalancerSettings
  readonly #balancer: LoadBalancer
  readonly #backends: EchoBackend[]

  private constructor(settings: LoadBalancerSettings, balancer: LoadBalancer) {
    this.#settings = settings
    this.#balancer = balancer
    this.#backends = Array.from({ length: backendCount }, (_, index) => new EchoBackend(`echo-${index}`, settings.readinessPath))
  }

  /** Resolves when the balancer sends to all of its backends. */
  static async start(settings: LoadBalancerSettings): Promise<QualificationRig> {
    const rig = new QualificationRig(settings, await LoadBalancer.start(settings, () => {}))
    const addresses = await Promise.all(
      rig.#backends.map(async (backend) => ({ id: backend.id, host: '127.0.0.1', port: await backend.listen() })),
    )
    rig.#balancer.setBackends(addresses)
    const limitMs = returnWindowMs(settings) + settings.timeoutMs
    if (!(await holdsWithin(limitMs, () => rig.#backends.every((backend) => rig.#balancer.isUp(backend.id))))) {
      await rig.close()
      throw new SeaworthyError('SW_NETWORK', `while preparing the balancer's qualification: not all echo backends were up after ${limitMs} ms`)
    }
    return rig
  }

  get entrypoint(): URL {
    return this.#balancer.url
  }

  /** Readiness fails while serving goes on; closes once the balancer saw that and nothing is in flight any more. */
  async drainOneBackend(): Promise<void> {
    const backend = this.#backends[0]
    if (backend === undefined || this.#backends.length === 1) {
      throw new InterventionFailed('drain', 'balancer qualification', 'the last echo backend is not drained')
    }
    backend.drain()
    const limitMs = ejectWindowMs(this.#settings)
    if (!(await holdsWithin(limitMs, () => !this.#balancer.isUp(backend.id)))) {
      throw new InterventionFailed('drain', backend.id, `the balancer still sent to it ${limitMs} ms after its readiness failed`)
    }
    // The balancer's view counts as well: it may have sent what the backend has not read yet.
    const inFlight = (): number => Math.max(backend.inFlight, this.#balancer.inFlight(backend.id))
    if (!(await holdsWithin(limitMs, () => inFlight() === 0))) {
      throw new InterventionFailed('drain', backend.id, `${inFlight()} requests were in flight ${limitMs} ms after it was ejected`)
    }
    await backend.close()
    this.#backends.shift()
  }

  async close(): Promise<void> {
    await this.#balancer.close()
    await Promise.all(this.#backends.map((backend) => backend.close()))
  }
}

/** Polls until the condition holds, or the time is over. */
async function holdsWithin(limitMs: number, condition: () => boolean): Promise<boolean> {
  const untilMs = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > untilMs) return false
    await wait(pollMs)
  }
  return true
}
