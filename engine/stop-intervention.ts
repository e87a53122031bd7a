import type { Removed, StopResult } from '../core/driver.js'
import { witnessListening } from './fault-witness.js'
import { offered } from './offered.js'
import type { InterventionPlan } from './recorded-intervention.js'
import type { ScenarioWorld } from './scenario-world.js'

type Ending<Result> = Pick<InterventionPlan<Result>, 'apply' | 'witness' | 'describe'>

/** Stops a target as its descriptor declares, by one of the driver's controls, and records how it ended. */
export const stopBy = (world: ScenarioWorld, control: 'stop' | 'removeInstance', target: string): Ending<StopResult> => ending(world, () => offered(world, control)(target, world.service.lifecycle.stop), () => target)

/** Has the platform take one replica away, and records which, and how it ended. */
export const removeAny = (world: ScenarioWorld): Ending<Removed> => ending(world, () => offered(world, 'removeAnyInstance')(world.service.lifecycle.stop), ({ instance }) => instance)

function ending<Result extends StopResult>(world: ScenarioWorld, end: () => Promise<Result>, targetOf: (result: Result) => string): Ending<Result> {
  return {
    apply: async () => {
      const result = await end()
      world.record({ kind: 'observation', probe: 'stop-result', target: targetOf(result), atMs: world.clock(), value: result })
      return result
    },
    witness: async (result) => {
      if (result.exitCode === null && result.signal === null) return witnessListening(world, targetOf(result), { listens: false, timeoutMs: 1_000 })
      return `exited with ${result.signal ?? `code ${result.exitCode}`} after ${Math.round(result.durationMs)} ms`
    },
    describe: (result) => Object.fromEntries(Object.entries(result)),
  }
}
