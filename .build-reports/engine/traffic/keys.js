/** The value that belongs to a key, so that an answer can be judged without remembering what was written. */
export function valueOf(key) {
    return `value-${fnv1a(key, 0x811c9dc5)}${fnv1a(key, 0x9747b28c)}`;
}
function fnv1a(text, basis) {
    let hash = basis;
    for (let at = 0; at < text.length; at++)
        hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
}
const knownMax = 10_000;
/** Makes keys, and knows which were attempted and which can be read. */
export class KeyStore {
    #options;
    #attempted = new Set();
    #waiting = [];
    #known = [];
    #made = 0;
    #replaceAt = 0;
    constructor(options) {
        this.#options = options;
    }
    /** `sw-<run>-<load>-<n>`, never the same twice. */
    newKey(load) {
        this.#made += 1;
        return `sw-${this.#options.runKey}-${load.replace(/[^A-Za-z0-9-]/g, '-')}-${this.#made}`;
    }
    /** A write of this key is about to be sent; from now on it may exist. */
    attempted(key) {
        this.#attempted.add(key);
    }
    acknowledged(key, atMs) {
        this.#waiting.push({ key, visibleAtMs: atMs + this.#options.visibleAfterMs });
        if (this.#waiting.length > knownMax * 2)
            this.#admit(atMs);
    }
    /** A key that every ordinary read must find by now, or undefined. */
    known(atMs) {
        this.#admit(atMs);
        return this.#known[Math.floor(this.#options.random() * this.#known.length)];
    }
    knownCount(atMs) {
        this.#admit(atMs);
        return this.#known.length;
    }
    attemptedKeys() {
        return [...this.#attempted];
    }
    /** Acknowledgements come in the order of time, so what may be read is at the front. */
    #admit(atMs) {
        let due = 0;
        while (due < this.#waiting.length && this.#waiting[due].visibleAtMs <= atMs)
            due += 1;
        if (due === 0)
            return;
        for (const { key } of this.#waiting.splice(0, due)) {
            if (this.#known.length < knownMax)
                this.#known.push(key);
            else
                this.#known[this.#replaceAt++ % knownMax] = key;
        }
    }
}
