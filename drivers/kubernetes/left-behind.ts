import type { ClusterTarget } from '../../core/service-descriptor.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import { selectorText, type ObjectList, type Pod, type Workload } from './objects.js'
import { saysReady } from './pod-slots.js'
import { partitionOf } from './roll-out-pace.js'
import { isRolledOut, podsPath, readWorkload } from './workload.js'

const goneAlready: readonly number[] = [404, 409]

/** Only that very pod. One that is gone already is fine. */
export async function deletePod(api: ApiClient, target: ClusterTarget, { metadata: { name, uid } }: Pod, doing: string): Promise<void> {
  await api.request({ method: 'DELETE', path: `${podsPath(target)}/${name}`, body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } }, doing }).catch((thrown: unknown) => {
    if (!(thrown instanceof ClusterRefusal) || !goneAlready.includes(thrown.status)) throw thrown
  })
}

export const listPods = async (api: ApiClient, target: ClusterTarget, { spec }: Workload): Promise<readonly Pod[]> =>
  (await api.request<ObjectList<Pod>>({ path: podsPath(target), query: { labelSelector: selectorText(spec.selector) }, doing: `listing pods of ${target.workload.name}` })).items

/**
 * A StatefulSet waits for its pods before it goes on: of one of another release that does not get ready nobody else would rid it, whatever its template has become. Each of those is
 * deleted, whatever its containers say, as one that is still beginning may get stuck later. Not before the controller knows what the workload is to be: it would make the same pod
 * again. Resolves to whether it knows. What a Deployment has too much of its controller takes away.
 */
export async function deleteLeftBehind(api: ApiClient, target: ClusterTarget, { metadata, spec, status = {} }: Workload, pods: () => readonly Pod[] | Promise<readonly Pod[]>): Promise<boolean> {
  if (target.workload.kind !== 'statefulset') return true
  // Somebody else's canary, or their own time for each pod: what is not of the newest release is as they want it.
  if (spec.updateStrategy?.type === 'OnDelete' || partitionOf(spec.updateStrategy) > 0) return true
  const { observedGeneration = 0, updateRevision } = status
  if (observedGeneration < (metadata.generation ?? 0) || updateRevision === undefined) return false
  // Others may have the same labels.
  const isItsOwn = ({ metadata: { ownerReferences = [] } }: Pod): boolean => ownerReferences.some(({ kind, name, controller }) => controller === true && kind === 'StatefulSet' && name === target.workload.name)
  const left = (await pods()).filter((pod) => isItsOwn(pod) && pod.metadata.deletionTimestamp === undefined && !saysReady(pod) && pod.metadata.labels?.['controller-revision-hash'] !== updateRevision)
  await Promise.all(left.map((pod) => deletePod(api, target, pod, `replacing the pod ${pod.metadata.name}, which is not ready and of another release`)))
  return true
}

export interface BroughtBack {
  /** Every pod is what it is to be. */
  readonly isWhole: boolean
  /** What stands in the way of that has been taken out of it. */
  readonly isCleared: boolean
}

/** Looks whether the controller has brought every pod back, and takes out of its way what it waits for in vain. To be called again until it has. */
export async function lookAfterReturn(api: ApiClient, target: ClusterTarget): Promise<BroughtBack> {
  const workload = await readWorkload(api, target)
  if (isRolledOut(workload)) return { isWhole: true, isCleared: true }
  return { isWhole: false, isCleared: await deleteLeftBehind(api, target, workload, () => listPods(api, target, workload)) }
}
