import { connect } from 'node:net';
import { Client } from 'undici';
/** Code of the error of a request on an `own` connection that had ended before the request was written. */
export const connectionEndedCode = 'SW_CONNECTION_ENDED';
const hintMarginMs = 1_000;
const ownKeepAliveMs = 3_600_000;
/**
 * An undici client of exactly one connection at a time and one request at a time (no pipelining), so that every
 * request belongs to a known socket. With one request at a time undici never sends a request twice: it fails the
 * one that was written, and only what was never written moves to a new socket.
 *
 * `Connection: close` is never sent, also not for a connection that is used once: a server that answers with it
 * then says so of its own accord.
 */
export class Connection {
    #client;
    #options;
    #connecting;
    #wire;
    #connects = 0;
    busy = false;
    constructor(options) {
        if (options.url.protocol !== 'http:')
            throw new Error(`traffic needs an http: address, found ${options.url.href}`);
        this.#options = options;
        this.#client = new Client(options.url.origin, {
            connect: (target, callback) => {
                this.#connect(target.hostname, Number(target.port) || 80, callback);
            },
            pipelining: 1,
            headersTimeout: 0, // the deadlines are ours
            bodyTimeout: 0,
            keepAliveTimeout: options.own ? ownKeepAliveMs : 4_000,
            keepAliveMaxTimeout: ownKeepAliveMs,
            keepAliveTimeoutThreshold: options.own ? -ownKeepAliveMs : hintMarginMs,
        });
        this.#client.on('disconnect', () => {
            if (!this.busy)
                options.onIdleClose?.();
        });
    }
    /** The socket in use now; absent while it connects. */
    get wire() {
        return this.#wire;
    }
    get usable() {
        return !this.#client.destroyed && this.#wire !== undefined && !this.#wire.socket.destroyed && !this.#wire.closedByPeer;
    }
    dispatch(options, handler) {
        this.#client.dispatch(options, handler);
    }
    /** Ends it at once, also while it connects. */
    destroy() {
        this.#connecting?.destroy();
        this.#client.destroy(null, () => { });
        this.#wire?.socket.destroy();
    }
    #connect(host, port, callback) {
        const { clock, nextNumber, own } = this.#options;
        if (own && this.#connects > 0) {
            const ended = new Error('the connection has ended and is not replaced');
            ended.code = connectionEndedCode;
            process.nextTick(callback, ended, null);
            return;
        }
        this.#connects += 1;
        this.#wire = undefined;
        const startedAtMs = clock();
        const socket = connect({ host, port, noDelay: true });
        this.#connecting = socket;
        let wire;
        // Registered before undici adds its own listeners, so that the cause is known when undici reports the failure.
        socket.on('end', () => {
            if (wire)
                wire.closedByPeer = true;
        });
        socket.on('error', (error) => {
            if (wire === undefined)
                callback(error, null);
            // What undici itself destroys a socket with is no finding about the peer and carries no system call.
            else if (error.syscall !== undefined)
                wire.error = error;
        });
        socket.once('connect', () => {
            this.#connecting = undefined;
            wire = { number: nextNumber(), socket, connectMs: clock() - startedAtMs, requests: 0, idleSinceMs: undefined, closedByPeer: false, error: undefined };
            this.#wire = wire;
            callback(null, socket);
        });
    }
}
