import type { History } from '../../core/history.js'
import { eventsOf } from '../../core/history.js'
import { bootSightings } from '../../core/checks/boot-sightings.js'
import { factOf, inWindow, type Window } from '../../core/reading.js'

/** Instances whose process ended, or of which another boot answered, in a window. Nobody stopped or killed them there. */
export function restartedIn(history: History, window: Window): string[] {
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  const exited = new Set<string>()
  for (const event of eventsOf(history, 'platform')) {
    if (event.name === 'process-exited' && inWindow(event.atMs, window)) exited.add(event.target)
  }
  return instances.filter((id) => exited.has(id) || new Set(bootSightings(history, id).filter((one) => inWindow(one.atMs, window)).map((one) => one.boot)).size > 1)
}
