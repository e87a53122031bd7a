import type { Suite } from '../../core/scenario.js'
import { scenario as anUpgradeIsInvisible } from './an-upgrade-is-invisible.scenario.js'
import { scenario as aBadReleaseStopsItself } from './a-bad-release-stops-itself.scenario.js'
import { scenario as aCloneReplacesItsOriginal } from './a-clone-replaces-its-original.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'software-upgrades',
  title: 'Software upgrades',
  areas: [{ id: 'UPGR', title: 'Software upgrades' }],
  requirements,
  scenarios: [anUpgradeIsInvisible, aBadReleaseStopsItself, aCloneReplacesItsOriginal],
}
