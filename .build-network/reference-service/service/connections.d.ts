import type { Server } from 'node:http';
/** The server's connections, and how to close them without a reset. */
export declare class Connections {
    private readonly server;
    private readonly usage;
    constructor(server: Server);
    private track;
    /**
     * Ends connections that carry no request and have not for `idleMsMin`. The minimum matters: a connection that is
     * used often may have the next request on its way, and closing it would lose that request.
     */
    endIdle(idleMsMin: number): void;
    /**
     * Stops listening and nothing else. Not `server.close()` of node:http: that destroys idle connections at once, and
     * with them requests that are on their way.
     */
    stopListening(): void;
}
