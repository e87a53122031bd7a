import { Connection } from './connection.js';
/** As many connections to one address as there are requests outstanding: an open loop never waits for one. */
export class ConnectionPool {
    #options;
    #idle = [];
    #all = new Set();
    #numbers = 0;
    constructor(options) {
        this.#options = options;
    }
    acquire() {
        for (;;) {
            const connection = this.#idle.pop();
            if (connection === undefined)
                return this.open();
            if (connection.usable) {
                connection.busy = true;
                return connection;
            }
            this.#discard(connection);
        }
    }
    /** A connection that was never used. */
    open() {
        const { url, clock } = this.#options;
        const connection = new Connection({ url, clock, nextNumber: () => ++this.#numbers, onIdleClose: () => this.#discard(connection) });
        connection.busy = true;
        this.#all.add(connection);
        return connection;
    }
    release(connection) {
        connection.busy = false;
        if (this.#options.connections === 'keep-alive' && connection.usable)
            this.#idle.push(connection);
        else
            this.#discard(connection);
    }
    close() {
        for (const connection of this.#all)
            connection.destroy();
        this.#all.clear();
        this.#idle.length = 0;
    }
    #discard(connection) {
        if (!this.#all.delete(connection))
            return;
        const at = this.#idle.indexOf(connection);
        if (at !== -1)
            this.#idle.splice(at, 1);
        connection.destroy();
    }
}
