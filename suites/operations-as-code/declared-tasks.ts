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

/** Undefined where the exercise did not say it. */
const declaredTasks = (history: History): readonly DeclaredTask[] | undefined => factOf(history, 'operator-tasks') as readonly DeclaredTask[] | undefined

export const declaredOf = (history: History, form: 'proper' | 'failing' | 'repeatable'): string[] => (declaredTasks(history) ?? []).filter((one) => one[form]).map((one) => one.name)

/**
 * What makes an inconclusive finding a lasting one: all of these are known and were carried out, and it was not enough. What was not
 * carried out may be the next time, and be found to lie.
 */
export const tooFew = (history: History, { unfinished, counted, min }: { readonly unfinished: readonly string[]; readonly counted: number; readonly min: number }): { readonly lasting?: true } =>
  declaredTasks(history) !== undefined && !isConfigurationUnread(history) && unfinished.length === 0 && counted < min ? { lasting: true } : {}
