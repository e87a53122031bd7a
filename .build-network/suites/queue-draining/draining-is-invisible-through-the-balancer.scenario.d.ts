import type { Scenario } from '../../core/scenario.js';
/** One drain behind the balancer, from which five requirements are judged. */
export declare const scenario: Scenario;
