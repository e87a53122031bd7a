import type { Suite } from '../../core/scenario.js'
import { scenario as overloadIsShedAndPasses } from './overload-is-shed-and-passes.scenario.js'
import { readOnlyModeIsHonest } from './read-only-mode.requirement.js'
import { requirements } from './requirements.js'
import { scenario as softDependenciesFailOneAtATime } from './soft-dependencies-fail-one-at-a-time.scenario.js'

export const suite: Suite = {
  id: 'graceful-degradation',
  title: 'Graceful degradation',
  areas: [{ id: 'DEGR', title: 'Graceful degradation' }],
  requirements: [...requirements, readOnlyModeIsHonest],
  scenarios: [softDependenciesFailOneAtATime, overloadIsShedAndPasses],
}
