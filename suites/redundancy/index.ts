import type { Suite } from '../../core/scenario.js'
import { scenario as anUnfitReplicaLeavesTheRotation } from './an-unfit-replica-leaves-the-rotation.scenario.js'
import { scenario as anyReplicaServesAnyRequest } from './any-replica-serves-any-request.scenario.js'
import { scenario as losingAnyReplicaIsSurvivable } from './losing-any-replica-is-survivable.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'redundancy',
  title: 'Redundancy',
  areas: [{ id: 'RDND', title: 'Redundancy' }],
  requirements,
  scenarios: [anyReplicaServesAnyRequest, losingAnyReplicaIsSurvivable, anUnfitReplicaLeavesTheRotation],
}
