import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import { ownerText, ownOwner, parseOwner, type Owner } from '../run-owner.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import type { Workload } from './objects.js'
import { readWorkload, workloadPath, workloadText } from './workload.js'

/** Annotations on the workload while a run has it. */
export const ownerAnnotation = 'seaworthy.dev/owner'
export const runAnnotation = 'seaworthy.dev/run'

const triesMax = 5
const conflict = 409

/**
 * Takes a workload for one run, so that no two runs break it at once. Nothing else of a workload is changed. Throws
 * SW_CLUSTER_CLAIMED when another run has it.
 */
export async function claimWorkload(api: ApiClient, target: ClusterTarget, runId: string): Promise<void> {
  await patched(api, target, (workload) => {
    const other = runOf(workload)
    if (other !== undefined && other !== runId) throw claimed(target, other, ownerOf(workload))
    return { [runAnnotation]: runId, [ownerAnnotation]: JSON.stringify(ownOwner()) }
  })
}

/** Gives it back. Resolves to false when it is not this run's, which leaves it as it is. */
export async function releaseWorkload(api: ApiClient, target: ClusterTarget, runId: string): Promise<boolean> {
  let ours = false
  await patched(api, target, (workload) => {
    ours = runOf(workload) === runId
    return ours ? { [runAnnotation]: null, [ownerAnnotation]: null } : undefined
  })
  return ours
}

export const runOf = ({ metadata }: Workload): string | undefined => metadata.annotations?.[runAnnotation]

export const ownerOf = ({ metadata }: Workload): Owner | undefined => parseOwner(metadata.annotations?.[ownerAnnotation])

function claimed(target: ClusterTarget, runId: string, owner: Owner | undefined): SeaworthyError {
  return new SeaworthyError('SW_CLUSTER_CLAIMED', `while taking ${workloadText(target)} in ${target.namespace}: the run ${runId}${owner === undefined ? '' : ` (${ownerText(owner)})`} has it`, {
    exitCode: exitCodes.notConclusive,
    hint: 'If that run is dead: seaworthy clean --driver kubernetes DESCRIPTOR',
  })
}

/** Changes annotations only if nobody changed the workload since it was read; reads it again otherwise. */
async function patched(api: ApiClient, target: ClusterTarget, change: (workload: Workload) => Readonly<Record<string, string | null>> | undefined): Promise<void> {
  for (let tries = 1; ; tries++) {
    const workload = await readWorkload(api, target)
    const annotations = change(workload)
    if (annotations === undefined) return
    try {
      await api.request({ method: 'PATCH', path: workloadPath(target), body: { metadata: { resourceVersion: workload.metadata.resourceVersion, annotations } }, doing: `annotating ${workloadText(target)}` })
      return
    } catch (thrown) {
      if (!(thrown instanceof ClusterRefusal) || thrown.status !== conflict || tries === triesMax) throw thrown
    }
  }
}
