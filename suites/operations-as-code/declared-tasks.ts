import { listed } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { factOf } from '../../core/reading.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'

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

/** A fact: operations that are declared, and cannot be tried because what would show their effect is not. */
export const beyondTrial = 'operations-beyond-trial'
interface BeyondTrial {
  readonly name: string
  readonly lacks: string
}

/** A configuration is applied as the archived one with a setting changed, and is seen by that setting. */
export function beyondTrialOf({ config }: Pick<ServiceDescriptor, 'config'>): readonly BeyondTrial[] {
  if (config === undefined) return []
  const lacking = [...(config.archive === undefined ? ['config.archive'] : []), ...(config.settings.length === 0 ? ['a setting in config.settings'] : [])]
  const operations = [...(config.apply === undefined ? [] : ['config.apply']), ...(config.restore === undefined ? [] : ['config.restore'])]
  return lacking.length === 0 ? [] : operations.map((name) => ({ name, lacks: listed(lacking) }))
}

/** Why an operation of these could not be tried, or undefined. Histories of before it say nothing. */
export function whyBeyondTrial(history: History, names: readonly string[]): string | undefined {
  const found = ((factOf(history, beyondTrial) ?? []) as readonly BeyondTrial[]).filter(({ name }) => names.includes(name))
  const [first] = found
  if (first === undefined) return undefined
  return `${listed(found.map(({ name }) => name))} ${found.length === 1 ? 'is' : 'are'} declared and could not be tried: that takes ${first.lacks} as well`
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
