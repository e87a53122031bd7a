import type { Suite } from '../../core/scenario.js'
import { requirements } from './requirements.js'
import { scenario as runbookCommandsAreRun } from './runbook-commands-are-run.scenario.js'

export const suite: Suite = {
  id: 'documentation-for-operations',
  title: 'Documentation for operations',
  areas: [{ id: 'DOCS', title: 'Documentation for operations' }],
  requirements,
  scenarios: [runbookCommandsAreRun],
}
