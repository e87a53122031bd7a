import { EventEmitter } from 'node:events'
import { defective } from '../defects.js'
import type { Configuration } from './configuration.js'
import type { Connections } from './connections.js'
import type { InFlight } from './in-flight.js'
import { log } from './log.js'

export type DrainState = 'serving' | 'draining' | 'drained'

/** Work that nobody waits for with an open connection. */
interface WorkToDrain {
  pause(): void
  resume(): void
  emptyWithin(timeoutMs: number): Promise<boolean>
  handBack(): Promise<void>
}

interface DrainParts {
  readonly inFlight: InFlight
  readonly work: WorkToDrain
  readonly connections: Connections
  /** Opens the listening socket again. */
  readonly listen: () => void
}

/** How long a request that was told to end may take to write its answer. */
const answerMs = 500
const idleMsMin = 1_000

/**
 * serving -> draining -> drained, and back by `undo`.
 *
 * While draining, readiness fails, everything is still served, and every answer tells the client to close its
 * connection. `drained` is reached when the balancer has had its time to notice (`graceMs`) and nothing is in flight,
 * or at `deadlineMs`, when what is left is ended with an answer. A drained replica still listens and serves, so a late
 * request is never dropped.
 */
export class Drain {
  private current: DrainState = 'serving'
  private changedAtMs = performance.now()
  private ending: AbortController | undefined
  private readonly changes = new EventEmitter()

  constructor(
    private readonly times: Configuration['drain'],
    private readonly parts: DrainParts,
  ) {}

  get state(): DrainState {
    return this.current
  }
  /** Whether it was ever told to drain. */
  get hasBegun(): boolean {
    return this.ending !== undefined
  }
  /** How long it has been in this state. */
  get sinceMs(): number {
    return Math.round(performance.now() - this.changedAtMs)
  }

  /** Idempotent: a drain that runs goes on. `graceMs` is for a replica that no balancer ever knew. */
  begin(graceMs = this.times.graceMs): void {
    if (this.current !== 'serving') return
    this.change('draining')
    this.parts.work.pause()
    this.ending = new AbortController()
    void this.run(this.ending.signal, graceMs)
    if (defective('drain.closes-listener-at-once')) this.closeAtOnce()
    if (defective('drain.kills-inflight')) setTimeout(() => this.parts.inFlight.destroyAll(), 200)
  }

  undo(): void {
    if (this.current === 'serving') return
    this.ending?.abort()
    this.change('serving')
    this.parts.work.resume()
    this.reopen()
  }

  /** Resolves true when drained, false when `timeoutMs` is over first. */
  drainedWithin(timeoutMs: number): Promise<boolean> {
    if (this.current === 'drained') return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs)
      this.changes.once('drained', () => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }

  /** As `server.close()` of node:http does. With its idle connections a balancer would not notice the listener for as long as they are enough for it. */
  private closeAtOnce(): void {
    this.parts.connections.stopListening()
    this.parts.connections.endIdle(0)
  }

  /** Only for the defect drain.closes-listener-at-once: a drained replica must hear when it is told to come back. */
  private reopen(): void {
    if (defective('drain.closes-listener-at-once')) this.parts.listen()
  }

  private change(state: DrainState): void {
    this.current = state
    this.changedAtMs = performance.now()
    this.changes.emit(state)
    log(state, { inFlight: this.parts.inFlight.count })
  }

  private async run(undone: AbortSignal, graceMs: number): Promise<void> {
    const { inFlight, work, connections } = this.parts
    const { deadlineMs } = this.times
    await new Promise((resolve) => setTimeout(resolve, graceMs))
    if (undone.aborted) return
    const restMs = defective('drain.waits-forever') ? 2 ** 31 - 1 : Math.max(0, deadlineMs - graceMs)
    const [answered, done] = await Promise.all([inFlight.emptyWithin(restMs), work.emptyWithin(restMs)])
    if (undone.aborted) return
    if (!done) await work.handBack()
    if (!answered) await this.endWhatIsLeft()
    if (undone.aborted) return
    this.change('drained')
    this.reopen()
    while (!undone.aborted) {
      if (!defective('drain.pins-keepalive')) connections.endIdle(idleMsMin)
      await new Promise((resolve) => setTimeout(resolve, 250).unref())
    }
  }

  /** An explicit end for each: an answer, or the close of the connection. */
  async endWhatIsLeft(): Promise<void> {
    const { inFlight } = this.parts
    log('deadline of the drain', { inFlight: inFlight.count, routes: inFlight.byRoute() })
    inFlight.abortAll()
    if (!(await inFlight.emptyWithin(answerMs))) inFlight.destroyAll()
  }
}
