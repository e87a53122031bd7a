/** Gauge of the requests in flight, health and administration excepted. */
export class InFlight {
    entries = new Set();
    waiting = new Set();
    get count() {
        return this.entries.size;
    }
    /** Returns the work and how to say that it has ended (more than once does no harm). */
    begin(route, socket) {
        const controller = new AbortController();
        const entry = { route, socket, controller, signal: controller.signal };
        this.entries.add(entry);
        return { work: entry, end: () => this.end(entry) };
    }
    end(entry) {
        if (!this.entries.delete(entry) || this.entries.size > 0)
            return;
        for (const wake of [...this.waiting])
            wake();
    }
    byRoute() {
        const counts = {};
        for (const { route } of this.entries)
            counts[route] = (counts[route] ?? 0) + 1;
        return counts;
    }
    /** Tells every request in flight to end itself with an answer. */
    abortAll() {
        for (const { controller } of this.entries)
            controller.abort();
    }
    /** Closes the connections of what is still in flight. */
    destroyAll() {
        for (const { socket } of this.entries)
            socket.destroy();
    }
    /** Whether nothing was in flight at some moment before `timeoutMs` was over. */
    async emptyWithin(timeoutMs) {
        if (this.entries.size === 0)
            return true;
        return new Promise((resolve) => {
            const finish = (empty) => {
                clearTimeout(timer);
                this.waiting.delete(wake);
                resolve(empty);
            };
            const wake = () => finish(true);
            const timer = setTimeout(() => finish(false), timeoutMs);
            this.waiting.add(wake);
        });
    }
}
