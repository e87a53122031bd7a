import type { Address } from './environment.js'
import { LineClient } from './line-client.js'

const answerMs = 100
/** After a missing answer the cache is left alone for so long: waiting for it costs more than it saves. */
const pauseMs = 1_000

/** A component that only saves work: without it, or with a fresh one in its place, everything works as before. */
export class Cache {
  private readonly client: LineClient | undefined
  private pausedUntilMs = 0

  constructor(address: Address | undefined) {
    if (address === undefined) return
    this.client = new LineClient({
      address: () => address,
      onMessage: () => {},
    })
    this.client.start()
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

  /** The value of the cache, or else of its origin, which is then cached. */
  async through<T>(key: string, forMs: number, origin: () => Promise<T>): Promise<T> {
    const cached = await this.get<T>(key)
    if (cached !== undefined) return cached
    const value = await origin()
    this.put(key, value, forMs)
    return value
  }

  close(): void {
    this.client?.close()
  }
}
