import type { Socket } from 'node:net'
import { Emptiness } from './emptiness.js'

/** A request that is being worked on. */
export interface WorkInFlight {
  readonly route: string
  readonly socket: Socket
  /** Fires at the deadline of a drain: the handler must end without an effect and answer. */
  readonly signal: AbortSignal
}

interface Entry extends WorkInFlight {
  readonly controller: AbortController
}

/** Gauge of the requests in flight, health and administration excepted. */
export class InFlight {
  private readonly entries = new Set<Entry>()
  private readonly emptiness = new Emptiness()

  get count(): number {
    return this.entries.size
  }

  /** Returns the work and how to say that it has ended (more than once does no harm). */
  begin(route: string, socket: Socket): { readonly work: WorkInFlight; readonly end: () => void } {
    const controller = new AbortController()
    const entry: Entry = { route, socket, controller, signal: controller.signal }
    this.entries.add(entry)
    return { work: entry, end: () => this.end(entry) }
  }

  private end(entry: Entry): void {
    if (!this.entries.delete(entry) || this.entries.size > 0) return
    this.emptiness.reached()
  }

  byRoute(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { route } of this.entries) counts[route] = (counts[route] ?? 0) + 1
    return counts
  }

  /** Tells every request in flight to end itself with an answer. */
  abortAll(): void {
    for (const { controller } of this.entries) controller.abort()
  }

  /** Closes the connections of what is still in flight. */
  destroyAll(): void {
    for (const { socket } of this.entries) socket.destroy()
  }

  /** Whether nothing was in flight at some moment before `timeoutMs` was over. */
  async emptyWithin(timeoutMs: number): Promise<boolean> {
    if (this.entries.size === 0) return true
    return this.emptiness.within(timeoutMs)
  }
}
