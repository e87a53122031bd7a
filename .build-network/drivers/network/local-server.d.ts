import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
/** Servers of ours never end an idle connection of a client by themselves: that would be a loss of our own making. */
export declare function withoutTimeouts(server: HttpServer): HttpServer;
/** Listens on a port of 127.0.0.1 that the kernel assigns. */
export declare function listenLocally(server: Server): Promise<number>;
/** Cuts every connection and waits until the server is gone. */
export declare function endServer(server: HttpServer): Promise<void>;
