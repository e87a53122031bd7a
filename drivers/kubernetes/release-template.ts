import { isDeepStrictEqual } from 'node:util'
import type { PlatformRelease } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import { notDone } from '../process/not-done.js'
import type { ApiClient } from './api-client.js'
import { changed, type PutBack } from './changed-workload.js'
import type { Container, EnvironmentVariable, Workload } from './objects.js'
import { workloadText } from './workload.js'

/** Annotation while a run rolls out: what the workload had before the first roll-out, and what it was given by the last one. Whoever cleans up puts the first back, where the second is still there. */
export const rollOutAnnotation = 'seaworthy.dev/roll-out'
interface RollOutNote {
  readonly run: string
  readonly found: readonly Container[]
  readonly given: readonly Container[]
}

export interface Order {
  readonly runId: string
  readonly release: PlatformRelease
  /** Told of each workload as it was read, before anything is changed: throws for one that somebody else changed. */
  readonly look: (workload: Workload) => void
}

/**
 * Gives a workload the template of a release, and writes down what it had in the same change. Resolves to the workload as the API server took it. Throws
 * SW_CLUSTER_TARGET where a change of the template does not replace every pod, SW_NOT_DONE where the workload has this template already.
 */
export async function orderRelease(api: ApiClient, target: ClusterTarget, { runId, release, look }: Order): Promise<Workload> {
  const doing = `rolling ${release.name} out`
  let wanted: RollOutNote | undefined
  const ordered = await changed(api, target, doing, (workload) => {
    const note = noteOf(workload)
    // An order of ours whose answer got lost was carried out all the same.
    if (wanted !== undefined && isDeepStrictEqual(note, wanted)) return undefined
    look(workload)
    requireRolling(workload, target, doing)
    const present = workload.spec.template.spec.containers
    // What another run left behind says nothing of what this one found.
    const found = note?.run === runId ? note.found : present
    const given = withRelease(found, release)
    if (isAsGiven(present, given)) throw notDone(doing, `that ${workloadText(target)} is what it is to become already`)
    wanted = { run: runId, found, given }
    return { ...noted(wanted), spec: { template: { spec: { containers: given } } } }
  })
  const taken = ordered.spec.template.spec.containers
  if (wanted === undefined || isAsGiven(taken, wanted.given)) return ordered
  // An admission webhook made something else of it, such as a digest of a tag: that is what is ours.
  const note = { ...wanted, given: taken }
  return changed(api, target, doing, () => noted(note))
}

const noted = (note: RollOutNote): { readonly metadata: object } => ({ metadata: { annotations: { [rollOutAnnotation]: JSON.stringify(note) } } })

function requireRolling({ spec }: Workload, target: ClusterTarget, doing: string): void {
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  const partition = Number(rollingUpdate?.['partition'] ?? 0)
  const found = type === 'OnDelete' ? 'the update strategy OnDelete' : partition > 0 ? `the partition ${partition} in its update strategy` : undefined
  if (found === undefined) return
  throw new SeaworthyError('SW_CLUSTER_TARGET', `while ${doing}: found ${found} on ${workloadText(target)}, expected one that replaces every pod`, { exitCode: exitCodes.notConclusive })
}

/**
 * Puts the template back that was there before the first roll-out of this run. A template that is no longer the one that was given is somebody else's: it stays. `onOrder` is
 * called before anything is changed.
 */
export async function putBackTemplate(api: ApiClient, target: ClusterTarget, runId: string, onOrder: () => void = () => undefined): Promise<PutBack> {
  let result: PutBack = 'nothing'
  await changed(api, target, 'putting its containers back', (workload) => {
    if (workload.metadata.annotations?.[rollOutAnnotation] === undefined) return undefined
    const metadata = { annotations: { [rollOutAnnotation]: null } }
    const note = noteOf(workload)
    if (note === undefined || note.run !== runId) return { metadata }
    result = isAsGiven(workload.spec.template.spec.containers, note.given) ? 'put-back' : 'theirs'
    if (result === 'theirs') return { metadata }
    onOrder()
    return { metadata, spec: { template: { spec: { containers: note.found } } } }
  })
  return result
}

/** Undefined for what is no note: somebody else wrote it. */
function noteOf({ metadata }: Workload): RollOutNote | undefined {
  try {
    const note = JSON.parse(metadata.annotations?.[rollOutAnnotation] ?? '') as Partial<RollOutNote>
    const isWhole = typeof note.run === 'string' && [note.found, note.given].every((containers) => Array.isArray(containers) && containers.length > 0)
    return isWhole ? (note as RollOutNote) : undefined
  } catch {
    return undefined
  }
}

/** In what a release changes: the API server may have filled in the rest. */
function isAsGiven(present: readonly Container[], given: readonly Container[]): boolean {
  // An empty value is left out by the server.
  const told = ({ name, image, command = [], env = [] }: Container): unknown => ({ name, image, command, env: env.map((one) => ('valueFrom' in one ? one : { ...one, value: one.value ?? '' })) })
  return isDeepStrictEqual(present.map(told), given.map(told))
}

/** The container that says whether it is ready is the service; of several without a probe the first. */
function withRelease(containers: readonly Container[], { changes, image }: PlatformRelease): readonly Container[] {
  const service = containers.find(({ readinessProbe }) => readinessProbe !== undefined) ?? containers[0]
  return containers.map((one) => {
    if (one !== service) return one
    const env = Object.entries(changes.env ?? {}).reduce<readonly EnvironmentVariable[]>((all, [name, value]) => [...all.filter((known) => known.name !== name), { name, value }], one.env ?? [])
    return { ...one, ...(image === undefined ? {} : { image }), ...(changes.command === undefined ? {} : { command: changes.command }), ...(env.length === 0 ? {} : { env }) }
  })
}
