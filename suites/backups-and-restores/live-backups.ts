import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { interventionsOf, observationsOf, type Intervention, type Window } from '../../core/reading.js'
import { interventions, isLiveLabel, type Artifact, type Span } from './vocabulary.js'

/** One backup of the running service, as the history tells it. */
export interface LiveBackup {
  readonly label: string
  readonly intervention: Intervention
  /** From its start to the end that its procedure reported, well or badly; undefined when it never ended. */
  readonly window: Window | undefined
  readonly ok: boolean
  readonly artifact: Artifact | undefined
  /** The steady traffic right before it. */
  readonly steady: Window | undefined
}

export function liveBackupsOf(history: History): LiveBackup[] {
  return interventionsOf(history, interventions.create).flatMap((intervention) => {
    const { label } = intervention
    return isLiveLabel(label) ? [backupOf(history, intervention, label)] : []
  })
}

export function backupOf(history: History, intervention: Intervention, label: string): LiveBackup {
  const { issuedAtMs, acknowledgedAtMs, detail } = intervention
  const tookMs = typeof detail['tookMs'] === 'number' ? detail['tookMs'] : undefined
  const endMs = acknowledgedAtMs ?? (tookMs === undefined ? undefined : issuedAtMs + tookMs)
  const span = observationsOf(history, 'steady-traffic', label).at(-1)?.value as Span | undefined
  const artifact = observationsOf(history, 'artifact', label).at(-1)?.value as Artifact | null | undefined
  return {
    label,
    intervention,
    window: endMs === undefined ? undefined : { fromMs: issuedAtMs, toMs: endMs },
    ok: acknowledgedAtMs !== undefined,
    artifact: artifact ?? undefined,
    steady: span,
  }
}

export const durationMs = ({ fromMs, toMs }: Window): number => toMs - fromMs
export const joined = (windows: readonly Window[]): Window => ({ fromMs: leastOf(windows.map((one) => one.fromMs)), toMs: greatestOf(windows.map((one) => one.toMs)) })
