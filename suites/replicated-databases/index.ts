import type { Suite } from '../../core/scenario.js'
import { scenario as readsGoToReplicas } from './reads-go-to-replicas-and-writes-to-the-primary.scenario.js'
import { requirements } from './requirements/index.js'
import { scenario as goesReadOnly } from './the-service-goes-read-only-without-its-primary.scenario.js'

export const suite: Suite = {
  id: 'replicated-databases',
  title: 'Replicated databases',
  areas: [{ id: 'REPL', title: 'Replicated databases' }],
  requirements,
  scenarios: [readsGoToReplicas, goesReadOnly],
}
