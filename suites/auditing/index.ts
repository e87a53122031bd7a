import type { Suite } from '../../core/scenario.js'
import { requirements } from './requirements.js'

/** Its requirement is judged by the scenario of monitoring in which everything that operators can see is looked at. */
export const suite: Suite = {
  id: 'auditing',
  title: 'Auditing',
  areas: [{ id: 'AUDT', title: 'Auditing' }],
  requirements,
  scenarios: [],
}
