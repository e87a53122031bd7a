import type { Workload } from '../objects.js'

/** What a Deployment has of one template. Its controller changes how many pods there shall be; those of before keep the time that they were made with. */
export interface ReplicaSet {
  readonly template: string
  readonly madeFrom: Workload
  desired: number
  minReadySeconds: number
}

export interface Sets {
  readonly present: ReplicaSet
  readonly old: readonly ReplicaSet[]
  readonly availableOf: (set: ReplicaSet) => number
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
const count = (value: unknown, replicas: number, round: (exact: number) => number): number => (typeof value === 'string' ? round((Number.parseFloat(value) / 100) * replicas) : Number(value))

/** One step of the deployment controller (pkg/controller/deployment/rolling.go, recreate.go). False where there is nothing to do until something changes. */
export function scaleSets(workload: Workload, sets: Sets, isAnyGoing: boolean): boolean {
  const { replicas = 1, strategy } = workload.spec
  const { present, old } = sets
  const oldDesired = sum(old.map(({ desired }) => desired))
  if (present.desired > replicas || oldDesired === 0) {
    const isOther = present.desired !== replicas && !(strategy?.type === 'Recreate' && isAnyGoing && present.desired === 0)
    if (isOther) present.desired = replicas
    return isOther
  }
  if (strategy?.type === 'Recreate') return takeAway(old, oldDesired) > 0
  return scaleRolling(workload, sets, oldDesired)
}

function scaleRolling({ spec: { replicas = 1, strategy } }: Workload, { present, old, availableOf }: Sets, oldDesired: number): boolean {
  const surge = count(strategy?.rollingUpdate?.['maxSurge'] ?? '25%', replicas, Math.ceil)
  const declared = count(strategy?.rollingUpdate?.['maxUnavailable'] ?? '25%', replicas, Math.floor)
  const minAvailable = replicas - (surge === 0 && declared === 0 ? 1 : declared)
  const more = Math.min(replicas + surge - present.desired - oldDesired, replicas - present.desired)
  if (more > 0) {
    present.desired += more
    return true
  }
  const most = present.desired + oldDesired - minAvailable - (present.desired - availableOf(present))
  if (most <= 0) return false
  // Those that are not available go first.
  let cleaned = 0
  for (const set of old) cleaned += takeAway([set], Math.min(most - cleaned, set.desired - availableOf(set)))
  const spare = availableOf(present) + sum(old.map(availableOf)) - minAvailable
  return cleaned + takeAway(old, spare) > 0
}

/** From the oldest on. Returns how many. */
function takeAway(sets: readonly ReplicaSet[], wanted: number): number {
  let left = Math.max(0, wanted)
  for (const set of sets) {
    const taken = Math.min(set.desired, left)
    set.desired -= taken
    left -= taken
  }
  return Math.max(0, wanted) - left
}
