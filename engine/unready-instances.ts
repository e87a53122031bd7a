import type { InstanceId } from '../core/history.js'
import { passes, pollUntil } from './probe.js'
import { readiness, type ScenarioWorld } from './scenario-world.js'

export interface UnreadyInstance {
  readonly id: InstanceId
  /** Status or outcome of the last readiness answer. */
  readonly last: string
  /** Nothing accepted a connection on it in all that time. */
  readonly neverListened: boolean
}

/** Waits until every instance is ready, and says which are not in time. */
export async function unreadyInstances(world: ScenarioWorld, options: { readonly timeoutMs: number; readonly everyMs: number }): Promise<readonly UnreadyInstance[]> {
  const states = await Promise.all(
    world.deployment.instances.map(async ({ id }): Promise<UnreadyInstance | undefined> => {
      let last = 'no answer'
      let neverListened = true
      const ready = await pollUntil(
        async () => {
          const answer = await readiness(world, id)
          last = String(answer.status ?? answer.outcome)
          if (answer.outcome !== 'refused') neverListened = false
          return passes(answer)
        },
        { ...options, signal: world.signal },
      )
      return ready ? undefined : { id, last, neverListened }
    }),
  )
  return states.filter((one) => one !== undefined)
}
