import type { Check } from '../../core/check.js'
import { freshOnDemand, stalenessIsBounded } from './freshness.check.js'
import { mutationsSucceed, replicasSeeNoWrite } from './mutations-go-to-the-primary.check.js'
import { readsAreOffLoaded } from './reads-are-off-loaded.check.js'
import { readsSurviveReplica } from './reads-survive-losses.check.js'
import { replicasConverge } from './replicas-converge.check.js'

export const checks: readonly Check[] = [mutationsSucceed, replicasSeeNoWrite, readsAreOffLoaded, replicasConverge, freshOnDemand, readsSurviveReplica, stalenessIsBounded]
