import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import type { ApiClient } from './api-client.js'
import { releaseWorkload, runOf } from './claim.js'
import { putBackNodes, type PutBackNodes } from './cordoned-nodes.js'
import { lookAfterReturn } from './left-behind.js'
import { putBackTemplate } from './release-template.js'
import { putBackCount } from './replica-count.js'
import { replaceUnready } from './replace-unready.js'
import { readWorkload, workloadText } from './workload.js'

const lookEveryMs = 250

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

/**
 * `putBack`, and lets go of the workload. Resolves to false where it was not this run's. Throws, and keeps the claim, where a node is not open, or the controller of a
 * StatefulSet has not taken within this time what it is to go back to; SW_NOT_RESTORED without the claim for what is somebody else's.
 */
export async function putBackAndRelease(api: ApiClient, target: ClusterTarget, { backWithinMs, ...order }: PutBackOrder & { readonly backWithinMs: number }): Promise<boolean> {
  const { unopened, theirs } = await putBack(api, target, order)
  if (unopened.length > 0) throw unopened[0]
  if (target.workload.kind === 'statefulset' && runOf(await readWorkload(api, target)) === order.runId) await seeBack(api, target, backWithinMs)
  const isOurs = await releaseWorkload(api, target, order.runId)
  requireOurs(target, theirs)
  return isOurs
}

/** A workload that is not whole for reasons of its own is no reason to keep it. */
async function seeBack(api: ApiClient, target: ClusterTarget, withinMs: number): Promise<void> {
  const endAt = performance.now() + withinMs
  for (;;) {
    const { isWhole, isCleared } = await lookAfterReturn(api, target)
    if (isWhole) return
    if (performance.now() > endAt && isCleared) return
    if (performance.now() > endAt) throw new SeaworthyError('SW_NOT_RESTORED', `while putting ${workloadText(target)} back: its controller had not taken notice after ${Math.round(withinMs / 1_000)} s`, { exitCode: exitCodes.notConclusive })
    await pause(lookEveryMs)
  }
}

/** Throws SW_NOT_RESTORED for what is somebody else's, and stays. */
export function requireOurs(target: ClusterTarget, theirs: readonly string[]): void {
  if (theirs.length > 0) throw new SeaworthyError('SW_NOT_RESTORED', `while putting ${workloadText(target)} back: found ${theirs.join(' and ')}, and left it as it is`, { exitCode: exitCodes.notConclusive })
}
