import type { Suite } from '../../core/scenario.js'
import { scenario as healthAnswersMeanWhatTheySay } from './health-answers-mean-what-they-say.scenario.js'
import { scenario as whatHappensCanBeSeen } from './what-happens-can-be-seen.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'monitoring',
  title: 'Monitoring',
  areas: [{ id: 'MONI', title: 'Monitoring' }],
  requirements,
  scenarios: [healthAnswersMeanWhatTheySay, whatHappensCanBeSeen],
}
