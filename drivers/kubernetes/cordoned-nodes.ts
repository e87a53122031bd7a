import { isDeepStrictEqual } from 'node:util'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import type { ApiClient } from './api-client.js'
import { changed } from './changed-workload.js'
import { runOf } from './claim.js'
import { cordonAnnotation, cordonedFor, uncordon, uncordonForGood, type Uncordoned } from './node-cordon.js'
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
  let ordered: Workload['spec'] | undefined
  return changed(api, target, 'writing down which nodes are cordoned', (workload) => {
    const before = nodesOf(workload, runId)
    const nodes = change(before)
    const isDone = isDeepStrictEqual(nodes, before)
    // An order of ours whose answer got lost was carried out all the same; what somebody made of the workload since is theirs.
    if (!isDone || !isDeepStrictEqual(workload.spec, ordered)) look(workload)
    if (isDone) return undefined
    ordered = workload.spec
    return { metadata: { annotations: { [cordonAnnotation]: nodes.length === 0 ? null : JSON.stringify({ run: runId, nodes } satisfies CordonNote) } } }
  })
}

export interface PutBackNodes {
  readonly runId: string
  /** Those that may be cordoned as far as the caller knows, who then knows of all: it matters less that they can be looked for. */
  readonly known?: readonly string[]
  /** Told what became of each. */
  readonly onOpened?: (node: string, result: Uncordoned) => void
}

/**
 * Uncordons every node that this run has cordoned for this workload: those that are known, those that are written down on it, and those that are found by what is written on
 * them, as the workload may be gone or have been written anew by somebody. What is not this run's, or is no longer, stays. Each is tried whatever became of the one before:
 * resolves to the errors, and throws none.
 */
export async function putBackNodes(api: ApiClient, target: ClusterTarget, { runId, known, onOpened }: PutBackNodes): Promise<readonly unknown[]> {
  const errors: unknown[] = []
  const tried = async <T>(work: Promise<T>): Promise<T | undefined> => work.catch((thrown: unknown) => void errors.push(thrown))
  const workload = await tried(readWorkload(api, target))
  const noted = workload === undefined ? [] : nodesOf(workload, runId)
  const isTold = known !== undefined || (workload !== undefined && runOf(workload) === runId)
  const found = target.drain === 'node' ? ((await tried(foundNodes(api, target, { runId, isTold }))) ?? []) : []
  const opened = new Set<string>()
  const told = new Set([...(known ?? []), ...noted])
  for (const name of new Set([...told, ...found])) {
    const result = await tried((told.has(name) ? uncordonForGood : uncordon)(api, name, runId))
    if (result === undefined) continue
    opened.add(name)
    if (result !== 'nothing') onOpened?.(name, result)
  }
  if (noted.some((name) => opened.has(name))) await tried(noteNodes(api, target, { runId, look: () => undefined }, (nodes) => nodes.filter((name) => !opened.has(name))))
  return errors
}

/** `isTold`: what nodes there are is told elsewhere too, so that an account which may not list them, as one that never had any cordoned, has nothing to tell. */
async function foundNodes(api: ApiClient, target: ClusterTarget, { runId, isTold }: { readonly runId: string; readonly isTold: boolean }): Promise<readonly string[]> {
  const found = await cordonedFor(api, target, { mayBeRefused: isTold })
  return found.filter(({ note }) => note.run === runId).map(({ name }) => name)
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
