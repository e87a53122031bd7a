import type { IncomingMessage } from 'node:http';
/** Says in an answer that the balancer made it up, and why. Never forwarded from a backend. */
export declare const balancerHeader = "x-seaworthy-balancer";
/** Beside it: the id of the backend that failed. */
export declare const backendHeader = "x-seaworthy-backend";
export declare const hasBody: (request: IncomingMessage) => boolean;
/**
 * Fields of the request to the backend: framing is made anew, `Via` is added (RFC 9110 7.6.3), everything else
 * is passed on as it came. `authority` stands in when an HTTP/1.0 client named no host.
 */
export declare function requestHeaders(request: IncomingMessage, authority: string): string[];
/** Fields of the answer to the client. Trailers can only be announced when the answer to the client is chunked, too. */
export declare function answerHeaders(answer: IncomingMessage, options: {
    readonly chunkable: boolean;
}): string[];
/** Trailer fields as pairs. */
export declare function trailersOf(message: IncomingMessage): [string, string][];
