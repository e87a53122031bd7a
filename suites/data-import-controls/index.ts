import type { Suite } from '../../core/scenario.js'
import { scenario as importsAreControlled } from './imports-are-controlled.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'data-import-controls',
  title: 'Data import controls',
  areas: [{ id: 'IMPT', title: 'Data import controls' }],
  requirements,
  scenarios: [importsAreControlled],
}
