import type { Suite } from '../../core/scenario.js'
import { scenario as configurationIsAnEverydayMatter } from './configuration-is-an-everyday-matter.scenario.js'
import { requirements } from './requirements.js'

export const suite: Suite = {
  id: 'configuration',
  title: 'Configuration',
  areas: [{ id: 'CONF', title: 'Configuration' }],
  requirements,
  scenarios: [configurationIsAnEverydayMatter],
}
