import type { Suite } from '../../core/scenario.js'
import { readOnlyModeIsHonest } from './read-only-mode.requirement.js'

export const suite: Suite = {
  id: 'graceful-degradation',
  title: 'Graceful degradation',
  areas: [{ id: 'DEGR', title: 'Graceful degradation' }],
  requirements: [readOnlyModeIsHonest],
  scenarios: [],
}
