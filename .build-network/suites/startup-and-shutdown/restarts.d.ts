import type { History } from '../../core/history.js';
/** Says so when the declared restart policy explains why nothing came back; else nothing. */
export declare function restartPolicySentence(history: History): string;
/** Instances that the harness itself started or put back after an instant: they did not come back by themselves. */
export declare function startedByHarness(history: History, options: {
    readonly fromMs: number;
    readonly instance?: string;
}): string[];
