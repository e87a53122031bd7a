import type { Requirement } from '../../core/requirement.js'
import { upgr07 } from './requirements/clone-and-swap.js'
import { rollingUpgrade } from './requirements/rolling-upgrade.js'
import { twoVersions } from './requirements/two-versions.js'
import { wayBack } from './requirements/way-back.js'

export const requirements: readonly Requirement[] = [...rollingUpgrade, ...twoVersions, ...wayBack, upgr07].sort((one, other) => one.id.localeCompare(other.id))
