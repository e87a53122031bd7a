import type { LiveReporter, Reporter } from '../core/run-event.js';
/** File reporters by name; `terminal` is live and chosen apart. Throws SW_REPORTER_UNKNOWN. */
export declare function selectReporters(names: readonly string[]): readonly Reporter[];
export declare function liveReporter(names: readonly string[]): LiveReporter;
