/** A System V shared memory segment. It outlives the processes that used it until somebody removes it. */
export interface SharedMemorySegment {
    readonly id: number;
    readonly creatorPid: number;
    readonly attached: number;
    readonly changedAtMs: number;
}
/** Linux only (proc_sysvipc_shm(5)); elsewhere none are seen. */
export declare function listSharedMemory(): SharedMemorySegment[];
/** Columns are found by their name in the first line. */
export declare function parseSharedMemory(text: string): SharedMemorySegment[];
/**
 * Removes segments that nobody uses, that one of these processes made, and that are not older than the run:
 * a killed PostgreSQL leaves one. Returns what was removed.
 */
export declare function removeOrphanedSharedMemory(creatorPids: ReadonlySet<number>, options: {
    readonly sinceMs: number;
}): Promise<string[]>;
/** Files in /dev/shm that a living process has mapped (shm_open(3)). Linux only. */
export declare function mappedSharedMemoryOf(pid: number): string[];
/** Removes those of the /dev/shm files that are younger than the run and that no living process has mapped. */
export declare function removeUnmappedSharedMemory(paths: ReadonlySet<string>, options: {
    readonly sinceMs: number;
}): string[];
