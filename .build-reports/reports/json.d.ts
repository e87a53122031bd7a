import type { Reporter } from '../core/run-event.js';
import type { RunReport } from '../core/run-report.js';
/**
 * Keys in the order a person reads a report; one list for all objects, because no two of them need the same keys in
 * different orders. Keys that are not listed (thresholds) follow in alphabetical order.
 */
export declare const keyOrder: readonly string[];
/**
 * The text of `run.json`: two spaces, keys in a fixed order whatever order they were built in, so that two runs can
 * be compared line by line. JSON has no infinities: an evidence value that is not finite is left out and said in the
 * note, because `null` would read as "not measured".
 */
export declare function reportAsJson(report: RunReport): string;
export declare const jsonReporter: Reporter;
