import { SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { isDead, ownerText, type CleanedClaim } from '../run-owner.js'
import { ApiClient } from './api-client.js'
import { ownerOf, releaseWorkload, runOf } from './claim.js'
import { readAccess } from './kubeconfig.js'
import { putBackTemplate } from './release-template.js'
import { putBackCount } from './replica-count.js'
import { replaceUnready } from './replace-unready.js'
import { readWorkload, workloadText } from './workload.js'

/** Takes off a workload what a dead run left on it, a release that it rolled out, a replica that it added and pods in a drained state too; with `force` what any run left. Throws SeaworthyError. */
export async function cleanCluster({ target: { cluster: target }, health }: ServiceDescriptor, { force }: { readonly force: boolean }): Promise<CleanedClaim> {
  if (target === undefined) throw new SeaworthyError('SW_CLUSTER_TARGET', 'while cleaning a cluster: the descriptor has no target.kind: kubernetes')
  const api = new ApiClient(await readAccess({ context: target.context, environment: process.env }))
  try {
    const workload = await readWorkload(api, target)
    const where = `${workloadText(target)} in ${target.namespace}`
    const runId = runOf(workload)
    if (runId === undefined) return { state: 'nothing', workload: where }
    const owner = ownerOf(workload)
    const named = { workload: where, runId, ...(owner === undefined ? {} : { owner: ownerText(owner) }) }
    if (!force && !isDead(owner)) return { state: 'kept', ...named }
    await putBackTemplate(api, target, runId)
    await putBackCount(api, target, runId)
    await replaceUnready(api, target, health.readinessPath)
    return { state: (await releaseWorkload(api, target, runId)) ? 'released' : 'nothing', ...named }
  } finally {
    await api.close()
  }
}
