import { effectCount } from './effects.js';
/** Proof C: sent at least this long and this many round trips ago (VAL-01). */
const sentBeforeMs = 50;
const roundTrips = 5;
/** One request that is to be proven to be executing in an instance. */
export class WitnessRequest {
    ongoing;
    completed;
    ended = false;
    proof;
    #context;
    #options;
    constructor(context, options) {
        this.#context = context;
        this.#options = options;
        this.ongoing = options.ongoing;
        this.completed = options.ongoing.completed.then((completed) => {
            this.ended = true;
            return completed;
        });
    }
    /** Whether it makes sense to wait on: it is neither proven nor ended nor answered by another instance. */
    get open() {
        return !this.ended && this.proof === undefined && !this.#isElsewhere();
    }
    get executing() {
        return !this.ended && this.ongoing.exchange()?.ending === undefined;
    }
    /** Looks whether a proof is there by now. */
    look() {
        const exchange = this.ongoing.exchange();
        if (this.proof !== undefined || exchange === undefined || !this.executing)
            return;
        const atMs = this.#context.clock();
        if (this.#options.made.means === 'stream') {
            if (exchange.body.bytes > 0 && this.#isAccepted(exchange.status) && this.#isHere())
                this.proof = { grade: 'A', atMs };
            return;
        }
        // Through a balancer nothing says where it is: it may not even have arrived.
        if (!this.#options.direct || exchange.sentAtMs === undefined)
            return;
        const waitMs = Math.max(sentBeforeMs, roundTrips * (exchange.wire?.connectMs ?? 0));
        if (atMs - exchange.sentAtMs >= waitMs)
            this.proof = { grade: 'C', atMs };
    }
    /** Raises a proof C when the service itself counts the effect while the request still goes on. */
    async confirm() {
        const { made, instance } = this.#options;
        const { key } = this.ongoing;
        if (this.proof?.grade !== 'C' || key === undefined || made.operation.operation.effect === undefined)
            return;
        const count = await effectCount(this.#context, instance, { operation: made.operation.operation, key });
        if (count !== undefined && count > 0 && this.executing)
            this.proof = { grade: 'B', atMs: this.#context.clock() };
    }
    #isAccepted(status) {
        const { expect } = this.#options.made.operation.operation;
        if (status === undefined)
            return false;
        return expect.status.length === 0 ? status >= 200 && status < 300 : expect.status.includes(status);
    }
    /** A direct answer without identity is from here; through the balancer only a matching identity counts. */
    #isHere() {
        const instance = this.#answeredBy();
        return instance === undefined ? this.#options.direct : instance === this.#options.instance.id;
    }
    #isElsewhere() {
        return this.ongoing.exchange()?.status !== undefined && this.#options.made.means === 'stream' && !this.#isHere();
    }
    #answeredBy() {
        const exchange = this.ongoing.exchange();
        if (exchange?.status === undefined)
            return undefined;
        return this.#context.identities.read(exchange.headers, this.#context.clock(), this.#options.direct ? this.#options.instance.id : undefined).instance;
    }
}
