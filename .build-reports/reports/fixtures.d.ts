import type { RunReport } from '../core/run-report.js';
export declare const exampleReport: RunReport;
/** A run that ended before anything was judged: no requirement, no scenario, no score. */
export declare const emptyReport: RunReport;
/** The harness broke half way and could not put everything back. */
export declare const crashedReport: RunReport;
/** Nothing to complain about. */
export declare const greenReport: RunReport;
/** Everything that a reporter must disarm, in one string. */
export declare const hostileText: string;
/** `exampleReport` with hostile text before every string that is not one of a closed set, ids included. */
export declare const hostileReport: RunReport;
