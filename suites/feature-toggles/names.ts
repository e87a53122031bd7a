/** Names that the scenario writes into the history and the checks read from it. */

/** The mixed load while toggles are flipped, and while their store is away. */
export const flipLoad = 'background'
export const outageLoad = 'without the store'
export const useLoad = 'use of features'
export const unchangedLoad = 'answers that must not change'

/** Observation of one feature on one instance: a ReadValue. */
export const featureReading = (feature: string): string => `feature ${feature}`
export const listReading = 'toggle-list'
/** Observation at the end of each flip, on all instances: FlipEnd, of the target feature. */
export const flipEnd = 'flip-end'
export interface FlipEnd {
  readonly label: string
  readonly to: 'on' | 'off'
}
export const switchName = (to: 'on' | 'off'): string => `switch-${to}`

export const answerObservation = 'unchanged-answer'
export type AnswerPass = 'first' | 'second' | 'after'
/** One answer of the requests that must not change: observation `unchanged-answer` of the operation. */
export interface RecordedAnswer {
  readonly pass: AnswerPass
  readonly index: number
  readonly outcome: string
  readonly status?: number
  /** Body after what may differ was left out, keys in order; at most `answerCharactersMax`. */
  readonly body: string
  /** SHA-256 of the whole of it. */
  readonly digest: string
}
export const answerCharactersMax = 2_000

/** Both ends of what is observed around a restart of everything: observation `restart-arm` of the arm. */
export const armObservation = 'restart-arm'
export type Arm = 'orderly' | 'kill'
export const arms: readonly Arm[] = ['orderly', 'kill']
export interface ArmEdge {
  readonly edge: 'begin' | 'ready' | 'end'
  /** At `ready`: whether every instance was. */
  readonly ready?: boolean
}

/** Traffic goes on for this long before the store is taken away: what fails then is not its absence. */
export const servedBeforeMs = 500
/** What is observed around the loss of the store: observation `store-outage` of the store. */
export const outageObservation = 'store-outage'
export interface OutageEdge {
  readonly edge: 'begin' | 'restart' | 'restarted' | 'release' | 'end'
  /** The instance that is restarted, and whether it was ready while the store was away. */
  readonly instance?: string
  readonly ready?: boolean
  readonly tookMs?: number
}
