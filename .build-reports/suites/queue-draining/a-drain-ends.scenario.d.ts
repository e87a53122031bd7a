import type { Scenario } from '../../core/scenario.js';
/** Drains a replica that has one request which never finishes. */
export declare const scenario: Scenario;
