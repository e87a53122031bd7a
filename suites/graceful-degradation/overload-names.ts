/** Names that the overload scenario writes into a history and its checks look for. */
export const overloadFact = 'overload'
export const capacityProbe = 'capacity'
export const loads = {
  calibration: 'calibration',
  usual: 'usual',
  overload: 'overload',
  afterwards: 'afterwards',
  reduced: 'reduced',
  fullAgain: 'full-again',
  rated: 'rated',
} as const
export const capturedRetryAfter = 'retryAfter'
export const reducedModeEntered = 'reduced-mode.enter'
export const reducedModeLeft = 'reduced-mode.leave'
export const oneMissing = 'one replica is missing'

/** Value of the fact. */
export interface OverloadFact {
  readonly operation: string
  /** After that the client gives up. */
  readonly deadlineMs: number
  readonly ratedPerSecond?: number
}
/** One measurement of what the service can do when more is asked of it; the saturated ones are at the same rate. */
export interface Capacity {
  readonly offeredPerSecond: number
  readonly goodputPerSecond: number
  /** Clearly less was done than was asked for. */
  readonly saturated: boolean
}
