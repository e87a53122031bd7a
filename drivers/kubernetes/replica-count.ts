import { isDeepStrictEqual } from 'node:util'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import { notDone } from '../process/not-done.js'
import type { ApiClient } from './api-client.js'
import { changed, type PutBack } from './changed-workload.js'
import type { Workload } from './objects.js'
import { workloadText } from './workload.js'

/** Annotation while a run has added a replica: how many there were, and how many it asked for. Whoever cleans up puts the first back, where the second is still there. */
export const scaleAnnotation = 'seaworthy.dev/scale'
interface ScaleNote {
  readonly run: string
  readonly found: number
  readonly given: number
}

export interface ScaleOrder {
  readonly runId: string
  /** Told of each workload as it was read, before anything is changed: throws for one that somebody else changed. */
  readonly look: (workload: Workload) => void
}

const countOf = ({ spec }: Workload): number => spec.replicas ?? 1

/** Asks for one replica more, and writes down how many there were in the same change. Resolves to the workload as the API server took it. Throws SW_NOT_DONE where one was added already. */
export async function orderOneMore(api: ApiClient, target: ClusterTarget, { runId, look }: ScaleOrder): Promise<Workload> {
  const doing = 'adding a replica'
  let wanted: ScaleNote | undefined
  return changed(api, target, doing, (workload) => {
    const note = noteOf(workload)
    // An order of ours whose answer got lost was carried out all the same.
    if (wanted !== undefined && isDeepStrictEqual(note, wanted) && countOf(workload) === wanted.given) return undefined
    look(workload)
    if (note?.run === runId) throw notDone(doing, `that ${workloadText(target)} has one that this run added`)
    const found = countOf(workload)
    wanted = { run: runId, found, given: found + 1 }
    return { metadata: { annotations: { [scaleAnnotation]: JSON.stringify(wanted) } }, spec: { replicas: wanted.given } }
  })
}

/** Takes `orderOneMore` back. Resolves to the workload as the API server took it. Throws SW_NOT_DONE where there is nothing to take back. */
export async function orderOneLess(api: ApiClient, target: ClusterTarget, doing: string, { runId, look }: ScaleOrder): Promise<Workload> {
  let wanted: number | undefined
  return changed(api, target, doing, (workload) => {
    const note = noteOf(workload)
    if (wanted !== undefined && note === undefined && countOf(workload) === wanted) return undefined
    look(workload)
    if (note?.run !== runId || countOf(workload) !== note.given) throw notDone(doing, `${countOf(workload)} replicas of ${workloadText(target)}, and not what this run asked for`)
    wanted = note.found
    return { metadata: { annotations: { [scaleAnnotation]: null } }, spec: { replicas: wanted } }
  })
}

/**
 * Puts the number of replicas back that was there before this run added one. A number that is no longer the one that was given is somebody else's: it stays. `onOrder` is
 * called before anything is changed.
 */
export async function putBackCount(api: ApiClient, target: ClusterTarget, runId: string, onOrder: () => void = () => undefined): Promise<PutBack> {
  let result: PutBack = 'nothing'
  await changed(api, target, 'putting its number of replicas back', (workload) => {
    result = 'nothing' // it may be read more than once
    if (workload.metadata.annotations?.[scaleAnnotation] === undefined) return undefined
    const metadata = { annotations: { [scaleAnnotation]: null } }
    const note = noteOf(workload)
    // Somebody may have put it back already.
    if (note === undefined || note.run !== runId || countOf(workload) === note.found) return { metadata }
    result = countOf(workload) === note.given ? 'put-back' : 'theirs'
    if (result === 'theirs') return { metadata }
    onOrder()
    return { metadata, spec: { replicas: note.found } }
  })
  return result
}

/** Undefined for what is no note: somebody else wrote it. */
function noteOf({ metadata }: Workload): ScaleNote | undefined {
  try {
    const note = JSON.parse(metadata.annotations?.[scaleAnnotation] ?? '') as Partial<ScaleNote>
    const isWhole = typeof note.run === 'string' && [note.found, note.given].every((count) => Number.isInteger(count) && Number(count) > 0)
    return isWhole ? (note as ScaleNote) : undefined
  } catch {
    return undefined
  }
}
