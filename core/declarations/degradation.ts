import type { Operation } from '../service-descriptor.js'

/** What the service does when something it could do without is away. */
export interface Degradation {
  /** Operations that must go on whatever soft dependency is away. */
  readonly core: readonly Operation[]
  /** By soft component: the operations that use it. A degraded answer of theirs is told by `expect.degraded`. */
  readonly dependents: Readonly<Record<string, readonly Operation[]>>
  /** Operations that use no soft component. */
  readonly independent: readonly Operation[]
  readonly composite?: Composite
  /** How long the service leaves a dependency alone after it has failed; 0 where there is no circuit breaker. */
  readonly breakerWindowMs: number
  /** For how long an answer from a cache is as good as a fresh one, so that it needs no marker. */
  readonly cachedForMs: number
}

/** An operation that combines several sources. */
export interface Composite {
  readonly operation: Operation
  /** JSON pointer to the names of the parts that an answer does not have. */
  readonly missing: string
  readonly parts: readonly CompositePart[]
}
export interface CompositePart {
  readonly name: string
  /** JSON pointer to the part in the answer. */
  readonly pointer: string
  /** The soft component it comes from; undefined: from what the service cannot do without. */
  readonly component?: string
}
