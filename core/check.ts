import type { History } from './history.js'
import type { FindingOutcome } from './outcome.js'
import type { RequirementId, ThresholdValues } from './requirement.js'

export interface Evidence {
  readonly note: string
  readonly measured?: number
  readonly allowed?: number
  readonly unit?: 'ms' | 's' | 'requests' | 'ratio' | 'count'
  /** Ids of request events that show it, at most `evidenceRequestsMax` of them. */
  readonly requests?: readonly number[]
}
export const evidenceRequestsMax = 50

/** How strong a "none of n failed" is: n, and the 95 % upper bound of the failure probability. */
export interface Strength {
  readonly n: number
  readonly bound95: number
}

export type EvidenceGrade = 'demonstrated' | 'simulated' | 'inspected'

export interface Finding {
  readonly outcome: FindingOutcome
  readonly summary: string // one sentence with the measured values
  readonly evidence: readonly Evidence[]
  readonly strength?: Strength
  readonly grade?: EvidenceGrade
  /** Of an inconclusive one: what is lacking is a declaration, so that the same measured again would be as inconclusive. */
  readonly lasting?: true
}

/** Pure: the same history and thresholds always give the same finding. No I/O, no clock, no random. */
export interface Check {
  readonly id: string // a sentence that is true or false: 'in-flight-requests-complete'
  readonly requirement: RequirementId
  evaluate(history: History, thresholds: ThresholdValues): Finding
}

export const passed = (summary: string, evidence: readonly Evidence[] = [], more: Pick<Finding, 'strength' | 'grade'> = {}): Finding =>
  ({ outcome: 'passed', summary, evidence, ...more })
export const failed = (summary: string, evidence: readonly Evidence[] = [], more: Pick<Finding, 'strength' | 'grade'> = {}): Finding =>
  ({ outcome: 'failed', summary, evidence, ...more })
export const inconclusive = (summary: string, evidence: readonly Evidence[] = [], more: Pick<Finding, 'strength' | 'grade' | 'lasting'> = {}): Finding =>
  ({ outcome: 'inconclusive', summary, evidence, ...more })
export const notApplicable = (summary: string, evidence: readonly Evidence[] = []): Finding =>
  ({ outcome: 'not-applicable', summary, evidence })

/** Exact 95 % upper bound of the failure probability after zero failures in n trials (about 3 / n). */
export function zeroFailuresBound95(n: number): number {
  return n <= 0 ? 1 : 1 - Math.pow(0.05, 1 / n)
}
/** `{ n, bound95 }` of zero failures in n trials. */
export const strengthOf = (n: number): Strength => ({ n, bound95: zeroFailuresBound95(n) })
