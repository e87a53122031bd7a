export interface EndedRun {
    readonly runId: string;
    /** What was ended or removed, for people: 'process 4711 node server.js'. */
    readonly ended: readonly string[];
    /** What could not be. Then the folder of the run stays, for the next attempt. */
    readonly left: readonly string[];
}
/**
 * Ends and removes everything a run left: processes, shared memory, folders. For a run whose harness is dead, as
 * a living one would start things anew. Faults need no undo here: each acts on, or in, a process that is ended.
 */
export declare function endRun(run: {
    readonly runId: string;
    readonly directory: string;
}, options: {
    readonly termGraceMs: number;
}): Promise<EndedRun>;
