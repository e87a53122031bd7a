import { Readable } from 'node:stream';
const bodyWithoutTemplate = 'held open by the client';
/** A request body whose length is announced and whose last byte is kept back until `release`. */
export class HeldBody {
    stream;
    length;
    #last;
    constructor(body) {
        const whole = Buffer.from(body === undefined || body.length < 2 ? bodyWithoutTemplate : body);
        this.length = whole.length;
        this.#last = whole.subarray(-1);
        this.stream = new Readable({ read: () => { } });
        this.stream.push(whole.subarray(0, -1));
    }
    release() {
        if (this.#last === undefined || this.stream.destroyed)
            return;
        this.stream.push(this.#last);
        this.stream.push(null);
        this.#last = undefined;
    }
}
