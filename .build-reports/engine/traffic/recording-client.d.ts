import type { Readable } from 'node:stream';
import type { RequestEvent } from '../../core/history.js';
import type { Connection } from './connection.js';
import type { TrafficContext } from './context.js';
import { Exchange } from './exchange.js';
import type { CompiledOperation } from './expectation.js';
export interface ClientOptions {
    readonly load: string;
    readonly via: string;
    readonly url: URL;
    readonly connections: 'keep-alive' | 'fresh';
    /** False for servers of ours: their answers say nothing about instances and shares. */
    readonly ofService: boolean;
}
export interface RequestPlan {
    readonly operation: CompiledOperation;
    readonly plannedAtMs: number;
    /** Else a new key for an operation that mutates, a known one for one that reads. */
    readonly key?: string;
    readonly token?: string;
    readonly durationMs?: number;
    readonly timeoutMs?: number;
    /** Keeps the answer's body even when nothing is expected of it. */
    readonly keepBody?: boolean;
    /** Turns the body into one that the client holds open. */
    readonly hold?: (body: string | undefined) => {
        readonly stream: Readable;
        readonly length: number;
    };
    /** A connection of the caller's own, not returned to the pool. */
    readonly connection?: Connection;
    /** Whether it becomes a request event; default true. */
    readonly recorded?: boolean;
}
export interface Completed {
    readonly event: RequestEvent;
    readonly exchange: Exchange | undefined;
}
/** A request that has been begun. */
export interface Ongoing {
    readonly id: number;
    readonly key: string | undefined;
    /** What is known of it so far; undefined when it was never handed over. */
    exchange(): Exchange | undefined;
    cancel(): void;
    readonly completed: Promise<Completed>;
}
/**
 * Sends requests of one load and records each exactly once with what became of it. Never repeats a request that
 * was written, even in part.
 */
export declare class RecordingClient {
    #private;
    constructor(context: TrafficContext, options: ClientOptions);
    begin(plan: RequestPlan): Ongoing;
    request(plan: RequestPlan): Promise<Completed>;
    close(): void;
}
