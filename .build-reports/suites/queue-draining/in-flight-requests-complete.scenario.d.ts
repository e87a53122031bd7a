import type { Scenario } from '../../core/scenario.js';
/** Drains replicas in turn with requests in flight on them, and once kills one instead, which must lose some. */
export declare const scenario: Scenario;
