import { setTimeout as pause } from 'node:timers/promises'
import { defective } from '../defects.js'
import { RetryBacklog } from './retry-backlog.js'

/** More is asked than can be done. Refused at once, with a word about when to come again. */
export class Overloaded extends Error {}

export interface AdmissionSettings {
  /** How many may be worked on at once. */
  readonly concurrency: number
  /** How many may wait for that, and for how long. */
  readonly queue: number
  readonly waitMs: number
}

/**
 * Lets in what can be finished in time and turns the rest away quickly: whoever waits longer than a client does has been
 * worked for in vain.
 */
export class Admission {
  private running = 0
  private readonly waiting: (() => void)[] = []
  private readonly backlog: RetryBacklog | undefined

  constructor(private readonly settings: AdmissionSettings) {
    if (defective('degr.metastable-retries')) this.backlog = new RetryBacklog(this)
  }

  /** As many as may run now. */
  get free(): number {
    return this.concurrency - this.running
  }
  private get concurrency(): number {
    return defective('rdnd.no-headroom') ? Math.ceil(this.settings.concurrency * 0.6) : this.settings.concurrency
  }

  /** Does the work, now or a little later. Throws Overloaded when it is not going to be done. */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.concurrency) await this.turn()
    else this.running++
    try {
      return await work()
    } finally {
      this.leave()
    }
  }

  private async turn(): Promise<void> {
    const unbounded = defective('degr.congestion-collapse')
    if (!unbounded && this.waiting.length >= this.settings.queue) this.refuse()
    let next: () => void = () => {}
    const called = new Promise<true>((resolve) => {
      next = () => resolve(true)
    })
    this.waiting.push(next)
    if (unbounded) return void (await called)
    const inTime = await Promise.race([called, pause(this.settings.waitMs, false)])
    if (inTime) return
    const place = this.waiting.indexOf(next)
    if (place < 0) return // called in the same turn of the loop
    this.waiting.splice(place, 1)
    this.refuse()
  }

  private refuse(): never {
    this.backlog?.add()
    throw new Overloaded('more is asked for than can be done')
  }

  private leave(): void {
    const next = this.waiting.shift()
    if (next === undefined) this.running--
    else next()
  }
}
