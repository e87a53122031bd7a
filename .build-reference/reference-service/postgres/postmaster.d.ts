import type { ChildProcess } from 'node:child_process';
import type { ClusterOptions } from './cluster.js';
/**
 * Clears the way for a start after a crash. A `postmaster.pid` whose number now belongs to a stranger would make
 * PostgreSQL refuse, so it is removed. A postmaster that outlived our predecessor is shut down at once (to the data
 * that is the same as a crash): it holds the port and the cluster.
 */
export declare function clearPredecessor(directory: string): Promise<void>;
/** Starts PostgreSQL in this process group. */
export declare function startPostmaster({ installation, runAs, directory }: ClusterOptions): ChildProcess;
