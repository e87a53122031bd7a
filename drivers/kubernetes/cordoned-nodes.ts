import { isDeepStrictEqual } from 'node:util'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import type { ApiClient } from './api-client.js'
import { changed } from './changed-workload.js'
import { cordonAnnotation, cordonedFor, uncordon, type Uncordoned } from './node-cordon.js'
import type { Workload } from './objects.js'
import { readWorkload } from './workload.js'

/** On the workload, before the first of these nodes is touched: whoever cleans up need not look at all that there are. */
interface CordonNote {
  readonly run: string
  readonly nodes: readonly string[]
}

export interface NoteOrder {
  readonly runId: string
  /** Told of the workload as it was read, before it is changed: throws for one that somebody else changed. */
  readonly look: (workload: Workload) => void
}

/** Writes down that this node is to be cordoned, beside those that are. Resolves to the workload as the API server took it. */
export const noteNode = (api: ApiClient, target: ClusterTarget, node: string, order: NoteOrder): Promise<Workload> =>
  noteNodes(api, target, order, (nodes) => (nodes.includes(node) ? nodes : [...nodes, node]))

/** Takes `noteNode` back. */
export const forgetNode = (api: ApiClient, target: ClusterTarget, node: string, order: NoteOrder): Promise<Workload> => noteNodes(api, target, order, (nodes) => nodes.filter((one) => one !== node))

function noteNodes(api: ApiClient, target: ClusterTarget, { runId, look }: NoteOrder, change: (nodes: readonly string[]) => readonly string[]): Promise<Workload> {
  let isOrdered = false
  return changed(api, target, 'writing down which nodes are cordoned', (workload) => {
    const before = nodesOf(workload, runId)
    const nodes = change(before)
    const isDone = isDeepStrictEqual(nodes, before)
    // An order of ours whose answer got lost was carried out all the same.
    if (!isDone || !isOrdered) look(workload)
    if (isDone) return undefined
    isOrdered = true
    return { metadata: { annotations: { [cordonAnnotation]: nodes.length === 0 ? null : JSON.stringify({ run: runId, nodes } satisfies CordonNote) } } }
  })
}

/**
 * Uncordons every node that this run has cordoned for this workload: those that are found by what is written on them, as the workload may be gone or have been written
 * anew by somebody, and those that are written down on it. What is not this run's, or is no longer, stays. `onOpened` is told what became of each.
 */
export async function putBackNodes(api: ApiClient, target: ClusterTarget, runId: string, onOpened: (node: string, result: Uncordoned) => void = () => undefined): Promise<void> {
  const open = async (name: string): Promise<void> => {
    const result = await uncordon(api, name, runId)
    if (result !== 'nothing') onOpened(name, result)
  }
  const found = target.drain === 'node' ? await cordonedFor(api, target) : []
  for (const { name, note } of found) if (note.run === runId) await open(name)
  const noted = nodesOf(await readWorkload(api, target), runId)
  for (const name of noted) await open(name)
  if (noted.length > 0) await noteNodes(api, target, { runId, look: () => undefined }, () => [])
}

/** None for what is no note, or one of another run. */
function nodesOf({ metadata }: Workload, runId: string): readonly string[] {
  try {
    const { run, nodes } = JSON.parse(metadata.annotations?.[cordonAnnotation] ?? '') as Partial<CordonNote>
    return run === runId && Array.isArray(nodes) ? nodes.filter((one: unknown): one is string => typeof one === 'string' && one !== '') : []
  } catch {
    return []
  }
}
