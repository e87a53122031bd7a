import { type IncomingMessage, type ServerResponse } from 'node:http';
import type { UpstreamConnections } from './upstream-connections.js';
export interface ExchangeOptions {
    readonly backend: {
        readonly id: string;
        readonly host: string;
        readonly port: number;
    };
    readonly connections: UpstreamConnections;
    /** The backend failed before its answer began: the client got a 502 or 504 of ours. */
    readonly onFailure: () => void;
}
/**
 * One request forwarded to one backend, once: it is never sent again, so that no loss is hidden. Bodies stream in
 * both directions as they come. A client that goes away takes the upstream request with it.
 */
export declare class ForwardedExchange {
    #private;
    /** Throws when the request cannot be expressed as a request to the backend. */
    constructor(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions);
}
