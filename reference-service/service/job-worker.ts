import { setTimeout as pause } from 'node:timers/promises'
import { defective } from '../defects.js'
import { Emptiness } from './emptiness.js'
import { leaseMs, type Job, type JobQueue } from './job-queue.js'
import { log } from './log.js'

const concurrency = 8

/** Takes jobs and does them, several at a time. While it is paused it takes none, and finishes what it has. */
export class JobWorker {
  private readonly running = new Map<string, AbortController>()
  private readonly emptiness = new Emptiness()
  private started = false
  private paused = false
  private taking = false
  private again = false

  constructor(private readonly queue: JobQueue) {}

  get count(): number {
    return this.running.size
  }

  start(): void {
    this.started = true
    setInterval(() => this.renew(), leaseMs / 4).unref()
    this.wake()
  }

  /** Looks for jobs now: something may have been enqueued. */
  wake(): void {
    if (!this.started || this.paused) return
    // What was enqueued while the last look was under way may have been missed by it.
    this.again = this.taking
    if (!this.taking) void this.look()
  }

  pause(): void {
    this.paused = true
    if (defective('drain.job-lost')) for (const one of this.running.values()) one.abort()
  }
  resume(): void {
    this.paused = false
    this.wake()
  }

  /** Whether nothing was running at some moment before `timeoutMs` was over. */
  async emptyWithin(timeoutMs: number): Promise<boolean> {
    if (this.running.size === 0) return true
    return this.emptiness.within(timeoutMs)
  }

  /** Ends what is running without an effect and gives it back to the queue. */
  async handBack(): Promise<void> {
    for (const one of this.running.values()) one.abort()
    await this.queue.handBack()
  }

  private async look(): Promise<void> {
    this.taking = true
    await this.take().catch((error: Error) => log('no jobs could be taken', { error: error.message }))
    this.taking = false
    if (this.again) this.wake()
  }

  private async take(): Promise<void> {
    const room = concurrency - this.running.size
    if (room <= 0) return
    for (const job of await this.queue.take(room)) void this.run(job)
  }

  private async run({ key, durationMs }: Job): Promise<void> {
    const ending = new AbortController()
    this.running.set(key, ending)
    try {
      await pause(durationMs, undefined, { signal: ending.signal })
      if (this.paused && defective('drain.job-done-twice')) await this.queue.completeUnacknowledged(key)
      else await this.queue.complete(key)
    } catch (error) {
      // Its lease runs out, and it is taken again, by whoever can do it.
      if (!ending.signal.aborted) log('a job was not done', { key, error: (error as Error).message })
    } finally {
      this.running.delete(key)
      if (this.running.size === 0) this.emptiness.reached()
      this.wake()
    }
  }

  private renew(): void {
    if (this.running.size === 0) return
    this.queue.renew([...this.running.keys()]).catch((error: Error) => log('leases of jobs were not renewed', { error: error.message }))
  }
}
