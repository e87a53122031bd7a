import type { LogFields } from '../../core/declarations/observability.js'

/** Names that the scenario writes into the history and the checks read from it. */

/** Fact `logs`: what is declared, and of which instances the log was read. */
export const logsFact = 'logs'
export interface LogsFact {
  readonly instances: readonly string[]
  readonly fields: LogFields
}

/** What an instance wrote: all through the arm of DBUG-01, and in each span of DBUG-02. */
export const logReading = 'log'
export const spanReadings = { usual: 'log-usual', debug: 'log-debug', settling: 'log-settling', after: 'log-after' } as const
/** Load of each span of DBUG-02 that is compared. */
export const spanLoads = { usual: 'debug-usual', debug: 'debug-on', after: 'debug-after' } as const

/** One request with a correlation id of its own: observation `correlated` of target 'balancer'. */
export const correlatedObservation = 'correlated'
export type CorrelatedKind = 'ordinary' | 'failing' | 'awkward'
export interface Correlated {
  readonly id: string
  readonly kind: CorrelatedKind
  readonly outcome: string
  readonly status?: number
}

/** Fact `debug-levels`: which module was switched, how levels are called, and how many instances took it. */
export const levelsFact = 'debug-levels'
export interface LevelsFact {
  readonly module: string
  readonly modules: readonly string[]
  readonly debug: string
}
export const levelIntervention = 'log-level'
