import type { Requirement } from '../../core/requirement.js'
import { rollingUpgrade } from './requirements/rolling-upgrade.js'
import { twoVersions } from './requirements/two-versions.js'

export const requirements: readonly Requirement[] = [...rollingUpgrade, ...twoVersions]
