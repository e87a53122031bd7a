import type { Procedure } from '../procedure.js'
import type { Operation } from '../service-descriptor.js'

/** Who calls: headers that every request of this caller carries. */
export interface Caller {
  readonly headers: Readonly<Record<string, string>>
}

/** What a caller may want of the API. */
export const accessKinds = ['read', 'write', 'operate'] as const
export type AccessKind = (typeof accessKinds)[number]

/** Callers that the descriptor gives headers for; `anonymous` is one without any. */
export const declaredCallers = ['permitted', 'denied', 'unknown', 'operator'] as const
export type DeclaredCaller = (typeof declaredCallers)[number]
export type AccessCaller = DeclaredCaller | 'anonymous'
export const accessCallers: readonly AccessCaller[] = [...declaredCallers, 'anonymous']

/** An access list: who may do what, and how it is changed while the service runs. */
export interface AccessControl {
  readonly callers: Readonly<Record<DeclaredCaller, Caller>>
  /** How callers that are not on the list are treated; `open` lets them read and write, never operate. */
  readonly unlisted: 'closed' | 'open'
  /** One operation of each kind. `operate` is a function of operators that may be repeated without harm. */
  readonly operations: Readonly<Record<AccessKind, Operation>>
  /** Puts the declared list in force, where it is not always. */
  readonly enable?: Procedure
  /** Take the permission of the caller `permitted` away, and give it back. */
  readonly deny: Procedure
  readonly permit: Procedure
  /** Longest time that a change may take to be in force everywhere, as the service promises it. */
  readonly effectiveWithinMs?: number
  /** Statuses that say: you may not. */
  readonly refusalStatus: readonly number[]
}

/** A limit of requests for each caller, across all replicas. */
export interface RateLimit {
  /** Any operation that counts against the limit. */
  readonly operation: Operation
  /** Requests that are accepted in any span of `windowMs`. */
  readonly quota: number
  readonly windowMs: number
  /** Requests that may be accepted beyond the quota after a pause (the depth of a bucket, or the quota once more for fixed windows). */
  readonly burst: number
  readonly caller: Caller
  /** Another caller with a quota of the same size. */
  readonly neighbour?: Caller
}

/** Who may do what by the declaration: operators may do everything, nobody else may operate. */
export function mayBeDone(unlisted: AccessControl['unlisted'], caller: AccessCaller, kind: AccessKind): boolean {
  if (caller === 'operator') return true
  if (kind === 'operate' || caller === 'denied') return false
  return caller === 'permitted' || unlisted === 'open'
}

/** The operation as this caller sends it; headers of the caller win. */
export const sentBy = (operation: Operation, caller: Caller | undefined): Operation => ({ ...operation, headers: { ...operation.headers, ...caller?.headers } })
