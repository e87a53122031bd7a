import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { type NetConnectOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
export interface UpstreamOptions {
    /** Longest time a connection is kept unused when the backend does not say how long it keeps it. */
    readonly maxIdleMs: number;
    readonly connectTimeoutMs: number;
    /** Longest silence of a backend that owes an answer, or the rest of one. */
    readonly responseTimeoutMs: number;
}
/**
 * The persistent connections to one backend. A server may close an idle connection at the very moment a request is
 * sent on it, and the request would be lost through no fault of the service. So a connection is given up well before
 * the backend would do it, and never reused after the backend announced its end.
 */
export declare class UpstreamConnections extends Agent {
    #private;
    constructor(options: UpstreamOptions);
    /** There is only one place to connect to. */
    getName(): string;
    createConnection(options: NetConnectOpts): Socket;
    reuseSocket(socket: Duplex, request: ClientRequest): void;
    /** What to do when nothing moved on a connection in use for the response timeout. */
    onSilence(socket: Duplex, listener: (silentMs: number) => void): void;
    /** Remembers how long the backend promised to keep the connection of this answer. */
    noteAnswer(answer: IncomingMessage): void;
    keepSocketAlive(socket: Duplex): boolean;
    /** To be called before each request: timers may be late when the process was stalled, the clock is not. */
    dropStale(): void;
    /** While not accepting, idle connections are closed and those in use are closed when they become idle. */
    set accepting(value: boolean);
}
