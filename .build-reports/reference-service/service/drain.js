import { EventEmitter } from 'node:events';
import { defective } from '../defects.js';
import { log } from './log.js';
/** How long a request that was told to end may take to write its answer. */
const answerMs = 500;
const idleMsMin = 1_000;
/**
 * serving -> draining -> drained, and back by `undo`.
 *
 * While draining, readiness fails, everything is still served, and every answer tells the client to close its
 * connection. `drained` is reached when the balancer has had its time to notice (`graceMs`) and nothing is in flight,
 * or at `deadlineMs`, when what is left is ended with an answer. A drained replica still listens and serves, so a late
 * request is never dropped.
 */
export class Drain {
    times;
    parts;
    current = 'serving';
    changedAtMs = performance.now();
    ending;
    changes = new EventEmitter();
    constructor(times, parts) {
        this.times = times;
        this.parts = parts;
    }
    get state() {
        return this.current;
    }
    /** How long it has been in this state. */
    get sinceMs() {
        return Math.round(performance.now() - this.changedAtMs);
    }
    /** Idempotent: a drain that runs goes on. */
    begin() {
        if (this.current !== 'serving')
            return;
        this.change('draining');
        this.ending = new AbortController();
        void this.run(this.ending.signal);
        if (defective('drain.closes-listener-at-once'))
            this.parts.connections.stopListening();
        if (defective('drain.kills-inflight'))
            setTimeout(() => this.parts.inFlight.destroyAll(), 200);
    }
    undo() {
        if (this.current === 'serving')
            return;
        this.ending?.abort();
        this.change('serving');
        if (defective('drain.closes-listener-at-once'))
            this.parts.listen();
    }
    /** Resolves true when drained, false when `timeoutMs` is over first. */
    drainedWithin(timeoutMs) {
        if (this.current === 'drained')
            return Promise.resolve(true);
        return new Promise((resolve) => {
            const timer = setTimeout(() => resolve(false), timeoutMs);
            this.changes.once('drained', () => {
                clearTimeout(timer);
                resolve(true);
            });
        });
    }
    change(state) {
        this.current = state;
        this.changedAtMs = performance.now();
        this.changes.emit(state);
        log(state, { inFlight: this.parts.inFlight.count });
    }
    async run(undone) {
        const { inFlight, connections } = this.parts;
        const { graceMs, deadlineMs } = this.times;
        await new Promise((resolve) => setTimeout(resolve, graceMs));
        if (undone.aborted)
            return;
        const restMs = defective('drain.waits-forever') ? 2 ** 31 - 1 : Math.max(0, deadlineMs - graceMs);
        const empty = await inFlight.emptyWithin(restMs);
        if (undone.aborted)
            return;
        if (!empty)
            await this.endWhatIsLeft();
        if (undone.aborted)
            return;
        this.change('drained');
        while (!undone.aborted) {
            if (!defective('drain.pins-keepalive'))
                connections.endIdle(idleMsMin);
            await new Promise((resolve) => setTimeout(resolve, 250).unref());
        }
    }
    /** An explicit end for each: an answer, or the close of the connection. */
    async endWhatIsLeft() {
        const { inFlight } = this.parts;
        log('deadline of the drain', { inFlight: inFlight.count, routes: inFlight.byRoute() });
        inFlight.abortAll();
        if (!(await inFlight.emptyWithin(answerMs)))
            inFlight.destroyAll();
    }
}
