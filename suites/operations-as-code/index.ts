import type { Suite } from '../../core/scenario.js'
import { scenario as everyOperationCanBeLeftToAProgram } from './every-operation-can-be-left-to-a-program.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'operations-as-code',
  title: 'Operations as code',
  areas: [{ id: 'OPER', title: 'Operations as code' }],
  requirements,
  scenarios: [everyOperationCanBeLeftToAProgram],
}
