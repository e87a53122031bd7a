import type { Suite } from '../../core/scenario.js'
import { scenario as aDrainEnds } from './a-drain-ends.scenario.js'
import { scenario as drainingIsInvisibleThroughTheBalancer } from './draining-is-invisible-through-the-balancer.scenario.js'
import { scenario as inFlightRequestsComplete } from './in-flight-requests-complete.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'queue-draining',
  title: 'Queue draining',
  areas: [{ id: 'DRAIN', title: 'Queue draining' }],
  requirements,
  scenarios: [inFlightRequestsComplete, drainingIsInvisibleThroughTheBalancer, aDrainEnds],
}
