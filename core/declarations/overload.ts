import type { Procedure } from '../procedure.js'
import type { Operation } from '../service-descriptor.js'

/** What the service does when more is asked of it than it can do. */
export interface Overload {
  /** Costs the service much and the harness little; its timeout is the client's deadline. */
  readonly operation: Operation
  /** Requests per second the service can do of it, if known: where the search for its capacity begins. */
  readonly capacityPerSecond?: number
  /** Requests per second of it that the service promises to carry, also with one replica missing. */
  readonly ratedPerSecond?: number
  readonly reducedMode?: ReducedMode
}

/** A mode that is cheaper to serve, entered and left on command, on each replica. Its answers carry `expect.degraded`. */
export interface ReducedMode {
  readonly enter: Procedure
  readonly leave: Procedure
}
