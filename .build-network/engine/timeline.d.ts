import type { History } from '../core/history.js';
import type { Timeline } from '../core/run-report.js';
export interface Totals {
    readonly requests: number;
    readonly lost: number;
    readonly timeline: Timeline;
}
/** Sums a history up for a report, in bounded memory: requests in buckets of equal width, interventions as spans. */
export declare function totalsOf(history: History): Totals;
