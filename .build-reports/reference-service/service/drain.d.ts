import type { Configuration } from './configuration.js';
import type { Connections } from './connections.js';
import type { InFlight } from './in-flight.js';
export type DrainState = 'serving' | 'draining' | 'drained';
interface DrainParts {
    readonly inFlight: InFlight;
    readonly connections: Connections;
    /** Opens the listening socket again. */
    readonly listen: () => void;
}
/**
 * serving -> draining -> drained, and back by `undo`.
 *
 * While draining, readiness fails, everything is still served, and every answer tells the client to close its
 * connection. `drained` is reached when the balancer has had its time to notice (`graceMs`) and nothing is in flight,
 * or at `deadlineMs`, when what is left is ended with an answer. A drained replica still listens and serves, so a late
 * request is never dropped.
 */
export declare class Drain {
    private readonly times;
    private readonly parts;
    private current;
    private changedAtMs;
    private ending;
    private readonly changes;
    constructor(times: Configuration['drain'], parts: DrainParts);
    get state(): DrainState;
    /** How long it has been in this state. */
    get sinceMs(): number;
    /** Idempotent: a drain that runs goes on. */
    begin(): void;
    undo(): void;
    /** Resolves true when drained, false when `timeoutMs` is over first. */
    drainedWithin(timeoutMs: number): Promise<boolean>;
    private change;
    private run;
    /** An explicit end for each: an answer, or the close of the connection. */
    endWhatIsLeft(): Promise<void>;
}
export {};
