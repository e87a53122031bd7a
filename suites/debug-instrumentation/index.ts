import type { Suite } from '../../core/scenario.js'
import { requirements } from './requirements.js'

/** Its requirements are judged by the scenario of monitoring in which everything that operators can see is looked at. */
export const suite: Suite = {
  id: 'debug-instrumentation',
  title: 'Debug instrumentation',
  areas: [{ id: 'DBUG', title: 'Debug instrumentation' }],
  requirements,
  scenarios: [],
}
