import type { Socket } from 'node:net';
/** A request that is being worked on. */
export interface WorkInFlight {
    readonly route: string;
    readonly socket: Socket;
    /** Fires at the deadline of a drain: the handler must end without an effect and answer. */
    readonly signal: AbortSignal;
}
/** Gauge of the requests in flight, health and administration excepted. */
export declare class InFlight {
    private readonly entries;
    private readonly waiting;
    get count(): number;
    /** Returns the work and how to say that it has ended (more than once does no harm). */
    begin(route: string, socket: Socket): {
        readonly work: WorkInFlight;
        readonly end: () => void;
    };
    private end;
    byRoute(): Readonly<Record<string, number>>;
    /** Tells every request in flight to end itself with an answer. */
    abortAll(): void;
    /** Closes the connections of what is still in flight. */
    destroyAll(): void;
    /** Whether nothing was in flight at some moment before `timeoutMs` was over. */
    emptyWithin(timeoutMs: number): Promise<boolean>;
}
