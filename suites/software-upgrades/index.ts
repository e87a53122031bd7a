import type { Suite } from '../../core/scenario.js'
import { scenario as anUpgradeIsInvisible } from './an-upgrade-is-invisible.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'software-upgrades',
  title: 'Software upgrades',
  areas: [{ id: 'UPGR', title: 'Software upgrades' }],
  requirements,
  scenarios: [anUpgradeIsInvisible],
}
