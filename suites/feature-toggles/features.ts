import type { FeatureSign } from '../../core/declarations/toggles.js'
import type { ScenarioContext } from '../../core/scenario.js'

/** What checks need to know of a feature: fact `toggle-features`. */
export interface FeatureFact {
  readonly name: string
  readonly default: boolean
  readonly whenOn: FeatureSign
  readonly whenOff: FeatureSign
  readonly dependsOn: readonly string[]
  readonly isUsed: boolean
}

export type State = 'on' | 'off'
export const stateOf = (on: boolean): State => (on ? 'on' : 'off')
export const opposite = (state: State): State => (state === 'on' ? 'off' : 'on')

export function recordFeatures(context: ScenarioContext): void {
  const toggles = context.service.toggles!
  const features: FeatureFact[] = toggles.features.map(({ name, default: on, whenOn, whenOff, dependsOn, use }) => ({ name, default: on, whenOn, whenOff, dependsOn, isUsed: use.length > 0 }))
  context.fact('toggle-features', features)
  context.fact('toggle-release', toggles.release)
  context.fact('toggle-through', context.instances[0]?.id)
  if (toggles.store !== undefined) context.fact('toggle-store', toggles.store)
  if (toggles.effectiveWithinMs !== undefined) context.fact('toggle-effective-within-ms', toggles.effectiveWithinMs)
}
