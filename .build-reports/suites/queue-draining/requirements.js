import { connectionsAndDeadline } from './requirements/connections-and-deadline.js';
import { healthWhileDraining } from './requirements/health-while-draining.js';
import { requestsWhileDraining } from './requirements/requests-while-draining.js';
/** DRAIN-01 to DRAIN-07, in the order of their ids. */
export const requirements = [...healthWhileDraining, ...requestsWhileDraining, ...connectionsAndDeadline];
