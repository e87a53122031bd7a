import type { Requirement } from '../../core/requirement.js'
import { connectionsAndDeadline } from './requirements/connections-and-deadline.js'
import { healthWhileDraining } from './requirements/health-while-draining.js'
import { queuedWork } from './requirements/queued-work.js'
import { requestsWhileDraining } from './requirements/requests-while-draining.js'
import { waysBack } from './requirements/ways-back.js'

/** DRAIN-01 to DRAIN-10, in the order of their ids. */
export const requirements: readonly Requirement[] = [...healthWhileDraining, ...requestsWhileDraining, ...connectionsAndDeadline, ...waysBack, ...queuedWork]
