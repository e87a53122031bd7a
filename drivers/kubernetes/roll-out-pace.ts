import { isDeepStrictEqual } from 'node:util'
import type { Workload } from './objects.js'

type Fields = Readonly<Record<string, unknown>>
type Spec = Workload['spec']
export type WorkloadKind = 'deployment' | 'statefulset'

/** How a controller brings pods to a template. What is absent is null, which takes a field away in a change. */
export interface Pace {
  /** Of the rolling update in its strategy. */
  readonly rolling: Fields
  /** Of the specification itself. */
  readonly times: Fields
}
/** A roll-out that was told to stop half way: what was there before, and what it was given. */
export interface PaceNote {
  readonly found: Pace
  readonly given: Pace
}

/** Longer than any run: a pod that is ready becomes available, which is what a controller waits for, only after this. */
const heldSeconds = 86_400
/** Of the API server. */
const deadlineSecondsDefault = 600

/** Why a controller cannot be told to bring one pod of several to another template; undefined where it can. */
export function partObstacle({ replicas = 1, strategy, updateStrategy }: Spec): string | undefined {
  const partition = partitionOf(updateStrategy)
  if (strategy?.type === 'Recreate') return 'the strategy Recreate ends every pod before there is one of another release'
  if (updateStrategy?.type === 'OnDelete') return 'with the update strategy OnDelete no pod is replaced before somebody deletes it'
  if (partition > 0) return `the partition ${partition} in its update strategy keeps pods from every release`
  return replicas < 2 ? 'it has one replica' : undefined
}

export const partitionOf = (update: Spec['updateStrategy']): number => Number(update?.rollingUpdate?.['partition'] ?? 0)

/**
 * A StatefulSet replaces the pods from its partition on: the last one. A Deployment is told to do without one pod at a time and to have none more, and counts the new one as
 * missing until it has been ready for a day. Its deadline has to be longer than that, or the API server refuses the change.
 */
export function paceToHold(kind: WorkloadKind, spec: Spec): Pace {
  if (kind === 'statefulset') return { rolling: { partition: (spec.replicas ?? 1) - 1 }, times: {} }
  return { rolling: { maxSurge: 0, maxUnavailable: 1 }, times: { minReadySeconds: heldSeconds, progressDeadlineSeconds: Math.max(spec.progressDeadlineSeconds ?? 0, heldSeconds + 1) } }
}

/** What a workload has of the same fields. */
export function paceIn(spec: Spec, { rolling, times }: Pace): Pace {
  return { rolling: picked(rollingOf(spec), rolling), times: picked(spec, times) }
}

/** As a change of the specification. */
export const paceChange = (kind: WorkloadKind, { rolling, times }: Partial<Pace>): Fields => ({
  ...(rolling === undefined ? {} : { [kind === 'deployment' ? 'strategy' : 'updateStrategy']: { rollingUpdate: rolling } }),
  ...times,
})

/**
 * The change that gives a workload its pace back: each field by itself, as somebody may have set another of them, and what they set stays. Where that and what was found are nothing
 * that the API server takes together, ours comes as near to what was found as it may.
 */
export function paceBack(kind: WorkloadKind, spec: Spec, { found, given }: PaceNote): Fields {
  const present = paceIn(spec, given)
  const rolling = takenRolling(present.rolling, oursBack(present.rolling, found.rolling, given.rolling))
  const times = takenTimes(present.times, oursBack(present.times, found.times, given.times))
  return paceChange(kind, { ...(isEmpty(rolling) ? {} : { rolling }), times })
}

/** The fields that are as they were given, as they were found. */
const oursBack = (present: Fields, found: Fields, given: Fields): Fields =>
  Object.fromEntries(Object.keys(given).filter((name) => isDeepStrictEqual(present[name], given[name])).map((name) => [name, found[name] ?? null]))

/** Not both of them may be none at all. Somebody has said so of the one, then: of the other stays the one pod that a controller does without. */
function takenRolling(present: Fields, back: Fields): Fields {
  const { maxSurge, maxUnavailable } = { ...present, ...back }
  if (isEmpty(back) || !isNone(maxSurge) || !isNone(maxUnavailable)) return back
  return { ...back, ...('maxUnavailable' in back ? { maxUnavailable: 1 } : { maxSurge: 1 }) }
}
const isNone = (value: unknown): boolean => value !== undefined && value !== null && Number.parseFloat(String(value)) === 0

/** A deadline has to be later than a pod that is ready counts as available. */
function takenTimes(present: Fields, back: Fields): Fields {
  const { minReadySeconds, progressDeadlineSeconds } = { ...present, ...back }
  const [least, deadline] = [Number(minReadySeconds ?? 0), Number(progressDeadlineSeconds ?? deadlineSecondsDefault)]
  if (isEmpty(back) || deadline > least) return back
  return { ...back, ...('progressDeadlineSeconds' in back ? { progressDeadlineSeconds: least + 1 } : { minReadySeconds: deadline - 1 }) }
}

export const isHeld = (spec: Spec, { given }: Pick<PaceNote, 'given'>): boolean => isDeepStrictEqual(paceIn(spec, given), given)

/** Undefined for what is none. */
export function paceNoteIn(value: unknown): PaceNote | undefined {
  const isWhole = isFields(value) && [value['found'], value['given']].every((pace) => isFields(pace) && isFields(pace['rolling']) && isFields(pace['times']))
  return isWhole ? (value as unknown as PaceNote) : undefined
}

const isEmpty = (fields: Fields): boolean => Object.keys(fields).length === 0
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const rollingOf = ({ strategy, updateStrategy }: Spec): Fields => (strategy ?? updateStrategy)?.rollingUpdate ?? {}
const picked = (from: object, names: Fields): Fields => Object.fromEntries(Object.keys(names).map((name) => [name, (from as Fields)[name] ?? null]))
