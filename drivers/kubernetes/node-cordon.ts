import type { ClusterTarget } from '../../core/service-descriptor.js'
import { notDone } from '../process/not-done.js'
import { ownerText, ownOwner, parseOwner, type Owner } from '../run-owner.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import { changedObject, type Changing } from './changed-object.js'
import type { ClusterNode, ObjectList } from './objects.js'
import { workloadText } from './workload.js'

/** Annotation on a node while a run keeps new pods off it: who does so, and for the sake of which workload. On that workload: which nodes. */
export const cordonAnnotation = 'seaworthy.dev/cordon'

export interface NodeNote {
  readonly run: string
  readonly owner: Owner
  readonly namespace: string
  /** As in `deployment/web`. */
  readonly workload: string
}

const nodesPath = '/api/v1/nodes'
const missing = 404
const listTimeoutMs = 30_000
const listedAtOnce = '250'

/** What became of the cordon of a node that is to be taken back. `theirs`: somebody else had done it already, and the annotation alone was taken off. */
export type Uncordoned = 'nothing' | 'uncordoned' | 'theirs'

export const nodeNote = (target: ClusterTarget, run: string): NodeNote => ({ run, owner: ownOwner(), namespace: target.namespace, workload: workloadText(target) })

/** Undefined for what is no note: somebody else wrote it. */
export function noteOn({ metadata }: ClusterNode): NodeNote | undefined {
  try {
    const { run, owner, namespace, workload } = JSON.parse(metadata.annotations?.[cordonAnnotation] ?? '') as Partial<NodeNote>
    const known = parseOwner(JSON.stringify(owner))
    return typeof run === 'string' && typeof namespace === 'string' && typeof workload === 'string' && known !== undefined ? { run, owner: known, namespace, workload } : undefined
  } catch {
    return undefined
  }
}

/** Nodes as they are, in pieces: a large cluster has thousands, and each says which images it holds. */
export async function listNodes(api: ApiClient, query: Readonly<Record<string, string>> = {}): Promise<readonly ClusterNode[]> {
  const nodes: ClusterNode[] = []
  let next: string | undefined
  do {
    const answer: ObjectList<ClusterNode> = await api.request({ path: nodesPath, query: { ...query, limit: listedAtOnce, ...(next === undefined ? {} : { continue: next }) }, doing: 'listing nodes', timeoutMs: listTimeoutMs })
    nodes.push(...answer.items)
    next = answer.metadata.continue === '' ? undefined : answer.metadata.continue
  } while (next !== undefined)
  return nodes
}

/** Why new pods cannot be kept off this node for a while by this run; undefined where they can, or are already by this run. */
export function cordonObstacle(node: ClusterNode, run: string): string | undefined {
  if (node.spec.unschedulable !== true) return undefined
  const note = noteOn(node)
  if (note?.run === run) return undefined
  const by = note === undefined ? 'somebody else' : `the run ${note.run} (${ownerText(note.owner)}), for ${note.workload} in ${note.namespace}`
  return `that the node ${node.metadata.name} was cordoned already by ${by}`
}

/** Keeps new pods off a node, and says who did in the same change. Throws SW_NOT_DONE for a node that is cordoned already, which stays as it is. */
export async function cordon(api: ApiClient, name: string, note: NodeNote): Promise<void> {
  const doing = `cordoning the node ${name}`
  await changedObject(api, changing(api, name, doing), (node) => {
    const obstacle = cordonObstacle(node, note.run)
    if (obstacle !== undefined) throw notDone(doing, obstacle)
    // An order of ours whose answer got lost was carried out all the same.
    if (node.spec.unschedulable === true) return undefined
    return { metadata: { annotations: { [cordonAnnotation]: JSON.stringify(note) } }, spec: { unschedulable: true } }
  })
}

/** Takes `cordon` back, where it is this run's. A node that somebody else has opened meanwhile loses the annotation alone, and one that is gone needs nothing. */
export async function uncordon(api: ApiClient, name: string, run: string): Promise<Uncordoned> {
  let result: Uncordoned = 'nothing'
  try {
    await changedObject(api, changing(api, name, `uncordoning the node ${name}`), (node) => {
      if (noteOn(node)?.run !== run) return undefined
      const isOurs = node.spec.unschedulable === true
      result = isOurs ? 'uncordoned' : 'theirs'
      return { metadata: { annotations: { [cordonAnnotation]: null } }, ...(isOurs ? { spec: { unschedulable: null } } : {}) }
    })
  } catch (thrown) {
    if (!(thrown instanceof ClusterRefusal) || thrown.status !== missing) throw thrown
  }
  return result
}

/** Nodes that are cordoned for the sake of this workload, with who did: what is left of a run also where the workload tells of it no more. */
export async function cordonedFor(api: ApiClient, target: ClusterTarget): Promise<readonly { readonly name: string; readonly note: NodeNote }[]> {
  const cordoned = await listNodes(api, { fieldSelector: 'spec.unschedulable=true' })
  return cordoned.flatMap((node) => {
    const note = noteOn(node)
    return note?.namespace === target.namespace && note.workload === workloadText(target) ? [{ name: node.metadata.name, note }] : []
  })
}

const changing = (api: ApiClient, name: string, doing: string): Changing<ClusterNode> => {
  const path = `${nodesPath}/${name}`
  return { path, doing, read: () => api.request({ path, doing }) }
}
