import type { Scenario } from '../../core/scenario.js';
/** One replica, again and again: a supervisor that gives up after the first restart is not supervision. */
export declare const comesBackAfterACrash: Scenario;
