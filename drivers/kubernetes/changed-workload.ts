import type { ClusterTarget } from '../../core/service-descriptor.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import type { Workload } from './objects.js'
import { readWorkload, workloadPath, workloadText } from './workload.js'

const triesMax = 5
const conflict = 409

/** `theirs`: the workload has something that this run did not give it. It stays. */
export type PutBack = 'nothing' | 'put-back' | 'theirs'

/** Changes a workload only if nobody did since it was read; reads it again otherwise. */
export async function changed(api: ApiClient, target: ClusterTarget, doing: string, change: (workload: Workload) => { readonly metadata: object; readonly spec?: object } | undefined): Promise<Workload> {
  for (let tries = 1; ; tries++) {
    const workload = await readWorkload(api, target)
    const wanted = change(workload)
    if (wanted === undefined) return workload
    try {
      const body = { ...wanted, metadata: { ...wanted.metadata, resourceVersion: workload.metadata.resourceVersion } }
      return await api.request<Workload>({ method: 'PATCH', path: workloadPath(target), body, doing: `${doing} (${workloadText(target)})` })
    } catch (thrown) {
      if (!(thrown instanceof ClusterRefusal) || thrown.status !== conflict || tries === triesMax) throw thrown
    }
  }
}
