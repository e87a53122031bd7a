import type { Capability } from './requirement.js'

/** What cannot be declared of a service for which the fact says that there is none: a false fact would be the cheapest way to a good grade. */
const shownBy: Readonly<Record<string, readonly Capability[]>> = {
  stateful: ['data.write'],
  ownsStorage: ['data.files'],
  components: ['dependencies.hard', 'dependencies.soft', 'data.owner', 'database.primary', 'database.replicas'],
  dependencies: ['dependencies.hard', 'dependencies.soft'],
  dbReplicas: ['database.replicas'],
  nonReplicated: ['lifecycle.clone'],
  queue: ['queue.jobs'],
  schedule: ['schedule.effects'],
  toggles: ['toggles.several'],
  toggleStore: ['toggles.store'],
  composite: ['traffic.composite'],
  import: ['import.run'],
}

/** The declaration that contradicts a fact by which something would not apply, or undefined. */
export const contradictionOf = (fact: string, declared: ReadonlySet<Capability>): Capability | undefined => (Object.hasOwn(shownBy, fact) ? shownBy[fact] : undefined)?.find((one) => declared.has(one))
