import { Agent } from 'node:http';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { connectTimeoutCode, errorWithCode } from './upstream-failure.js';
/**
 * The persistent connections to one backend. A server may close an idle connection at the very moment a request is
 * sent on it, and the request would be lost through no fault of the service. So a connection is given up well before
 * the backend would do it, and never reused after the backend announced its end.
 */
export class UpstreamConnections extends Agent {
    #options;
    #announced = new WeakMap();
    #idle = new WeakMap();
    #accepting = true;
    #silence = new WeakMap();
    constructor(options) {
        super({ keepAlive: true });
        this.#options = options;
    }
    /** There is only one place to connect to. */
    getName() {
        return 'backend';
    }
    createConnection(options) {
        const { connectTimeoutMs, responseTimeoutMs } = this.#options;
        const socket = connect(options);
        const timer = setTimeout(() => {
            socket.destroy(errorWithCode(connectTimeoutCode, `no connection after ${connectTimeoutMs} ms`));
        }, connectTimeoutMs);
        socket.once('connect', () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
        socket.setTimeout(responseTimeoutMs);
        socket.on('timeout', () => {
            if (this.#idle.has(socket))
                return; // idle: the agent closes it
            socket.setTimeout(responseTimeoutMs); // it fires once only
            this.#silence.get(socket)?.(responseTimeoutMs);
        });
        return socket;
    }
    reuseSocket(socket, request) {
        super.reuseSocket(socket, request);
        this.#idle.delete(socket);
        socket.setTimeout(this.#options.responseTimeoutMs);
    }
    /** What to do when nothing moved on a connection in use for the response timeout. */
    onSilence(socket, listener) {
        this.#silence.set(socket, listener);
    }
    /** Remembers how long the backend promised to keep the connection of this answer. */
    noteAnswer(answer) {
        const hint = answer.headers['keep-alive'];
        const seconds = typeof hint !== 'string' ? undefined : /(?:^|[\s,;])timeout=(\d+)/i.exec(hint)?.[1];
        // Half of the promise: the backend counts from when it sent the answer, and its clock may be early.
        if (seconds !== undefined)
            this.#announced.set(answer.socket, Number(seconds) * 500);
    }
    keepSocketAlive(socket) {
        const maxIdleMs = Math.min(this.#options.maxIdleMs, this.#announced.get(socket) ?? Infinity);
        if (!this.#accepting || maxIdleMs <= 0)
            return false;
        this.#idle.set(socket, { maxIdleMs, sinceMs: performance.now() });
        socket.setTimeout(maxIdleMs);
        return true;
    }
    /** To be called before each request: timers may be late when the process was stalled, the clock is not. */
    dropStale() {
        const now = performance.now();
        for (const socket of this.freeSockets['backend'] ?? []) {
            const idle = this.#idle.get(socket);
            if (idle !== undefined && now - idle.sinceMs < idle.maxIdleMs)
                return; // oldest first: the rest is fresher
            socket.destroy();
        }
    }
    /** While not accepting, idle connections are closed and those in use are closed when they become idle. */
    set accepting(value) {
        this.#accepting = value;
        if (value)
            return;
        for (const socket of [...(this.freeSockets['backend'] ?? [])])
            socket.destroy();
    }
}
