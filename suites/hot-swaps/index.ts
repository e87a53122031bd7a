import type { Suite } from '../../core/scenario.js'
import { scenario as componentsAreSwapped } from './components-are-swapped.scenario.js'
import { requirements } from './requirements.js'
import { scenario as thePrimaryIsHandedOver } from './the-primary-is-handed-over.scenario.js'

export const suite: Suite = {
  id: 'hot-swaps',
  title: 'Hot swaps',
  areas: [{ id: 'SWAP', title: 'Hot swaps' }],
  requirements,
  scenarios: [componentsAreSwapped, thePrimaryIsHandedOver],
}
