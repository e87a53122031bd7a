import type { ClusterTarget } from '../../core/service-descriptor.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import type { Autoscaler, ObjectList, Workload } from './objects.js'

/** Where they may not be listed, and where no API of them is served. */
const unlisted: readonly number[] = [403, 404]

export interface Scaling {
  /** Why the number of replicas is not a run's to change; undefined where it is. */
  readonly obstacle: string | undefined
  /** Whether autoscalers could be listed: one that could not is found when it changes the workload, and ends what can be judged. */
  readonly autoscalersListed: boolean
}

/** Who else decides how many replicas there are, and what an added one would leave behind. */
export async function readScaling(api: ApiClient, target: ClusterTarget, { spec }: Workload): Promise<Scaling> {
  const autoscalers = await autoscalersIn(api, target)
  const own = autoscalers?.find(({ spec: { scaleTargetRef } }) => scaleTargetRef.name === target.workload.name && scaleTargetRef.kind.toLowerCase() === target.workload.kind)
  const claims = (spec.volumeClaimTemplates ?? []).length > 0 && spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete'
  const what = `${target.workload.kind}/${target.workload.name}`
  const obstacle =
    own !== undefined ? `the HorizontalPodAutoscaler ${own.metadata.name} decides how many replicas ${what} has, and would take an added one back`
    : claims ? `the volume claim of an added replica would stay after it (persistentVolumeClaimRetentionPolicy.whenScaled of ${what} is not Delete)`
    : undefined
  return { obstacle, autoscalersListed: autoscalers !== undefined }
}

/** The first version of the API shows all of them, whatever version they were written in. */
async function autoscalersIn(api: ApiClient, { namespace }: ClusterTarget): Promise<readonly Autoscaler[] | undefined> {
  try {
    return (await api.request<ObjectList<Autoscaler>>({ path: `/apis/autoscaling/v1/namespaces/${namespace}/horizontalpodautoscalers`, doing: 'reading the autoscalers' })).items
  } catch (thrown) {
    if (thrown instanceof ClusterRefusal && unlisted.includes(thrown.status)) return undefined
    throw thrown
  }
}
