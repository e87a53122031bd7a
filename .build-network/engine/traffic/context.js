import { SeaworthyError } from '../../core/errors.js';
import { Identities } from './identity.js';
import { KeyStore } from './keys.js';
import { Operations } from './operations.js';
import { RecordingClient } from './recording-client.js';
import { ShareCounter } from './shares.js';
/** Longer than the declared lag, so that a reading at the limit is not a finding about the service. */
const lagMarginMs = 500;
/** What the parts of the traffic of one scenario share. */
export class TrafficContext {
    service;
    instances;
    clock;
    record;
    random;
    signal;
    operations;
    keys;
    identities;
    shares = new ShareCounter();
    visibleAfterMs;
    /** Everything that waits for an answer now; cancelled together when the run is aborted. */
    outstanding = new Set();
    #entrypoint;
    #requestIds = 0;
    constructor(options) {
        this.service = options.service;
        this.instances = options.instances;
        this.clock = options.clock;
        this.record = options.record;
        this.random = options.random;
        this.signal = options.signal;
        this.#entrypoint = options.entrypoint;
        this.visibleAfterMs = (options.service.data?.maxLagMs ?? 0) + lagMarginMs;
        this.operations = new Operations(options.service);
        this.keys = new KeyStore({ runKey: options.runKey, visibleAfterMs: this.visibleAfterMs, random: options.random });
        this.identities = new Identities(options.service.identity);
    }
    nextRequestId() {
        return ++this.#requestIds;
    }
    /** The address of the balancer or of one instance. Throws SeaworthyError for an instance that is not there. */
    urlOf(via) {
        if (via === 'balancer')
            return this.#entrypoint;
        const instance = this.instances.find(({ id }) => id === via);
        if (instance !== undefined)
            return instance.url;
        throw new SeaworthyError('SW_UNKNOWN_INSTANCE', `while preparing traffic: found no instance "${via}", expected one of ${this.instances.map(({ id }) => id).join(', ')}`);
    }
    /** A client of the service, for one load. */
    client(load, via, connections) {
        return new RecordingClient(this, { load, via, url: this.urlOf(via), connections, ofService: true });
    }
    observe(probe, target, value, sentAtMs) {
        this.record({ kind: 'observation', probe, target, atMs: this.clock(), value, ...(sentAtMs === undefined ? {} : { sentAtMs }) });
    }
    cancelAll() {
        for (const one of [...this.outstanding])
            one.cancel();
    }
}
