import type { Suite } from '../../core/scenario.js'
import { acknowledgedWritesSurviveACrash } from './acknowledged-writes-survive-a-crash.scenario.js'
import { comesBackAfterACrash } from './comes-back-after-a-crash.scenario.js'
import { comesBackAfterAReboot } from './comes-back-after-a-reboot.scenario.js'
import { requirements } from './requirements.js'
import { startsAndStopsInOrder } from './starts-and-stops-in-order.scenario.js'

export const suite: Suite = {
  id: 'startup-and-shutdown',
  title: 'Startup and shutdown',
  areas: [{ id: 'START', title: 'Startup and shutdown' }],
  requirements,
  scenarios: [startsAndStopsInOrder, comesBackAfterACrash, comesBackAfterAReboot, acknowledgedWritesSurviveACrash],
}
