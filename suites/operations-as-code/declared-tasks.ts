import { listed } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { factOf } from '../../core/reading.js'

/** Value of the fact `operator-tasks`: which operations there are besides a stop and a start, and what can be done with each. */
export interface DeclaredTask {
  readonly name: string
  readonly proper: boolean
  readonly failing: boolean
  readonly repeatable?: boolean
}
/** A fact: the configuration, which operations are declared for, could not be read, so that none of them is among the tasks. */
export const configurationUnread = 'configuration-unread'

export const isConfigurationUnread = (history: History): boolean => factOf(history, configurationUnread) !== undefined

/** A fact: operations that are declared and were not tried. */
export const beyondTrial = 'operations-beyond-trial'
export interface BeyondTrial {
  readonly name: string
  readonly reason: string
  /** The descriptor may say what lets it be tried by this driver. */
  readonly mayBeDeclared: boolean
}

/** 'config.apply and config.restore were not tried: …', for those that pass `isMeant`; undefined without any. Histories of before the fact say nothing. */
export function whyBeyondTrial(history: History, { mayBeDeclared, isMeant = () => true }: { readonly mayBeDeclared: boolean; readonly isMeant?: (name: string) => boolean }): string | undefined {
  const byReason = new Map<string, string[]>()
  for (const one of (factOf(history, beyondTrial) ?? []) as readonly BeyondTrial[]) {
    if (one.mayBeDeclared === mayBeDeclared && isMeant(one.name)) byReason.set(one.reason, [...(byReason.get(one.reason) ?? []), one.name])
  }
  const parts = [...byReason].map(([reason, names]) => `${listed(names)} ${names.length === 1 ? 'was' : 'were'} not tried: ${reason}`)
  return parts.length === 0 ? undefined : parts.join('; ')
}

/** Undefined where the exercise did not say it. */
const declaredTasks = (history: History): readonly DeclaredTask[] | undefined => factOf(history, 'operator-tasks') as readonly DeclaredTask[] | undefined

export const declaredOf = (history: History, form: 'proper' | 'failing' | 'repeatable'): string[] => (declaredTasks(history) ?? []).filter((one) => one[form]).map((one) => one.name)

/**
 * What makes an inconclusive finding a lasting one: all of these are known and were carried out, and it was not enough. What was not
 * carried out may be the next time, and be found to lie.
 */
export const tooFew = (history: History, { unfinished, counted, min }: { readonly unfinished: readonly string[]; readonly counted: number; readonly min: number }): { readonly lasting?: true } =>
  declaredTasks(history) !== undefined && !isConfigurationUnread(history) && unfinished.length === 0 && counted < min ? { lasting: true } : {}
