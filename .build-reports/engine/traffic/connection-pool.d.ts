import { Connection } from './connection.js';
export interface PoolOptions {
    readonly url: URL;
    readonly clock: () => number;
    /** `keep-alive` reuses what is idle, last used first; `fresh` opens a connection for each request. */
    readonly connections: 'keep-alive' | 'fresh';
}
/** As many connections to one address as there are requests outstanding: an open loop never waits for one. */
export declare class ConnectionPool {
    #private;
    constructor(options: PoolOptions);
    acquire(): Connection;
    /** A connection that was never used. */
    open(): Connection;
    release(connection: Connection): void;
    close(): void;
}
