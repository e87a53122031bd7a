import type { RequestOutcome } from '../../core/history.js';
/** Everything the client saw of one request, as plain values. */
export interface Seen {
    readonly ending: 'complete' | 'failed' | 'timeout' | 'cancelled' | 'endless';
    /** A TCP connection was there. */
    readonly connected: boolean;
    /** The request was handed to the kernel, at least its beginning. */
    readonly written: boolean;
    /** The connection had carried a request before. */
    readonly reused: boolean;
    readonly closedByPeer: boolean;
    readonly code?: string;
    readonly sinceSentMs?: number;
    readonly responseBytes: number;
    readonly status?: number;
    readonly retryAfter?: boolean;
    readonly closeAnnounced?: boolean;
    /** What the balancer said of itself, when it made this answer up. */
    readonly balancer?: string;
    /** Why a complete answer is not what the operation promises. */
    readonly problem?: {
        readonly of: 'status' | 'content';
        readonly text: string;
    };
}
export interface Classified {
    readonly outcome: RequestOutcome;
    readonly detail?: string;
}
/** A close within this time of sending on a reused connection may have crossed the request on its way (VAL-03). */
export declare const idleRaceMs = 50;
/** The outcome taxonomy of the validity notes on keep-alive races (VAL-03). */
export declare function classify(seen: Seen): Classified;
