import type { ValueProbe } from '../procedure.js'
import type { Operation } from '../service-descriptor.js'

/** `queue`: jobs that are accepted at once and done later, by whichever replica takes them. */
export interface Queue {
  /** Accepts one job with a key; its `effect` says how often the job with that key was done. */
  readonly enqueue: Operation
  /** How many jobs the asked replica has taken and not yet done. */
  readonly running: ValueProbe
  /** A job takes at least this long. */
  readonly durationMs: number
  readonly delivery: 'exactly-once' | 'at-least-once'
  /** By then a job whose worker has vanished is given to another one. */
  readonly redeliveryMs: number
}

/** `schedule`: work that is due once a period, however many replicas run. */
export interface Schedule {
  readonly periodMs: number
  /** The list of what was done, at least the last 100 entries, the order does not matter. */
  readonly effects: ValueProbe
  /** JSON pointers in an entry: which period it was done for, and which replica did it. */
  readonly slotPointer: string
  readonly instancePointer: string
}
