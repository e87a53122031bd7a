import type { Socket } from 'node:net';
import type { EdgeFault } from '../../core/driver.js';
/** One direction of an edge: the fault on it, and the bandwidth all its connections share. */
export declare class Link {
    #private;
    fault: EdgeFault | null;
    setFault(fault: EdgeFault | null): void;
    /** Books the line for so many bytes; they have passed at the instant returned. */
    book(bytes: number, bytesPerSecond: number): number;
}
/**
 * One direction of one proxied connection. Bytes keep their order and are never dropped; FIN and RST travel in the
 * same queue. When the receiver does not take the bytes, or the fault holds them, the sender has to wait, too.
 */
export declare class Lane {
    #private;
    constructor(source: Socket, sink: Socket, options: {
        readonly link: Link;
        readonly onForwarded: (bytes: number) => void;
    });
    /** To be called after the link's fault was changed. */
    faultChanged(): void;
}
/** RST to the peer; a connection that is not made yet is given up. */
export declare function resetSocket(socket: Socket): void;
