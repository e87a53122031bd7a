import type { Suite } from '../../core/scenario.js'
import { scenario as accessIsControlled } from './access-is-controlled.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'access-controls',
  title: 'Access controls and rate limits',
  areas: [{ id: 'ACCS', title: 'Access controls and rate limits' }],
  requirements,
  scenarios: [accessIsControlled],
}
