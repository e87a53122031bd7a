import { performance } from 'node:perf_hooks';
/** Bandwidth is given out in pieces of this duration. */
const pieceMs = 50;
/** With delay the line itself holds bytes; more than this and the sender has to wait. */
const queuedBytesMax = 1024 * 1024;
/** One direction of an edge: the fault on it, and the bandwidth all its connections share. */
export class Link {
    fault = null;
    #freeAtMs = 0;
    setFault(fault) {
        this.fault = fault;
        this.#freeAtMs = 0;
    }
    /** Books the line for so many bytes; they have passed at the instant returned. */
    book(bytes, bytesPerSecond) {
        this.#freeAtMs = Math.max(this.#freeAtMs, performance.now()) + (bytes / bytesPerSecond) * 1_000;
        return this.#freeAtMs;
    }
}
/**
 * One direction of one proxied connection. Bytes keep their order and are never dropped; FIN and RST travel in the
 * same queue. When the receiver does not take the bytes, or the fault holds them, the sender has to wait, too.
 */
export class Lane {
    #source;
    #sink;
    #link;
    #onForwarded;
    #queue = [];
    #queuedBytes = 0;
    #blocked = false; // the receiver does not take more
    #headDueAtMs;
    #timer;
    constructor(source, sink, options) {
        this.#source = source;
        this.#sink = sink;
        this.#link = options.link;
        this.#onForwarded = options.onForwarded;
        source.on('data', (chunk) => this.#accept({ kind: 'bytes', chunk, arrivedAtMs: performance.now() }));
        source.once('end', () => this.#accept({ kind: 'end', arrivedAtMs: performance.now() }));
        source.on('error', () => this.#accept({ kind: 'reset', arrivedAtMs: performance.now() }));
        sink.on('drain', () => {
            this.#blocked = false;
            this.#pump();
        });
        sink.once('close', () => clearTimeout(this.#timer));
        this.#pump();
    }
    /** To be called after the link's fault was changed. */
    faultChanged() {
        this.#headDueAtMs = undefined;
        this.#pump();
    }
    #accept(item) {
        this.#queue.push(item);
        if (item.kind === 'bytes')
            this.#queuedBytes += item.chunk.length;
        this.#pump();
    }
    #pump() {
        clearTimeout(this.#timer);
        while (!this.#blocked && !this.#sink.destroyed) {
            const head = this.#queue[0];
            if (head === undefined)
                break;
            const waitMs = this.#dueAtMs(head) - performance.now();
            if (waitMs > 0) {
                // Never early: timers of Node may fire up to a millisecond before the time asked for.
                if (waitMs !== Infinity)
                    this.#timer = setTimeout(() => this.#pump(), Math.ceil(waitMs));
                break;
            }
            this.#queue.shift();
            this.#headDueAtMs = undefined;
            this.#forward(head);
        }
        const wait = this.#link.fault?.kind === 'silence' || this.#blocked || this.#queuedBytes >= queuedBytesMax;
        if (wait)
            this.#source.pause();
        else
            this.#source.resume();
    }
    #dueAtMs(head) {
        const fault = this.#link.fault;
        if (fault === null)
            return 0;
        if (fault.kind === 'silence' || fault.kind === 'refuse')
            return Infinity; // with `refuse` the connection is cut next
        if (fault.kind === 'delay')
            return head.arrivedAtMs + fault.delayMs;
        if (head.kind !== 'bytes')
            return 0;
        if (this.#headDueAtMs !== undefined)
            return this.#headDueAtMs;
        const pieceBytes = Math.max(1, Math.floor((fault.bytesPerSecond * pieceMs) / 1_000));
        if (head.chunk.length > pieceBytes) {
            const rest = head.chunk.subarray(pieceBytes);
            head.chunk = head.chunk.subarray(0, pieceBytes);
            this.#queue.splice(1, 0, { kind: 'bytes', chunk: rest, arrivedAtMs: head.arrivedAtMs });
        }
        this.#headDueAtMs = this.#link.book(head.chunk.length, fault.bytesPerSecond);
        return this.#headDueAtMs;
    }
    #forward(item) {
        if (item.kind === 'bytes') {
            this.#queuedBytes -= item.chunk.length;
            this.#onForwarded(item.chunk.length);
            this.#blocked = !this.#sink.write(item.chunk);
        }
        else if (item.kind === 'end')
            this.#sink.end();
        else
            resetSocket(this.#sink);
    }
}
/** RST to the peer; a connection that is not made yet is given up. */
export function resetSocket(socket) {
    if (socket.connecting)
        socket.destroy();
    else
        socket.resetAndDestroy();
}
