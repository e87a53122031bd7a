import { type Socket } from 'node:net';
import { type Dispatcher } from 'undici';
/** One TCP connection as the client saw it. */
export interface Wire {
    readonly number: number;
    readonly socket: Socket;
    /** How long the connect took: an upper bound of one round trip. */
    readonly connectMs: number;
    /** Requests written on it so far. */
    requests: number;
    idleSinceMs: number | undefined;
    /** The peer closed in order (FIN). */
    closedByPeer: boolean;
    /** Errno of a reset or another failure of the socket. */
    error: NodeJS.ErrnoException | undefined;
}
export interface ConnectionOptions {
    readonly url: URL;
    readonly clock: () => number;
    readonly nextNumber: () => number;
    /**
     * `own`: the connection is kept open by us whatever the server's keep-alive hint says, and is never replaced.
     * Otherwise it closes when idle like any pooled client's, a second before the server's hint runs out.
     */
    readonly own?: boolean;
    /** The socket is gone and no request was on it. */
    readonly onIdleClose?: () => void;
}
/** Code of the error of a request on an `own` connection that had ended before the request was written. */
export declare const connectionEndedCode = "SW_CONNECTION_ENDED";
/**
 * An undici client of exactly one connection at a time and one request at a time (no pipelining), so that every
 * request belongs to a known socket. With one request at a time undici never sends a request twice: it fails the
 * one that was written, and only what was never written moves to a new socket.
 *
 * `Connection: close` is never sent, also not for a connection that is used once: a server that answers with it
 * then says so of its own accord.
 */
export declare class Connection {
    #private;
    busy: boolean;
    constructor(options: ConnectionOptions);
    /** The socket in use now; absent while it connects. */
    get wire(): Wire | undefined;
    get usable(): boolean;
    dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
    /** Ends it at once, also while it connects. */
    destroy(): void;
}
