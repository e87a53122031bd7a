import { SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget, ServiceDescriptor } from '../../core/service-descriptor.js'
import { isDead, ownerText, type CleanedClaim, type Owner } from '../run-owner.js'
import { ApiClient } from './api-client.js'
import { ownerOf, releaseWorkload, runOf } from './claim.js'
import { putBackNodes } from './cordoned-nodes.js'
import { readAccess } from './kubeconfig.js'
import { cordonedFor } from './node-cordon.js'
import type { Workload } from './objects.js'
import { putBackTemplate } from './release-template.js'
import { putBackCount } from './replica-count.js'
import { replaceUnready } from './replace-unready.js'
import { readWorkload, workloadText } from './workload.js'

/** Takes off a workload what a dead run left on it, a release that it rolled out, a replica that it added, nodes that it cordoned and pods in a drained state too; with `force` what any run left. Throws SeaworthyError. */
export async function cleanCluster({ target: { cluster: target }, health }: ServiceDescriptor, { force }: { readonly force: boolean }): Promise<CleanedClaim> {
  if (target === undefined) throw new SeaworthyError('SW_CLUSTER_TARGET', 'while cleaning a cluster: the descriptor has no target.kind: kubernetes')
  const api = new ApiClient(await readAccess({ context: target.context, environment: process.env }))
  try {
    const workload = await readWorkload(api, target)
    const where = `${workloadText(target)} in ${target.namespace}`
    const claim = await claimOn(api, target, workload)
    if (claim === undefined) return { state: 'nothing', workload: where }
    const { runId, owner } = claim
    const named = { workload: where, runId, ...(owner === undefined ? {} : { owner: ownerText(owner) }) }
    if (!force && !isDead(owner)) return { state: 'kept', ...named }
    await putBackNodes(api, target, runId)
    if (claim.isLost) return { state: 'released', ...named }
    await putBackTemplate(api, target, runId)
    await putBackCount(api, target, runId)
    await replaceUnready(api, target, health.readinessPath)
    return { state: (await releaseWorkload(api, target, runId)) ? 'released' : 'nothing', ...named }
  } finally {
    await api.close()
  }
}

interface Claim {
  readonly runId: string
  readonly owner: Owner | undefined
  /** Somebody has written the workload anew: nothing but a node tells of the run. */
  readonly isLost: boolean
}

async function claimOn(api: ApiClient, target: ClusterTarget, workload: Workload): Promise<Claim | undefined> {
  const runId = runOf(workload)
  if (runId !== undefined) return { runId, owner: ownerOf(workload), isLost: false }
  const [left] = target.drain === 'node' ? await cordonedFor(api, target) : []
  return left === undefined ? undefined : { runId: left.note.run, owner: left.note.owner, isLost: true }
}
