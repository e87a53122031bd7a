import type { LiveReporter, Reporter } from '../core/run-event.js';
import type { RunReport } from '../core/run-report.js';
import { type ConformanceOptions } from '../engine/run-conformance.js';
import type { Interruption } from './interruption.js';
export type ConductOptions = Omit<ConformanceOptions, 'workDirectory' | 'journal' | 'version' | 'signal' | 'emit'> & {
    readonly interruption: Interruption;
    readonly live: LiveReporter;
    readonly reporters: readonly Reporter[];
};
/** One run from the reaper's start to the written reports. The report is written whatever ended the run. */
export declare function conductRun(options: ConductOptions): Promise<RunReport>;
/** A reporter that fails is named and does not stop the others. */
export declare function writeReports(report: RunReport, { directory, reporters, warn, tell }: {
    readonly directory: string;
    readonly reporters: readonly Reporter[];
    readonly warn: (message: string) => void;
    readonly tell?: (path: string) => void;
}): Promise<void>;
