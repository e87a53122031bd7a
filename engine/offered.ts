import type { DeploymentControls } from '../core/driver.js'
import type { ScenarioWorld } from './scenario-world.js'

/** The driver's control, or an error that names it: a scenario must not reach for what its `needs` did not list. */
export function offered<K extends keyof DeploymentControls>(world: ScenarioWorld, name: K): NonNullable<DeploymentControls[K]> {
  const control = world.deployment.controls[name]
  if (control === undefined) throw new Error(`the driver does not offer ${name}`)
  return control as NonNullable<DeploymentControls[K]>
}
