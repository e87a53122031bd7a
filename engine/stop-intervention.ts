import type { StopResult } from '../core/driver.js'
import { offered } from './offered.js'
import { witnessListening } from './fault-witness.js'
import type { InterventionPlan } from './recorded-intervention.js'
import type { ScenarioWorld } from './scenario-world.js'

/** Stops a target as its descriptor declares, by one of the driver's controls, and records how it ended. */
export function stopBy(world: ScenarioWorld, control: 'stop' | 'removeInstance', target: string): Pick<InterventionPlan<StopResult>, 'apply' | 'witness' | 'describe'> {
  return {
    apply: async () => {
      const result = await offered(world, control)(target, world.service.lifecycle.stop)
      world.record({ kind: 'observation', probe: 'stop-result', target, atMs: world.clock(), value: result })
      return result
    },
    witness: async (result) => {
      if (result.exitCode === null && result.signal === null) return witnessListening(world, target, { listens: false, timeoutMs: 1_000 })
      return `exited with ${result.signal ?? `code ${result.exitCode}`} after ${Math.round(result.durationMs)} ms`
    },
    describe: (result) => ({ ...result }),
  }
}
