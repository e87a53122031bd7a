import type { History, InstanceId } from './history.js'
import { factOf } from './reading.js'

/** Fact: what instances call themselves in answers, for those that use another name than the run does, as in a stack or a cluster that was there before. */
export const instanceNamesFact = 'instance-names'

/** The name by which the service knows an instance, where that is another one. */
export function ownNameOf(history: History, instance: InstanceId): string | undefined {
  const names = factOf(history, instanceNamesFact) as Readonly<Record<InstanceId, string>> | undefined
  return names !== undefined && Object.hasOwn(names, instance) ? names[instance] : undefined
}
