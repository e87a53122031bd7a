import type { ClusterTarget } from '../../core/service-descriptor.js'
import type { ApiClient } from './api-client.js'
import { changedObject, type ObjectChange } from './changed-object.js'
import type { Workload } from './objects.js'
import { readWorkload, workloadPath, workloadText } from './workload.js'

/** `theirs`: the workload has something that this run did not give it. It stays. */
export type PutBack = 'nothing' | 'put-back' | 'theirs'

/** As `changedObject`. */
export const changed = (api: ApiClient, target: ClusterTarget, doing: string, change: (workload: Workload) => ObjectChange | undefined | Promise<ObjectChange | undefined>): Promise<Workload> =>
  changedObject(api, { path: workloadPath(target), doing: `${doing} (${workloadText(target)})`, read: () => readWorkload(api, target) }, change)
