import type { Procedure } from '../procedure.js'
import type { Operation } from '../service-descriptor.js'

/**
 * A replicated database behind the service, past which its servers can be asked. Which components these are is said by
 * their roles. Its procedures know `{database}` (name of the component), `{databaseHost}` and `{databasePort}`, past all fault proxies.
 */
export interface ReplicatedDatabase {
  /** Prints `DatabaseCounters` of one server. */
  readonly counters?: Procedure
  /** Prints those of `{keys}` (with commas between) that this server holds now, as a JSON array. */
  readonly lookUp?: Procedure
  /** Of one read replica: stops applying what it receives, and continues. */
  readonly replay?: { readonly pause: Procedure; readonly resume: Procedure }
  /** Every operation that changes data, in an order in which one key can go through all of them. */
  readonly mutations: readonly Operation[]
  /** Where an answer says that it may be older than the declared lag: there and neither empty, 0 nor false. */
  readonly staleMarker?: { readonly header: string } | { readonly pointer: string }
}

/** Numbers that only grow while a server runs. */
export interface DatabaseCounters {
  /** Reads of tables by clients; what replication does is not in it. */
  readonly reads: number
  /** Rows or objects that clients changed. */
  readonly writes: number
  /** Statements or transactions that failed: on a read replica a write does. */
  readonly refused: number
}
