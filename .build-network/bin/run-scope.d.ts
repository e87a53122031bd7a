import type { Journal } from '../core/driver.js';
export interface RunScope {
    /** Volatile folder: the reaper removes it if we cannot. */
    readonly workDirectory: string;
    readonly journal: Journal;
    /** Lets the reaper go and takes the run off the registry. Returns what went wrong. */
    close(): Promise<readonly string[]>;
}
/** Ends what earlier runs left, registers this one, and starts its reaper before anything else can be started. */
export declare function openRunScope(runId: string, warn: (message: string) => void): Promise<RunScope>;
