import { Agent, request } from 'node:http'
import { defective } from '../defects.js'
import { CircuitBreaker } from './circuit-breaker.js'
import type { Configuration } from './configuration.js'
import type { Address } from './environment.js'

/** The source has no answer for now; whoever asked must do without. */
export class SourceAway extends Error {
  constructor(
    readonly source: string,
    /** It was too slow, it could not be reached, or it failed before and is left alone. */
    readonly reason: 'slow' | 'unreachable' | 'left-alone',
  ) {
    super(`${source} is away: ${reason}`)
  }
}

const answerBytesMax = 65_536

/** A soft dependency: asked with a deadline, and left alone for a while when it fails. */
export class Source<T> {
  private readonly breaker: CircuitBreaker
  private readonly agent = new Agent({ keepAlive: true })
  /** The last answer: better than none when it is marked as such. */
  last: T | undefined

  constructor(
    readonly name: string,
    private readonly address: Address,
    private readonly settings: Configuration['sources'],
  ) {
    this.breaker = new CircuitBreaker({ failures: settings.breakerFailures, windowMs: settings.breakerWindowMs })
  }

  /** Rejects with SourceAway, within the timeout. */
  async about(key: string): Promise<T> {
    if (!this.breaker.permits()) throw new SourceAway(this.name, 'left-alone')
    try {
      this.last = await this.ask(key)
      this.breaker.succeeded()
      return this.last
    } catch (error) {
      // With the defect the callers share a pool and nothing else protects them.
      if (!defective('degr.shared-pool')) this.breaker.failed()
      throw error
    }
  }

  private ask(key: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const unreachable = (): void => reject(new SourceAway(this.name, 'unreachable'))
      const asked = request({ ...this.address, path: `/${encodeURIComponent(key)}`, agent: this.agent }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
          if (text.length > answerBytesMax) asked.destroy()
        })
        response.on('error', unreachable)
        response.on('close', () => {
          clearTimeout(deadline)
          const content = response.statusCode === 200 && response.complete ? parsed<T>(text) : undefined
          if (content === undefined) unreachable()
          else resolve(content)
        })
      })
      // Its own deadline and not the socket's: a source that sends a byte now and then would never be idle.
      const deadline = setTimeout(
        () => {
          reject(new SourceAway(this.name, 'slow'))
          asked.destroy()
        },
        defective('degr.no-timeout') ? 3_600_000 : this.settings.timeoutMs,
      )
      asked.on('error', () => {
        clearTimeout(deadline)
        unreachable()
      })
      asked.end()
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}
