import type { Requirement } from '../../core/requirement.js'
import { offIsAsBefore, statesPersist, storeLoss } from './requirements/keeping.js'
import { rollOutIsNoRelease } from './requirements/roll-outs.js'
import { everyReplica, individualToggles, workingToggles } from './requirements/switching.js'

/** Toggles for individual features: each works, alone, everywhere, for good, and its loss does no harm. */
export const requirements: readonly Requirement[] = [workingToggles, offIsAsBefore, rollOutIsNoRelease, everyReplica, individualToggles, statesPersist, storeLoss]
