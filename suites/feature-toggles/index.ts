import type { Suite } from '../../core/scenario.js'
import { scenario as featuresAreToggled } from './features-are-toggled.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'feature-toggles',
  title: 'Toggles for individual features',
  areas: [{ id: 'TOGL', title: 'Toggles for individual features' }],
  requirements,
  scenarios: [featuresAreToggled],
}
