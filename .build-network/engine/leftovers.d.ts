import { type EndedRun } from './end-run.js';
export interface CleanOptions {
    readonly stateDirectory?: string;
    /** Also runs whose harness lives. */
    readonly force?: boolean;
}
export interface CleanResult {
    readonly cleaned: readonly EndedRun[];
    /** Runs that go on, with the pid of their harness: not touched. */
    readonly living: readonly {
        readonly runId: string;
        readonly pid: number;
    }[];
}
/**
 * Ends what runs left whose harness is gone and whose reaper cannot do it any more. Called at the start of every
 * run. A run that somebody still looks after, its harness or its reaper, is not touched.
 */
export declare function sweepLeftovers(options?: {
    readonly stateDirectory?: string;
}): Promise<readonly EndedRun[]>;
/** `seaworthy clean`: leftovers, and with `force` every other run as well: its harness is asked to stop, then killed. */
export declare function cleanAll(options?: CleanOptions): Promise<CleanResult>;
