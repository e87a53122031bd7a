import type { Workload } from '../objects.js'

export interface Progressing {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastUpdateTime: string
}
export type Counted = Pick<NonNullable<Workload['status']>, 'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'>

/** The condition that tells how a roll-out goes, as the deployment controller keeps it (pkg/controller/deployment/progress.go): what is over does not time out, and what has timed out progresses only with a pod that gets further. */
export class Progress {
  #at = 0
  #changes = 0
  #counted: Counted = {}
  #sets = 1
  #said: Progressing | undefined

  /** `sets`: how many templates have had pods; `deadlineMs`: of the present workload. */
  next(counted: Counted, { sets, replicas, deadlineMs }: { readonly sets: number; readonly replicas: number; readonly deadlineMs: number }): Progressing {
    const before = this.#counted
    this.#counted = counted
    const isNew = sets > this.#sets
    this.#sets = sets
    const more = (name: keyof Counted): boolean => (counted[name] ?? 0) > (before[name] ?? 0)
    const oldOf = ({ replicas: all = 0, updatedReplicas = 0 }: Counted): number => all - updatedReplicas
    const hasProgressed = isNew || this.#said === undefined || more('updatedReplicas') || more('readyReplicas') || more('availableReplicas') || oldOf(counted) < oldOf(before)
    if (hasProgressed) this.#at = performance.now()
    if (Object.values(counted).every((one) => one === replicas)) return this.#say('True', 'NewReplicaSetAvailable', 'ReplicaSet "web-789b5f5f55" has successfully progressed.')
    if (hasProgressed || this.#said === undefined) return this.#say('True', isNew ? 'NewReplicaSetCreated' : 'ReplicaSetUpdated', 'ReplicaSet "web-789b5f5f55" is progressing.', true)
    const isLate = this.#said.reason !== 'NewReplicaSetAvailable' && performance.now() - this.#at > deadlineMs
    return isLate ? this.#say('False', 'ProgressDeadlineExceeded', 'ReplicaSet "web-789b5f5f55" has timed out progressing.') : this.#said
  }

  #say(status: string, reason: string, message: string, isNews = status !== this.#said?.status || reason !== this.#said.reason): Progressing {
    if (isNews) this.#changes += 1
    return (this.#said = isNews || this.#said === undefined ? { type: 'Progressing', status, reason, message, lastUpdateTime: `${new Date().toISOString().replace(/\.\d+Z$/, 'Z')} ${this.#changes}` } : this.#said)
  }
}
