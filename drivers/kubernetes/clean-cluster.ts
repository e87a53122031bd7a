import { drainsNodes } from '../../core/declarations/node-drain.js'
import { SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { errorsOfSteps } from '../every-step.js'
import { isDead, ownerText, type CleanedClaim, type CleanedNode, type Owner } from '../run-owner.js'
import { ApiClient } from './api-client.js'
import { ownerOf, runOf } from './claim.js'
import { readAccess } from './kubeconfig.js'
import { cordonedFor, uncordon, type CordonedNode } from './node-cordon.js'
import { putBackAndRelease } from './put-back.js'
import { readWorkload, workloadText } from './workload.js'

const backWithinMs = 60_000

/**
 * Takes off a workload what a dead run left on it, a release that it rolled out, a replica that it added, nodes that it cordoned and pods in a drained state too; with `force` what
 * any run left. Nodes are opened that any dead run has left cordoned for this workload, whoever has the workload now. Throws SeaworthyError.
 */
export async function cleanCluster(service: ServiceDescriptor, { force }: { readonly force: boolean }): Promise<CleanedClaim> {
  const { target: { cluster: target }, health } = service
  if (target === undefined) throw new SeaworthyError('SW_CLUSTER_TARGET', 'while cleaning a cluster: the descriptor has no target.kind: kubernetes')
  const api = new ApiClient(await readAccess({ context: target.context, environment: process.env }))
  try {
    const workload = await readWorkload(api, target)
    const where = `${workloadText(target)} in ${target.namespace}`
    const runId = runOf(workload)
    const mayClean = (owner: Owner | undefined): boolean => force || isDead(owner)
    const nodes: CleanedNode[] = []
    let cleaned: CleanedClaim | undefined
    let left: readonly CordonedNode[] | undefined
    const [error] = await errorsOfSteps([
      async () => {
        left = await cordonedFor(api, target, { mayBeRefused: !drainsNodes(service) })
      },
      async () => {
        const [notOpened] = await errorsOfSteps((left ?? []).filter(({ note }) => note.run !== runId).map(({ name, note: { run, owner } }) => async () => {
          const isCleaned = mayClean(owner)
          if (isCleaned) await uncordon(api, name, run)
          nodes.push({ node: name, state: isCleaned ? 'released' : 'kept', runId: run, owner: ownerText(owner) })
        }))
        if (notOpened !== undefined) throw notOpened
      },
      async () => {
        if (runId === undefined) return
        const owner = ownerOf(workload)
        const named = { workload: where, runId, ...(owner === undefined ? {} : { owner: ownerText(owner) }) }
        if (!mayClean(owner)) return void (cleaned = { state: 'kept', ...named })
        const known = left?.flatMap(({ name, note }) => (note.run === runId ? [name] : []))
        cleaned = { state: (await putBackAndRelease(api, target, { runId, readinessPath: health.readinessPath, backWithinMs, ...(known === undefined ? {} : { known }) })) ? 'released' : 'nothing', ...named }
      },
    ])
    if (error !== undefined) throw error
    // Where somebody has written the workload anew, nothing but a node tells of the run that had it.
    const [first, ...others] = nodes
    if (cleaned === undefined && first !== undefined) return { state: first.state, workload: where, runId: first.runId, owner: first.owner, ...(others.length === 0 ? {} : { nodes: others }) }
    return { ...(cleaned ?? { state: 'nothing', workload: where }), ...(nodes.length === 0 ? {} : { nodes }) }
  } finally {
    await api.close()
  }
}
