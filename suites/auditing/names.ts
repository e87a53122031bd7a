import type { Audit, AuditedAction } from '../../core/declarations/observability.js'

/** Names that the scenario writes into the history and the checks read from it. */

/** Fact `audit`: what is declared, and what instances there are. */
export const auditFact = 'audit'
export interface AuditFact {
  readonly instances: readonly string[]
  readonly fields: Audit['fields']
  readonly outcomes: Audit['outcomes']
}

/** One action as it was carried out: observation `audited-action` of its target. */
export const actionObservation = 'audited-action'
export interface Action {
  readonly kind: AuditedAction
  /** What the records call it. */
  readonly word: string
  readonly actor: string
  /** What must stand in the target of its record; undefined: anything. */
  readonly target?: string
  readonly refused: boolean
  /** What the service answered. */
  readonly ok: boolean
  readonly answered: boolean
  /** When it began and ended, in ms since 1970, because records have the time of day. */
  readonly fromEpochMs: number
  readonly toEpochMs: number
}

export const killLabel = 'after the last action'
/** Observation of every instance that came back: { ready }. */
export const backObservation = 'back-after-actions'
export const recordReadings = { whole: 'audit-records', tampered: 'audit-records-after-tampering' } as const
/** Observation of target 'audit': the attempt, the record that it was about, and whether it was accepted. */
export const tamperObservation = 'tampering'
export interface Tampering {
  readonly attempt: 'change' | 'remove'
  readonly record: string
  readonly ok: boolean
  readonly answered: boolean
}
