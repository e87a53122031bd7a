import type { History } from '../../core/history.js'
import { factOf } from '../../core/reading.js'

/** Value of the fact `operator-tasks`: which operations there are besides a stop and a start, and what can be done with each. */
export interface DeclaredTask {
  readonly name: string
  readonly proper: boolean
  readonly failing: boolean
  readonly repeatable?: boolean
}
/** A fact: the configuration, which is declared, could not be read, so that none of its operations is among the tasks. */
export const configurationUnread = 'configuration-unread'

export const isConfigurationUnread = (history: History): boolean => factOf(history, configurationUnread) !== undefined

export const declaredOf = (history: History, form: 'proper' | 'failing' | 'repeatable'): string[] =>
  ((factOf(history, 'operator-tasks') as readonly DeclaredTask[] | undefined) ?? []).filter((one) => one[form]).map((one) => one.name)

/** What makes an inconclusive finding a lasting one: were each of these, and of the `others`, carried out, it would not be enough. */
export function tooFewDeclared(history: History, { form, others = 0, min }: { readonly form: 'proper' | 'failing' | 'repeatable'; readonly others?: number; readonly min: number }): { readonly lasting?: true } {
  const isKnown = factOf(history, 'operator-tasks') !== undefined && !isConfigurationUnread(history)
  return isKnown && declaredOf(history, form).length + others < min ? { lasting: true } : {}
}
