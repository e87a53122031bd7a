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
}

/** An update that stops after its first task waits for longer than any run before it goes on (Docker Engine API, UpdateConfig: nanoseconds). */
const afterFirstTask = { Parallelism: 1, Delay: 24 * 3_600 * 1e9 } as const
const isAfterFirstTask = ({ UpdateConfig: update }: ServiceSpec): boolean => update?.Parallelism === afterFirstTask.Parallelism && update.Delay === afterFirstTask.Delay

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

/** The service as it was before the first roll-out of the run that has it; undefined where none was made. What is no longer what was given is somebody else's, and stays. */
export function specBeforeRollOut(spec: ServiceSpec, runId: string): ServiceSpec | undefined {
  if (spec.Labels?.[rollOutLabel] === undefined) return undefined
  const note = noteOf(spec)
  const without = withLabels(spec, { [rollOutLabel]: undefined })
  if (note?.run !== runId) return without
  const paced = withUpdateAsFound(without, note)
  return isSameMake(makeOf(spec), note.given) ? withMake(paced, note.found) : paced
}

function withUpdateAsFound(spec: ServiceSpec, note: RollOutNote | undefined): ServiceSpec {
  if (note?.update === undefined || !isAfterFirstTask(spec)) return spec
  const { UpdateConfig: _ours, ...rest } = spec
  return note.update === null ? rest : { ...rest, UpdateConfig: note.update }
}

function withRelease({ Image, Env = [], Args }: TaskMake, { changes, image }: PlatformRelease): TaskMake {
  const wanted = new Map(Object.entries(changes.env ?? {}))
  const nameOf = (one: string): string => one.split('=', 1)[0] ?? ''
  // In its place: in another order it would be another release to the swarm, and all tasks be replaced for it.
  const kept = Env.map((one) => (wanted.has(nameOf(one)) ? `${nameOf(one)}=${wanted.get(nameOf(one))}` : one))
  const added = [...wanted].filter(([name]) => !Env.some((one) => nameOf(one) === name)).map(([name, value]) => `${name}=${value}`)
  const made = image ?? Image
  const words = changes.command ?? Args
  return {
    ...(made === undefined ? {} : { Image: made }),
    Env: [...kept, ...added],
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
    return typeof note.run === 'string' && isMake(note.found) && isMake(note.given) ? (note as RollOutNote) : undefined
  } catch {
    return undefined
  }
}
