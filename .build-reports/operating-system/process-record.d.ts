import type { ProcessEntry, ProcessIdentity } from './process-table.js';
/** Name of the record in the folder of a deployment. */
export declare const processRecordName = "processes.ndjson";
export interface RecordedProcesses {
    readonly processes: readonly ProcessIdentity[];
    readonly sharedMemoryFiles: readonly string[];
}
/**
 * Remembers on disk every process that was ever seen as ours. It is how a process is known after its parent
 * died and it was handed to init, and whose shared memory is whose. Several processes may append to one file: a
 * line is one write.
 */
export declare class ProcessRecord {
    #private;
    constructor(file: string);
    /** May be called with the same processes again: shared memory may be mapped a while after the start. */
    add(entries: readonly ProcessEntry[]): void;
}
/** Empty when there is no record. Lines that are torn are left out. */
export declare function readProcessRecord(file: string): RecordedProcesses;
