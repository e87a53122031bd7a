import type { Requirement } from '../../../core/requirement.js'
import { freshOnDemand, replicasConverge, stalenessIsBounded } from './freshness.js'
import { primaryMayBeLostForReads, readReplicaMayBeLost } from './losses.js'
import { mutationsGoToThePrimary, readsAreOffLoaded } from './routing.js'

/** Replicated databases: writes to one primary, reads from replicas that follow it. */
export const requirements: readonly Requirement[] = [
  mutationsGoToThePrimary,
  readsAreOffLoaded,
  replicasConverge,
  freshOnDemand,
  readReplicaMayBeLost,
  primaryMayBeLostForReads,
  stalenessIsBounded,
]
