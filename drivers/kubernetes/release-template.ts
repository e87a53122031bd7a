import { isDeepStrictEqual } from 'node:util'
import type { PlatformRelease } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { ClusterTarget } from '../../core/service-descriptor.js'
import { notDone } from '../process/not-done.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import type { ObjectChange } from './changed-object.js'
import { changed, type PutBack } from './changed-workload.js'
import type { Container, EnvironmentVariable, Workload } from './objects.js'
import { isHeld, paceBack, paceChange, paceIn, paceNoteIn, paceToHold, partitionOf, partObstacle, type PaceNote, type WorkloadKind } from './roll-out-pace.js'
import { workloadPath, workloadText } from './workload.js'

const badRequest = 400

/** Annotation while a run rolls out: what the workload had before the first roll-out, and what it was given by the last one. Whoever cleans up puts the first back, where the second is still there. */
export const rollOutAnnotation = 'seaworthy.dev/roll-out'
interface RollOutNote {
  readonly run: string
  readonly found: readonly Container[]
  readonly given: readonly Container[]
  /** Of the workload with the release. While it is the same nobody has changed anything since, and the containers are ours whatever they are. */
  readonly generation?: number
  /** Of one that was told to stop half way. */
  readonly pace?: PaceNote
}

export interface Order {
  readonly runId: string
  readonly release: PlatformRelease
  /** To one replica and no further. */
  readonly inPart: boolean
  /** Told of each workload as it was read, before anything is changed: throws for one that somebody else changed. */
  readonly look: (workload: Workload) => void
}

/**
 * Gives a workload the template of a release, and writes down what it had in the same change; one that stood half way has its pace back. Resolves to the workload as the API
 * server took it. Throws SW_CLUSTER_TARGET where a change of the template does not replace every pod, or cannot replace one alone, SW_NOT_DONE where the workload has this template already.
 */
export async function orderRelease(api: ApiClient, target: ClusterTarget, { runId, release, look, inPart }: Order): Promise<Workload> {
  const { kind } = target.workload
  const doing = `rolling ${release.name} out`
  let wanted: RollOutNote | undefined
  const ordered = await changed(api, target, doing, async (workload) => {
    const note = noteOf(workload)
    // An order of ours whose answer got lost was carried out all the same.
    if (wanted !== undefined && isDeepStrictEqual(note, wanted)) return undefined
    look(workload)
    const { spec } = workload
    // What another run left behind says nothing of what this one found.
    const own = note?.run === runId ? note : undefined
    const held = standsHalfWay(workload, runId) ? own?.pace : undefined
    if (held === undefined) requireRolling(workload, target, { doing, inPart })
    const present = spec.template.spec.containers
    const found = own?.found ?? present
    const given = withRelease(found, release)
    if (isAsGiven(present, given) && (held === undefined || inPart)) throw notDone(doing, `that ${workloadText(target)} is what it is to become already`)
    const toHold = paceToHold(kind, spec)
    const pace = inPart ? { found: held?.found ?? paceIn(spec, toHold), given: toHold } : undefined
    const asked: RollOutNote = { run: runId, found, given, ...(pace === undefined ? {} : { pace }) }
    const paced = pace !== undefined ? paceChange(kind, pace.given) : own?.pace !== undefined ? paceBack(kind, spec, own.pace) : {}
    const order = { spec: { ...paced, template: { spec: { containers: given } } } }
    const admitted = await foretold(api, target, { doing, order: { ...noted(asked), ...order }, mustBeKnown: inPart })
    if (inPart && admitted !== undefined) requireHeld(kind, admitted, doing)
    wanted = asAdmitted(asked, admitted)
    return { ...noted(wanted), ...order }
  })
  const taken = ordered.spec.template.spec.containers
  if (wanted === undefined) return ordered
  const { pace, generation: _ofBefore, ...rest } = wanted
  if (isAsGiven(taken, wanted.given) && (pace === undefined || isHeld(ordered.spec, pace))) return ordered
  // An admission webhook made something else of it than was foretold: that is what is ours.
  const note = asAdmitted({ ...rest, ...(pace === undefined ? {} : { pace }) }, { ...ordered, metadata: {} })
  return changed(api, target, doing, () => noted(note))
}

/** Throws SW_NOT_DONE where a webhook made another pace of the one that was ordered: the controller would go on to every pod. */
export function requireHeld(kind: WorkloadKind, { spec }: Workload, doing: string): void {
  if (!isHeld(spec, { given: paceToHold(kind, spec) })) throw notDone(doing, 'that the API server makes another pace of it, at which its controller would not stop')
}

/**
 * What the API server and its admission webhooks would make of an order, such as a digest of a tag: known before, it can be noted in the same change. Undefined where a webhook
 * says that it cannot tell. One that must be known throws then: of what was told to stop half way and is not known again, the pace must not be given back.
 */
async function foretold(api: ApiClient, target: ClusterTarget, { doing, order, mustBeKnown }: { readonly doing: string; readonly order: ObjectChange; readonly mustBeKnown: boolean }): Promise<Workload | undefined> {
  try {
    return await api.request<Workload>({ method: 'PATCH', path: workloadPath(target), query: { dryRun: 'All' }, body: order, doing: `asking what would come of ${doing} (${workloadText(target)})` })
  } catch (thrown) {
    if (mustBeKnown || !(thrown instanceof ClusterRefusal) || thrown.status !== badRequest) throw thrown
    return undefined
  }
}

function asAdmitted(note: RollOutNote, admitted: { readonly spec: Workload['spec']; readonly metadata: { readonly generation?: number } } | undefined): RollOutNote {
  if (admitted === undefined) return note
  const { spec, metadata: { generation } } = admitted
  const { pace } = note
  return { ...note, given: spec.template.spec.containers, ...(generation === undefined ? {} : { generation }), ...(pace === undefined ? {} : { pace: { ...pace, given: paceIn(spec, pace.given) } }) }
}

const noted = (note: RollOutNote): { readonly metadata: object } => ({ metadata: { annotations: { [rollOutAnnotation]: JSON.stringify(note) } } })

/** Whether a roll-out of this run was told to stop half way, and has not gone on since. */
export function standsHalfWay(workload: Workload, runId: string): boolean {
  const note = noteOf(workload)
  return note?.run === runId && note.pace !== undefined && isHeld(workload.spec, note.pace)
}

function requireRolling({ spec }: Workload, target: ClusterTarget, { doing, inPart }: { readonly doing: string; readonly inPart: boolean }): void {
  const partition = partitionOf(spec.updateStrategy)
  const found = spec.updateStrategy?.type === 'OnDelete' ? 'the update strategy OnDelete' : partition > 0 ? `the partition ${partition} in its update strategy` : undefined
  const refused = (what: string): SeaworthyError => new SeaworthyError('SW_CLUSTER_TARGET', `while ${doing}: ${what}`, { exitCode: exitCodes.notConclusive })
  if (found !== undefined) throw refused(`found ${found} on ${workloadText(target)}, expected one that replaces every pod`)
  const obstacle = inPart ? partObstacle(spec) : undefined
  if (obstacle !== undefined) throw refused(`${workloadText(target)} cannot be brought to a release in part: ${obstacle}`)
}

/**
 * Puts the template back that was there before the first roll-out of this run, and the pace of one that stands half way. A template that is no longer the one that was given is
 * somebody else's: it stays, without what is left in it of a release that was to reach one pod. `onOrder` is called before anything is changed.
 */
export async function putBackTemplate(api: ApiClient, target: ClusterTarget, runId: string, onOrder: () => void = () => undefined): Promise<PutBack> {
  let result: PutBack = 'nothing'
  await changed(api, target, 'putting its containers back', (workload) => {
    result = 'nothing' // it may be read more than once
    if (workload.metadata.annotations?.[rollOutAnnotation] === undefined) return undefined
    const metadata = { annotations: { [rollOutAnnotation]: null } }
    const note = noteOf(workload)
    if (note === undefined || note.run !== runId) return { metadata }
    const present = workload.spec.template.spec.containers
    const isUntouched = note.generation !== undefined && note.generation === workload.metadata.generation
    // Somebody may have undone it already: nothing of the template is left to put back then.
    const isAsFound = isAsGiven(present, note.found)
    result = isAsFound || isUntouched || isAsGiven(present, note.given) ? 'put-back' : 'theirs'
    const paced = note.pace === undefined ? {} : paceBack(target.workload.kind, workload.spec, note.pace)
    if (result === 'put-back') onOrder()
    if (result === 'put-back' && !isAsFound) return { metadata, spec: { ...paced, template: { spec: { containers: note.found } } } }
    // With its pace back the controller would bring whatever is left of a release to every pod.
    const rest = result === 'theirs' && note.pace !== undefined ? withoutRelease(present, note) : present
    const spec = { ...paced, ...(isDeepStrictEqual(rest, present) ? {} : { template: { spec: { containers: rest } } }) }
    return { metadata, ...(Object.keys(spec).length === 0 ? {} : { spec }) }
  })
  return result
}

/** Undefined for what is no note: somebody else wrote it. */
function noteOf({ metadata }: Workload): RollOutNote | undefined {
  try {
    const note = JSON.parse(metadata.annotations?.[rollOutAnnotation] ?? '') as Partial<RollOutNote>
    const isWhole = typeof note.run === 'string' && [note.found, note.given].every((containers) => Array.isArray(containers) && containers.length > 0)
    if (!isWhole) return undefined
    const { pace: _asWritten, ...rest } = note as RollOutNote
    const pace = paceNoteIn(note.pace)
    return pace === undefined ? rest : { ...rest, pace }
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

/** Containers that somebody has changed, with everything as it was found that is still as the release gave it. */
function withoutRelease(present: readonly Container[], { found, given }: RollOutNote): readonly Container[] {
  const namedIn = <T extends { readonly name: string }>(all: readonly T[] | undefined, name: string): T | undefined => all?.find((one) => one.name === name)
  return present.map((one) => {
    const [before, ours] = [namedIn(found, one.name), namedIn(given, one.name)]
    if (before === undefined || ours === undefined) return one
    const { command: _command, env: _env, ...rest } = one
    const back = <T>(is: T, was: T, gave: T): T => (isDeepStrictEqual(is, gave) ? was : is)
    const command = back(one.command, before.command, ours.command)
    const env = one.env?.flatMap((variable) => back<EnvironmentVariable | undefined>(variable, namedIn(before.env, variable.name), namedIn(ours.env, variable.name)) ?? [])
    const isBare = env?.length === 0 && before.env === undefined
    return { ...rest, image: back(one.image, before.image, ours.image), ...(command === undefined ? {} : { command }), ...(env === undefined || isBare ? {} : { env }) }
  })
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
