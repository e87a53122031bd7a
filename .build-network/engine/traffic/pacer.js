const slipReportMs = 1_000;
/** Shorter than this a timer cannot wait; the loop is polled instead. */
const timerMsMin = 0.25;
/**
 * Plans at a constant rate: instant n is start + n / rate, whatever happened to the earlier ones. One timer, armed
 * for the next instant, so that a low rate costs nothing.
 */
export class Pacer {
    ended;
    planned = 0;
    #options;
    #startedAtMs;
    #countMax;
    #resolve = () => { };
    #timer;
    #immediate;
    #stopped = false;
    #slipMsMax = 0;
    #reportedAtMs;
    #reportedPlanned = 0;
    constructor(options) {
        this.#options = options;
        this.#startedAtMs = options.clock();
        this.#reportedAtMs = this.#startedAtMs;
        const inTime = Math.ceil((options.durationMaxMs * options.ratePerSecond) / 1_000);
        this.#countMax = options.ratePerSecond > 0 ? Math.min(inTime, options.countMax ?? inTime) : 0;
        this.ended = new Promise((resolve) => {
            this.#resolve = resolve;
        });
        this.#arm(0);
    }
    /** Plans no more. */
    stop() {
        if (this.#stopped)
            return;
        this.#stopped = true;
        clearTimeout(this.#timer);
        clearImmediate(this.#immediate);
        this.#report();
        this.#resolve();
    }
    #dueAtMs(index) {
        return this.#startedAtMs + (index * 1_000) / this.#options.ratePerSecond;
    }
    #tick = () => {
        const { clock, onDue } = this.#options;
        for (let now = clock(); !this.#stopped && this.planned < this.#countMax; now = clock()) {
            const dueAtMs = this.#dueAtMs(this.planned);
            if (dueAtMs > now)
                break;
            this.#slipMsMax = Math.max(this.#slipMsMax, now - dueAtMs);
            onDue(dueAtMs, this.planned++);
        }
        if (this.#stopped)
            return;
        if (this.planned >= this.#countMax) {
            this.stop();
            return;
        }
        const now = clock();
        if (now - this.#reportedAtMs >= slipReportMs)
            this.#report();
        this.#arm(this.#dueAtMs(this.planned) - now);
    };
    #arm(waitMs) {
        if (waitMs < timerMsMin)
            this.#immediate = setImmediate(this.#tick);
        else
            this.#timer = setTimeout(this.#tick, Math.max(1, Math.floor(waitMs)));
    }
    #report() {
        const planned = this.planned - this.#reportedPlanned;
        if (planned === 0)
            return;
        this.#options.onSlip?.({ slipMsMax: Math.round(this.#slipMsMax * 1_000) / 1_000, planned });
        this.#reportedAtMs = this.#options.clock();
        this.#reportedPlanned = this.planned;
        this.#slipMsMax = 0;
    }
}
