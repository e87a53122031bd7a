import { isDeepStrictEqual } from 'node:util'
import type { PlatformRelease, UnitChanges } from '../../core/driver.js'
import { withLabels } from './service-labels.js'
import type { ServiceSpec, SwarmTask, UpdateConfig } from './stack-services.js'

/** Label on a service while a run rolls out: what its tasks were made of before the first roll-out, and what they were given by the last one. Whoever cleans up puts the first back, where the second is still there. */
export const rollOutLabel = 'seaworthy.roll-out'

/** What a release changes in the tasks of a service (Docker Engine API, ContainerSpec). `Args` is what a stack file calls `command`. */
export interface TaskMake {
  readonly Image?: string
  readonly Env?: readonly string[]
  readonly Args?: readonly string[]
}
interface RollOutNote {
  readonly run: string
  readonly found: TaskMake
  readonly given: TaskMake
  /** How it was updated before it was told to stop after the first task; null: nothing was said of it. */
  readonly update?: UpdateConfig | null
  /** Nothing is different but this. */
  readonly again?: true
}

/** An update that stops after its first task waits for longer than any run before it goes on (Docker Engine API, UpdateConfig: nanoseconds). */
const afterFirstTask = { Parallelism: 1, Delay: 24 * 3_600 * 1e9 } as const

export const makeOf = ({ TaskTemplate: { ContainerSpec: { Image, Env, Args } } }: Pick<ServiceSpec, 'TaskTemplate'>): TaskMake => ({
  ...(Image === undefined ? {} : { Image }),
  ...(Env === undefined ? {} : { Env }),
  ...(Args === undefined ? {} : { Args }),
})

/** Whether a task is what its service is now: one that is not is on its way out, or was left by an update that ended half way. */
export const isOfNow = (task: Pick<SwarmTask, 'Spec'>, spec: Pick<ServiceSpec, 'TaskTemplate'>): boolean =>
  task.Spec === undefined || isSameMake(makeOf({ TaskTemplate: { ContainerSpec: task.Spec.ContainerSpec } }), makeOf(spec))

/** Whether tasks are made of the same; a list that is not there is an empty one. */
export function isSameMake(one: TaskMake, other: TaskMake): boolean {
  const whole = ({ Image, Env = [], Args = [] }: TaskMake): unknown => ({ Image, Env, Args })
  return isDeepStrictEqual(whole(one), whole(other))
}

/**
 * The service as a release, with a note of what it was in the same change; undefined where it is that already. One in part is given to one task: what the swarm does
 * on a failure, and whether the new task comes first, is as ever.
 */
export function specOfRelease(spec: ServiceSpec, release: PlatformRelease, runId: string, inPart = false): ServiceSpec | undefined {
  const note = noteOf(spec)
  // What another run left behind says nothing of what this one found.
  const own = note?.run === runId ? note : undefined
  const found = own?.found ?? makeOf(spec)
  const given = withRelease(found, release)
  if (isSameMake(makeOf(spec), given)) return undefined
  const asFound = withUpdateAsFound(spec, own)
  const made = withMake(inPart ? { ...asFound, UpdateConfig: { ...asFound.UpdateConfig, ...afterFirstTask } } : asFound, given)
  const noted: RollOutNote = { run: runId, found, given, ...(inPart ? { update: asFound.UpdateConfig ?? null } : {}) }
  return withLabels(made, { [rollOutLabel]: JSON.stringify(noted) })
}

/**
 * The service as it was before the first roll-out of the run that has it; undefined where nothing of it is left. In two changes, asked for one after the other: a swarm that takes
 * back an update which fails goes to what the service was before its last change, and that must not be the release. What is no longer what was given is somebody else's, and
 * stays.
 */
export function specBeforeRollOut(spec: ServiceSpec, runId: string): ServiceSpec | undefined {
  if (spec.Labels?.[rollOutLabel] === undefined) return undefined
  const note = noteOf(spec)
  const without = withLabels(spec, { [rollOutLabel]: undefined })
  if (note?.run !== runId) return without
  const paced = withUpdateAsFound(spec, note)
  // With its pace back the swarm would bring whatever is left of the release to every task.
  if (note.update !== undefined && !isSameMake(makeOf(spec), note.given)) return withUpdateAsFound(withMake(without, withoutRelease(makeOf(spec), note)), note)
  if (!isSameMake(makeOf(spec), note.given) || (isSameMake(note.found, note.given) && paced === spec)) return withUpdateAsFound(without, note)
  return withLabels(withMake(paced, note.found), { [rollOutLabel]: JSON.stringify({ run: runId, found: note.found, given: note.found } satisfies RollOutNote) })
}

/** Whether the release was given to be left at one task: how it is updated is ours then. */
export const isInPart = (spec: ServiceSpec): boolean => noteOf(spec)?.update !== undefined

/** The same once more: a swarm whose way back from a part fails goes to what the service was before its last change, and that must not be the part. */
export const specSaidAgain = (spec: ServiceSpec): ServiceSpec => withLabels(spec, { [rollOutLabel]: JSON.stringify({ ...noteOf(spec), again: true }) })

/** Each part of it by itself: somebody may have set the other. */
function withUpdateAsFound(spec: ServiceSpec, note: RollOutNote | undefined): ServiceSpec {
  const { UpdateConfig: update, ...rest } = spec
  if (note?.update === undefined || update === undefined) return spec
  const ours = (['Parallelism', 'Delay'] as const).filter((one) => update[one] === afterFirstTask[one] && note.update?.[one] !== update[one])
  if (ours.length === 0) return spec
  if (note.update === null && ours.length === 2) return rest
  const kept = Object.fromEntries(Object.entries(update).filter(([name]) => !ours.some((one) => one === name)))
  const found = Object.fromEntries(ours.flatMap((one) => (note.update?.[one] === undefined ? [] : [[one, note.update[one]]])))
  return { ...rest, UpdateConfig: { ...kept, ...found } }
}

/** What somebody else has changed since, without what is still as the release gave it. */
function withoutRelease({ Image, Env, Args }: TaskMake, { found, given }: RollOutNote): TaskMake {
  const nameOf = (one: string): string => one.split('=', 1)[0] ?? ''
  const isOurs = (one: string): boolean => given.Env?.includes(one) === true && found.Env?.includes(one) !== true
  const variables = (Env ?? []).flatMap((one) => (isOurs(one) ? (found.Env ?? []).filter((before) => nameOf(before) === nameOf(one)) : [one]))
  const image = Image === given.Image ? found.Image : Image
  const words = isDeepStrictEqual(Args, given.Args) ? found.Args : Args
  return { ...(image === undefined ? {} : { Image: image }), ...(Env === undefined ? {} : { Env: variables }), ...(words === undefined ? {} : { Args: words }) }
}

function withRelease({ Image, Env: found, Args }: TaskMake, { changes, image }: PlatformRelease): TaskMake {
  const Env = found ?? []
  const wanted = new Map(Object.entries(changes.env ?? {}))
  const nameOf = (one: string): string => one.split('=', 1)[0] ?? ''
  // In its place: in another order it would be another release to the swarm, and all tasks be replaced for it.
  const kept = Env.map((one) => (wanted.has(nameOf(one)) ? `${nameOf(one)}=${wanted.get(nameOf(one))}` : one))
  const added = [...wanted].filter(([name]) => !Env.some((one) => nameOf(one) === name)).map(([name, value]) => `${name}=${value}`)
  const made = image ?? Image
  const words = changes.command ?? Args
  return {
    ...(made === undefined ? {} : { Image: made }),
    ...(found === undefined && added.length === 0 ? {} : { Env: [...kept, ...added] }),
    ...(words === undefined ? {} : { Args: words }),
  }
}

/** The service with other variables and words. */
export const withChanges = (spec: ServiceSpec, changes: UnitChanges): ServiceSpec => withMake(spec, withRelease(makeOf(spec), { name: '', changes }))

function withMake(spec: ServiceSpec, { Image, Env, Args }: TaskMake): ServiceSpec {
  const { Image: _image, Env: _env, Args: _args, ...rest } = spec.TaskTemplate.ContainerSpec
  const make = { ...(Image === undefined ? {} : { Image }), ...(Env === undefined ? {} : { Env }), ...(Args === undefined ? {} : { Args }) }
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { ...rest, ...make } } }
}

/** Undefined for what is no note: somebody else wrote it. */
function noteOf({ Labels: labels }: ServiceSpec): RollOutNote | undefined {
  try {
    const note = JSON.parse(labels?.[rollOutLabel] ?? '') as Partial<RollOutNote>
    const isMake = (make: unknown): boolean => typeof make === 'object' && make !== null
    const isUpdate = note.update === undefined || note.update === null || [note.update.Parallelism, note.update.Delay].every((one) => one === undefined || typeof one === 'number')
    return typeof note.run === 'string' && isMake(note.found) && isMake(note.given) && isUpdate ? (note as RollOutNote) : undefined
  } catch {
    return undefined
  }
}
