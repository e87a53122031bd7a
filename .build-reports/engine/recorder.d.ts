import type { HistoryEvent } from '../core/history.js';
/**
 * The one writer of a history. Events go to disk as NDJSON at least four times a second, so memory stays bounded
 * whatever the length. The last line counts the events: a history without it was cut off, and nothing in it passes.
 */
export declare class Recorder {
    readonly path: string;
    private readonly file;
    private readonly timer;
    private pending;
    private pendingBytes;
    private written;
    private closed;
    /** Set when the disk refused: the history is no longer complete and the scenario must not be judged as if it were. */
    failure: Error | undefined;
    constructor(path: string, header: {
        readonly runId: string;
        readonly scenario: string;
        readonly startedAt: string;
    });
    /** Events after `close` are dropped: stragglers of a scenario that was cut belong to nobody. */
    record(event: HistoryEvent): void;
    close(atMs: number): void;
    private line;
    private flush;
}
