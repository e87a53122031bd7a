/**
 * Which instance an answer came from. What an instance calls itself is learnt from answers on its direct address;
 * a name that two of them use says nothing, and is from then on recorded raw like one that nobody uses.
 */
export class Identities {
    #instanceHeader;
    #bootHeader;
    #byValue = new Map();
    #ambiguous = new Set();
    last = new Map();
    constructor(identity) {
        this.#instanceHeader = identity?.instanceHeader.toLowerCase();
        this.#bootHeader = identity?.bootHeader?.toLowerCase();
    }
    get ambiguous() {
        return [...this.#ambiguous];
    }
    /** Reads an answer. `direct` is the instance whose own address it came from. */
    read(headers, atMs, direct) {
        const value = headerOf(headers, this.#instanceHeader);
        const boot = headerOf(headers, this.#bootHeader);
        if (value === undefined)
            return boot === undefined ? {} : { boot };
        if (direct !== undefined)
            this.#learn(value, direct);
        const instance = this.#byValue.get(value);
        if (instance !== undefined)
            this.last.set(instance, { value, atMs, ...(boot === undefined ? {} : { boot }) });
        return { instance: instance ?? value, ...(boot === undefined ? {} : { boot }) };
    }
    #learn(value, instance) {
        const known = this.#byValue.get(value);
        if (known === instance || this.#ambiguous.has(value))
            return;
        if (known === undefined) {
            this.#byValue.set(value, instance);
            return;
        }
        this.#byValue.delete(value);
        this.#ambiguous.add(value);
    }
}
function headerOf(headers, name) {
    const value = name === undefined ? undefined : headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
}
