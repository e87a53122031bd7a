import type { ClusterTarget } from '../../core/service-descriptor.js'
import { notDone } from '../process/not-done.js'
import { ownerText, ownOwner, parseOwner, type Owner } from '../run-owner.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import { changedObject, type Changing } from './changed-object.js'
import type { ClusterNode, ObjectList } from './objects.js'
import { workloadText } from './workload.js'

/** Annotation on a node while a run keeps new pods off it: who does so, and for the sake of which workload. On that workload: which nodes. */
export const cordonAnnotation = 'seaworthy.dev/cordon'
/** Annotation on a node for a moment. */
const openAnnotation = 'seaworthy.dev/open'

export interface NodeNote {
  readonly run: string
  readonly owner: Owner
  readonly namespace: string
  /** As in `deployment/web`. */
  readonly workload: string
}

const nodesPath = '/api/v1/nodes'
const missing = 404
const forbidden = 403
const listTimeoutMs = 30_000
const listedAtOnce = '250'
/** As the API server keeps it in `managedFields` for what a change of ours gave. */
const fieldManager = 'seaworthy'
/** What the API server puts in the place of the oldest when a field has had many managers. */
const forgottenManager = 'ancient-changes'
/** That a node which is cordoned has besides, a moment later. */
export const cordonTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** What became of the cordon of a node that is to be taken back. `theirs`: somebody else had done it already, or has cordoned it again since, and the annotation alone was taken off. */
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
  const note = isOfOthers(node) ? undefined : noteOn(node)
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

/** Takes `cordon` back, where it is this run's. A node that somebody else has opened meanwhile, or opened and cordoned, loses the annotation alone, and one that is gone needs nothing. */
export async function uncordon(api: ApiClient, name: string, run: string): Promise<Uncordoned> {
  let result: Uncordoned = 'nothing'
  await unlessGone(changedObject(api, changing(api, name, `uncordoning the node ${name}`), (node) => {
    if (noteOn(node)?.run !== run) {
      // Our order may have been carried out while its answer got lost. One that left the node like this it was not.
      if (node.spec.unschedulable === true) result = 'nothing'
      return undefined
    }
    const isOurs = node.spec.unschedulable === true && !isOfOthers(node)
    result = isOurs ? 'uncordoned' : 'theirs'
    return { metadata: { annotations: { [cordonAnnotation]: null } }, ...(isOurs ? { spec: { unschedulable: null } } : {}) }
  }))
  return result
}

/**
 * `uncordon`, of a node whose order to cordon may be on its way still, as whoever gave it has died or has heard nothing: it is carried out only if nobody changed the node since it was
 * read, so a change of nothing that counts makes it one that comes too late.
 */
export async function uncordonForGood(api: ApiClient, name: string, run: string): Promise<Uncordoned> {
  const result = await uncordon(api, name, run)
  if (result !== 'nothing') return result
  for (const mark of ['', null]) {
    await unlessGone(changedObject(api, changing(api, name, `keeping the node ${name} open`), ({ spec, metadata: { annotations = {} } }) => {
      const isChangedSince = spec.unschedulable === true || annotations[cordonAnnotation] !== undefined
      return isChangedSince ? undefined : { metadata: { annotations: { [openAnnotation]: mark } } }
    }))
  }
  return uncordon(api, name, run)
}

async function unlessGone(change: Promise<unknown>): Promise<void> {
  await change.catch((thrown: unknown) => {
    if (!(thrown instanceof ClusterRefusal) || thrown.status !== missing) throw thrown
  })
}

/** Whether somebody else has cordoned it since it was open. Where the API server does not tell who did, nobody has. */
function isOfOthers({ metadata: { managedFields = [] } }: ClusterNode): boolean {
  const managers = managedFields.flatMap(({ manager, fieldsV1 }) => (fieldsV1?.['f:spec']?.['f:unschedulable'] === undefined ? [] : [manager ?? forgottenManager]))
  return managers.length > 0 && !managers.includes(fieldManager) && !managers.includes(forgottenManager)
}

export interface CordonedNode {
  readonly name: string
  readonly note: NodeNote
}

/**
 * Nodes that are cordoned for the sake of this workload, with who did: what is left of a run also where the workload tells of it no more. `mayBeRefused`: none where they
 * may not be listed.
 */
export async function cordonedFor(api: ApiClient, target: ClusterTarget, { mayBeRefused }: { readonly mayBeRefused: boolean }): Promise<readonly CordonedNode[]> {
  const cordoned = await listNodes(api, { fieldSelector: 'spec.unschedulable=true' }).catch((thrown: unknown) => {
    if (mayBeRefused && thrown instanceof ClusterRefusal && thrown.status === forbidden) return []
    throw thrown
  })
  return cordoned.flatMap((node) => {
    const note = noteOn(node)
    return note?.namespace === target.namespace && note.workload === workloadText(target) ? [{ name: node.metadata.name, note }] : []
  })
}

const changing = (api: ApiClient, name: string, doing: string): Changing<ClusterNode> => {
  const path = `${nodesPath}/${name}`
  return { path, query: { fieldManager }, doing, read: () => api.request({ path, doing }) }
}
