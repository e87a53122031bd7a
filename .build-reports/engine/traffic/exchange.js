import { ReceivedBody } from './received-body.js';
const noHeaders = {};
/**
 * One HTTP exchange on one connection: written at most once, ended exactly once. Its fields may be read while it
 * goes on, to prove that it is executing.
 */
export class Exchange {
    connection;
    startedAtMs;
    sentAtMs;
    firstByteAtMs;
    endedAtMs;
    status;
    headers = noHeaders;
    body;
    reused = false;
    idleMs;
    code;
    ending;
    ended;
    #wire;
    #bytesReadBefore = 0;
    #writeFailed = false;
    #resolve = () => { };
    #clock;
    #timer;
    #request;
    constructor(connection, request, clock) {
        this.connection = connection;
        this.#clock = clock;
        this.#request = request;
        this.body = new ReceivedBody(request.keepBody);
        this.ended = new Promise((resolve) => {
            this.#resolve = resolve;
        });
        this.startedAtMs = clock();
        this.#timer = setTimeout(this.#onDeadline, request.timeoutMs);
        const { method, path, headers, body } = request;
        connection.dispatch({ method, path, headers: headers ?? {}, body: body ?? null }, this);
    }
    get wire() {
        return this.#wire;
    }
    /** Bytes of the answer on the wire, headers included. */
    get bytesRead() {
        return this.#wire === undefined ? 0 : this.#wire.socket.bytesRead - this.#bytesReadBefore;
    }
    /** Nothing was written because the idle connection turned out to be dead: to send it elsewhere is not a retry. */
    get neverWritten() {
        return this.ending === 'failed' && this.sentAtMs === undefined && (this.connection.wire?.requests ?? 0) > 0;
    }
    get closeAnnounced() {
        const value = this.headers['connection'];
        return value !== undefined && /\bclose\b/i.test(String(value));
    }
    seen() {
        const wire = this.#wire ?? this.connection.wire;
        return {
            ending: this.ending ?? 'cancelled',
            connected: wire !== undefined,
            written: this.sentAtMs !== undefined && !this.#writeFailed,
            reused: this.reused,
            closedByPeer: wire?.closedByPeer === true && wire.error === undefined,
            ...(this.code === undefined ? {} : { code: this.code }),
            ...(this.sentAtMs === undefined ? {} : { sinceSentMs: (this.endedAtMs ?? this.sentAtMs) - this.sentAtMs }),
            responseBytes: this.bytesRead,
            ...(this.status === undefined ? {} : { status: this.status }),
            retryAfter: this.headers['retry-after'] !== undefined,
            closeAnnounced: this.closeAnnounced,
        };
    }
    /** Gives it up: never counted for or against the service. */
    cancel() {
        this.#end('cancelled');
    }
    /** Called by undici in the turn in which it writes the request, just before it does. */
    onRequestStart(controller) {
        if (this.ending !== undefined || this.sentAtMs !== undefined) {
            controller.abort(new Error('a request is written at most once'));
            return;
        }
        const wire = this.connection.wire;
        this.sentAtMs = this.#clock();
        if (wire === undefined)
            return;
        this.#wire = wire;
        this.#bytesReadBefore = wire.socket.bytesRead;
        this.reused = wire.requests > 0;
        if (this.reused && wire.idleSinceMs !== undefined)
            this.idleMs = this.sentAtMs - wire.idleSinceMs;
        wire.requests += 1;
    }
    onResponseStart(_controller, status, headers) {
        if (status < 200 || this.ending !== undefined)
            return;
        this.firstByteAtMs = this.#clock();
        this.status = status;
        this.headers = headers;
    }
    onResponseData(_controller, chunk) {
        if (this.ending === undefined && !this.body.add(chunk))
            this.#end('endless');
    }
    onResponseEnd() {
        // A body that ends with the connection looks complete to the parser even when the connection was reset.
        const reset = this.#wire?.error;
        if (reset !== undefined)
            this.code = reset.code ?? reset.message;
        this.#end(reset === undefined ? 'complete' : 'failed');
    }
    onResponseError(_controller, error) {
        if (this.ending !== undefined)
            return;
        this.code = error.code ?? error.name;
        this.#writeFailed = error.syscall === 'write';
        this.#end('failed');
    }
    /** A deadline that passed while the loop was stalled is only real when the answer is not waiting to be read. */
    #onDeadline = () => {
        setImmediate(() => this.#end('timeout'));
    };
    #end(ending) {
        if (this.ending !== undefined)
            return;
        this.ending = ending;
        this.endedAtMs = this.#clock();
        clearTimeout(this.#timer);
        if (this.#wire !== undefined)
            this.#wire.idleSinceMs = this.endedAtMs;
        if (ending !== 'complete')
            this.connection.destroy();
        if (typeof this.#request.body === 'object')
            this.#request.body.destroy();
        this.#resolve();
    }
}
