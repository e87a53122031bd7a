import type { Requirement } from '../../core/requirement.js'
import { damageRequirement } from './damaged-data.requirements.js'
import { timesAreDocumented } from './documented-times.requirements.js'
import { recoversFromPowerLoss } from './power-loss.requirements.js'
import { acknowledgedWritesSurvive, comesBackAfterBoot, comesBackAfterDeath } from './recovery.requirements.js'
import { readyMeansReady, stopsByItself } from './starts-and-stops.requirements.js'

/** The checklist entries of this section, in their order. */
export const requirements: readonly Requirement[] = [comesBackAfterBoot, comesBackAfterDeath, readyMeansReady, stopsByItself, acknowledgedWritesSurvive, damageRequirement, timesAreDocumented, recoversFromPowerLoss]
