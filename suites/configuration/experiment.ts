import type { ConfigFormat } from '../../core/declarations/config.js'
import type { History } from '../../core/history.js'
import type { Performed, ReadValue } from '../../core/procedure.js'
import { factOf, observationsOf } from '../../core/reading.js'
import { parseAs, type Parsed } from './format.js'

/**
 * What the scenario leaves in its history, and how checks read it. A label names a state of the configuration: what was archived
 * and how behaviour was while it was in force.
 *
 * - `found`: before anything was changed. `A` and `B`: every setting has its first or second value; in `B` what is deletable is not there.
 * - `A once more`, `B once more`: the same archived again, or brought about again. `restored`: `A`, put back. `round trip`: `A`, parsed and written again.
 * - `syntax`, `type`, `half`: after a configuration that had to be refused. `restarted`: `B`, after a restart. `fresh`, `fresh-b`: a new instance.
 */
export const changeLabels = ['A', 'B', 'B once more'] as const
export const refusalLabels = ['syntax', 'type', 'half'] as const
export const backgroundLoad = 'background'

export interface PlannedSetting {
  readonly name: string
  readonly path: string
  readonly values: readonly [unknown, unknown]
  readonly deletable: boolean
}
/** Fact `configuration-plan`. */
export interface ConfigurationPlan {
  readonly format: ConfigFormat
  readonly volatile: readonly string[]
  readonly opaque: readonly string[]
  readonly effectiveWithinMs: number
  readonly settings: readonly PlannedSetting[]
  readonly instances: readonly string[]
  /** Whose archives are taken. */
  readonly archivedFrom: string
  /** Why no changed configuration could be made from the first archive. */
  readonly unusable?: string
  /** Why no fresh instance is put beside the service. */
  readonly noFresh?: string
}
export const planOf = (history: History): ConfigurationPlan | undefined => factOf(history, 'configuration-plan') as ConfigurationPlan | undefined

/** Value of an observation `archive`; its target is the instance or deployment it was taken from. */
export interface ArchiveReading {
  readonly label: string
  readonly ok: boolean
  readonly text: string
  readonly startedAtMs: number
  readonly tookMs: number
  readonly error?: string
}
export const archivesOf = (history: History, label: string): ArchiveReading[] =>
  observationsOf(history, 'archive').map((event) => event.value as ArchiveReading).filter((one) => one.label === label)
export const archiveOf = (history: History, label: string): ArchiveReading | undefined => archivesOf(history, label).findLast((one) => one.ok)

/** Value of an observation `behaviour`: every setting as seen at the target at about one time. */
export interface Behaviour {
  readonly label: string
  readonly values: Readonly<Record<string, ReadValue>>
}
export interface SeenBehaviour extends Behaviour {
  readonly via: string
  readonly atMs: number
  readonly sentAtMs: number
}
export const behavioursOf = (history: History, label: string, via?: string): SeenBehaviour[] =>
  observationsOf(history, 'behaviour', via)
    .map((event) => ({ ...(event.value as Behaviour & { readonly sentAtMs: number }), via: event.target, atMs: event.atMs }))
    .filter((one) => one.label === label)

/** Value of an observation `performed`: how a procedure of the configuration answered. */
export type Answered = Omit<Performed, 'output'> & { readonly name: string; readonly label: string }
export const answeredOf = (history: History, name: string, label: string): Answered | undefined =>
  observationsOf(history, 'performed').map((event) => event.value as Answered).findLast((one) => one.name === name && one.label === label)

export const sameValue = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other) || (isScalar(one) && isScalar(other) && String(one) === String(other))
const isScalar = (value: unknown): boolean => typeof value !== 'object'

const labelsOfB: ReadonlySet<string> = new Set(['B', 'B once more', ...refusalLabels, 'restarted', 'fresh-b'])

/** What stands at the path of a setting while a configuration of this label is in force; undefined where it was taken away. */
export const wantedAt = (setting: PlannedSetting, label: string): unknown =>
  labelsOfB.has(label) ? (setting.deletable ? undefined : setting.values[1]) : setting.values[0]

/** Whether every setting was read: one that was not says nothing of the configuration. */
export const isReadable = (seen: Behaviour): boolean => Object.values(seen.values).every(isSeen)

export const isSeen = ({ outcome }: ReadValue): boolean => outcome === 'read' || outcome === 'absent'

/** Whether behaviour shows a setting as it is in configurations of this label. Without its key it may show any other value, or none. */
export function shows(setting: PlannedSetting, label: string, read: ReadValue | undefined): boolean {
  if (read === undefined || !isSeen(read)) return false
  const wanted = wantedAt(setting, label)
  if (wanted !== undefined) return read.outcome === 'read' && sameValue(read.value, wanted)
  return read.outcome === 'absent' || setting.values.every((value) => !sameValue(value, read.value))
}
export const showsAll = (plan: ConfigurationPlan, label: string, seen: Behaviour): boolean => plan.settings.every((one) => shows(one, label, seen.values[one.name]))

/** Names of the settings that are not shown as they should be. */
export const notShown = (plan: ConfigurationPlan, label: string, seen: Behaviour): string[] =>
  plan.settings.filter((one) => !shows(one, label, seen.values[one.name])).map((one) => one.name)

/** The parsed archive of a label, or why there is none. */
export function parsedArchive(history: History, plan: ConfigurationPlan, label: string): { readonly parsed: Parsed } | { readonly problem: string } {
  const archive = archiveOf(history, label)
  if (archive === undefined) return { problem: archivesOf(history, label)[0]?.error ?? `no archive "${label}" was taken` }
  try {
    return { parsed: parseAs(plan.format, archive.text) }
  } catch (thrown) {
    return { problem: `the archive "${label}" is no ${plan.format}: ${thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : ''}` }
  }
}

export const readText = (read: ReadValue | undefined): string => (read === undefined ? 'nothing' : read.outcome === 'read' ? JSON.stringify(read.value) : read.outcome)
