import type { SafetyClass } from './requirement.js'
import { notSelected } from './selection.js'

/** Why a requirement was not run: left out by --only, more than --allow permits, or nothing that this driver can do here. */
export type SkipCause = 'not-selected' | 'not-allowed' | 'not-possible'

/** What is kept of why a requirement was skipped. */
export interface Skip {
  readonly cause: SkipCause
  /**
   * The run was asked for it, so that it stands in the way of a success: --only named it, or it needs permission of which
   * nobody spoke.
   */
  readonly asked: boolean
  /** What --allow would have to say; absent when permission is not what it lacks, or not all. */
  readonly allow?: SafetyClass
}

/** Whether --only left it out. The cause says so; reports of before have their reason alone. */
export const wasLeftOut = ({ outcome, skip, reason }: { readonly outcome: string; readonly skip?: Skip | undefined; readonly reason: string }): boolean =>
  outcome === 'skipped' && (skip === undefined ? reason === notSelected : skip.cause === 'not-selected')

/** Runs that were saved before the cause was kept say it in their reasons alone; what was selected is known when something was not. */
export function skipsOf<S extends { readonly outcome: string; readonly reason: string; readonly skip?: Skip }>(settled: Readonly<Record<string, S>>): ReadonlyMap<string, S> {
  const hadSelection = Object.values(settled).some(({ reason }) => reason === notSelected)
  return new Map(Object.entries(settled).map(([id, one]) => [id, one.outcome === 'skipped' && one.skip === undefined ? { ...one, skip: guessed(one.reason, hadSelection) } : one]))
}

function guessed(reason: string, hadSelection: boolean): Skip {
  if (reason === notSelected) return { cause: 'not-selected', asked: false }
  const [, allow] = /needs --allow (disruptive|destructive)$/.exec(reason) ?? []
  if (allow !== undefined) return { cause: 'not-allowed', asked: hadSelection, allow: allow as SafetyClass }
  return { cause: reason.startsWith('it is destructive') ? 'not-allowed' : 'not-possible', asked: hadSelection }
}
