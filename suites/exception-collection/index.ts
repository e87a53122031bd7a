import type { Suite } from '../../core/scenario.js'
import { requirements } from './requirements.js'

/** Its requirements are judged by the scenario of monitoring in which everything that operators can see is looked at. */
export const suite: Suite = {
  id: 'exception-collection',
  title: 'Exception collection',
  areas: [{ id: 'EXCP', title: 'Exception collection' }],
  requirements,
  scenarios: [],
}
