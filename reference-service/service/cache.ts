import { defective } from '../defects.js'
import type { Message } from '../json-lines.js'
import type { Taken } from '../sliding-window.js'
import type { Address } from './environment.js'
import { Unavailable } from './errors.js'
import { LineClient } from './line-client.js'

const answerMs = 100
/** A count cannot be had elsewhere, so it is waited for longer than a value. */
const countMs = 1_000
/** After a missing answer the cache is left alone for so long: waiting for it costs more than it saves. */
const pauseMs = 1_000

/** A component that only saves work: without it, or with a fresh one in its place, everything works as before. */
export class Cache {
  private readonly client: LineClient | undefined
  private identity: string | undefined
  private strange = false
  private resolved: Address | undefined
  private pausedUntilMs = 0
  private uncountedUntilMs = 0

  constructor(address: Address | undefined) {
    if (address === undefined) return
    this.client = new LineClient({
      address: () => (defective('swap.pins-address') ? (this.resolved ?? address) : address),
      onMessage: (message) => this.meet(message),
    })
    this.client.start()
  }

  private meet({ cache, address }: Message): void {
    if (typeof cache !== 'string') return
    this.identity ??= cache
    this.strange = cache !== this.identity
    this.resolved ??= address as Address
  }

  /** Undefined when it is not there, or the cache does not answer. */
  async get<T>(key: string): Promise<T | undefined> {
    if (!this.client?.connected || performance.now() < this.pausedUntilMs) return undefined
    try {
      const { value } = await this.client.request({ get: key }, answerMs)
      return (value as T | null) ?? undefined
    } catch {
      this.pausedUntilMs = performance.now() + pauseMs
      return undefined
    }
  }

  put(key: string, value: unknown, forMs: number): void {
    this.client?.send({ put: key, value, forMs })
  }

  /** Counts one request against a limit that all replicas share; undefined when the cache does not answer. */
  async take(name: string, limit: { readonly requests: number; readonly perMs: number }): Promise<Taken | undefined> {
    if (!this.client?.connected || performance.now() < this.uncountedUntilMs) return undefined
    try {
      const { taken } = await this.client.request({ take: name, limit }, countMs)
      return taken as Taken
    } catch {
      this.uncountedUntilMs = performance.now() + pauseMs
      return undefined
    }
  }

  /** The value of the cache, or else of its origin, which is then cached. */
  async through<T>(key: string, forMs: number, origin: () => Promise<T>): Promise<T> {
    const cached = await this.get<T>(key)
    if (cached !== undefined) return cached
    const value = await origin()
    this.put(key, value, forMs)
    return value
  }

  /** Only for the defect swap.cache-is-load-bearing: refuses to work with another cache than the first one. */
  requireTheFirst(): void {
    if (this.strange) throw new Unavailable('the cache is not the one this replica was started with')
  }

  close(): void {
    this.client?.close()
  }
}
