import type { DriverPlatformEvent } from '../../core/driver.js'

/** The container of a task, as it was when it was started. */
export interface Arrival {
  readonly id: string
  readonly pid: number
  readonly task: string
  readonly address: string
  /** In the networks of the stack, where other tasks reach it. */
  readonly inner: readonly string[]
  readonly started: Pick<DriverPlatformEvent, 'atHrtimeMs' | 'detail'>
}

/** What fills the place of one replica or component. A task that is replaced leaves it to another with another container and address. */
export interface TaskPlace {
  readonly name: string
  readonly host: string
  readonly port: number
  /** Undefined as long as the swarm was told to do without it. */
  slot: number | undefined
  container: Arrival | undefined
  /** `stopped` and `held`: what the swarm puts in the slot is not taken. */
  mode: 'up' | 'stopped' | 'held'
  /** One replica less was asked for, and the swarm chose this one. */
  isRemoved?: true
  paused: boolean
  freeSinceHrtimeMs: number
  starts: number
  /** All containers that were in it, for their logs. */
  readonly containers: string[]
}
