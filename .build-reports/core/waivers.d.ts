import type { Suite } from './scenario.js';
import type { ServiceDescriptor } from './service-descriptor.js';
/**
 * Waivers and not-applicable entries must name a requirement of the checklist and not have run out: an exception that no
 * longer holds must be renewed by a person, not carried along. Throws SW_WAIVER_UNMATCHED, SW_WAIVER_EXPIRED.
 */
export declare function requireWaiversInForce(service: ServiceDescriptor, suites: readonly Suite[], today: Date): void;
