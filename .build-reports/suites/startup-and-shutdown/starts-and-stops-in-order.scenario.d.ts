import type { Scenario } from '../../core/scenario.js';
export declare const startsAndStopsInOrder: Scenario;
