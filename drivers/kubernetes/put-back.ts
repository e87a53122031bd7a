import type { ClusterTarget } from '../../core/service-descriptor.js'
import type { ApiClient } from './api-client.js'
import { releaseWorkload, runOf } from './claim.js'
import { putBackNodes, type PutBackNodes } from './cordoned-nodes.js'
import { putBackTemplate } from './release-template.js'
import { putBackCount } from './replica-count.js'
import { replaceUnready } from './replace-unready.js'
import { readWorkload } from './workload.js'

export interface PutBackOrder extends PutBackNodes {
  /** Where a pod says whether it is ready: one that was left drained is replaced. */
  readonly readinessPath: string
  /** Called before the workload is changed. */
  readonly onOrder?: () => void
}
export interface PutBackResult {
  /** Why nodes are not open. While there is something, the run may not let go of the workload: its claim tells of them. */
  readonly unopened: readonly unknown[]
  /** What somebody else has given the workload meanwhile. It stays. */
  readonly theirs: readonly string[]
}

/** Opens the nodes that a run has cordoned and, while the workload is its own, puts the template and the number of replicas back and replaces pods that were left drained: whatever became of the nodes. */
export async function putBack(api: ApiClient, target: ClusterTarget, { readinessPath, onOrder, ...nodes }: PutBackOrder): Promise<PutBackResult> {
  const { runId } = nodes
  const unopened = await putBackNodes(api, target, nodes)
  if (runOf(await readWorkload(api, target)) !== runId) return { unopened, theirs: [] }
  const theirs = [
    ...((await putBackTemplate(api, target, runId, onOrder)) === 'theirs' ? ['another release than this run gave it'] : []),
    ...((await putBackCount(api, target, runId, onOrder)) === 'theirs' ? ['another number of replicas than this run gave it'] : []),
  ]
  await replaceUnready(api, target, readinessPath)
  return { unopened, theirs }
}

/** `putBack`, and lets go of the workload. Resolves to false where it was not this run's. Throws, and keeps the claim, where a node is not open. */
export async function putBackAndRelease(api: ApiClient, target: ClusterTarget, order: PutBackOrder): Promise<boolean> {
  const { unopened } = await putBack(api, target, order)
  if (unopened.length > 0) throw unopened[0]
  return releaseWorkload(api, target, order.runId)
}
