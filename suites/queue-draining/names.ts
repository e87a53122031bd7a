/** Names under which the scenarios of this suite record and the checks find again. */

export const loads = {
  background: 'background',
  stragglers: 'straggler',
  stragglerEffects: 'straggler-effects',
  keepAlive: 'keep-alive',
  exitProbe: 'exit-probe',
  /** Sent to a replica that was started drained. */
  startedDrained: 'started-drained',
  jobs: 'jobs',
  jobEffects: 'job-effects',
  /** Given by the traffic engine. */
  witness: 'witness',
  qualification: 'balancer-qualification',
} as const

/** Whether any operation of the traffic can be proven to be executing. */
export const facts = { catchable: 'catchable-in-flight' } as const

/** A drain's label is also the group of its witnesses. */
export const labels = {
  numbered: (number: number): string => `drain-${number}`,
  isNumbered: (label: string | undefined): label is string => label !== undefined && /^drain-\d+$/.test(label),
  killControl: 'kill-control',
  behindBalancer: 'behind-balancer',
  withStuckRequest: 'with-stuck-request',
  restore: 'restore',
  /** Of an undrain that is judged, not merely a way back. */
  undone: 'undone',
  /** Of a start in drained state, and of the undrain that puts the replica into service. */
  startedDrained: 'started-drained',
} as const

/** Groups of witnesses that go with no label of their own. */
export const groups = { stuck: 'stuck', ordinary: 'ordinary' } as const

/** Readings of how many jobs a replica has taken and not yet done. */
export const jobsRunningProbe = 'jobs-running'

/** Observation by the scenario: whether a replica is back after a drain, `Returned`. */
export const returnedProbe = 'returned'
export interface Returned {
  readonly ready: boolean
  /** Absent where no balancer was looked at. */
  readonly inRotation?: boolean
}
