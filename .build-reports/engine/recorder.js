import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { historySchema } from './history-file.js';
const bufferBytesMax = 64 * 1024;
const flushEveryMs = 250;
/**
 * The one writer of a history. Events go to disk as NDJSON at least four times a second, so memory stays bounded
 * whatever the length. The last line counts the events: a history without it was cut off, and nothing in it passes.
 */
export class Recorder {
    path;
    file;
    timer;
    pending = [];
    pendingBytes = 0;
    written = 0;
    closed = false;
    /** Set when the disk refused: the history is no longer complete and the scenario must not be judged as if it were. */
    failure;
    constructor(path, header) {
        this.path = path;
        mkdirSync(dirname(path), { recursive: true });
        this.file = openSync(path, 'w');
        this.line(JSON.stringify({ kind: 'header', schema: historySchema, ...header }));
        this.flush();
        this.timer = setInterval(() => this.flush(), flushEveryMs);
        this.timer.unref();
    }
    /** Events after `close` are dropped: stragglers of a scenario that was cut belong to nobody. */
    record(event) {
        if (this.closed)
            return;
        this.written += 1;
        this.line(JSON.stringify(event));
    }
    close(atMs) {
        if (this.closed)
            return;
        this.closed = true;
        clearInterval(this.timer);
        this.line(JSON.stringify({ kind: 'end', atMs, events: this.written }));
        this.flush();
        closeSync(this.file);
    }
    line(text) {
        this.pending.push(text, '\n');
        this.pendingBytes += text.length + 1;
        if (this.pendingBytes >= bufferBytesMax)
            this.flush();
    }
    flush() {
        if (this.pending.length === 0 || this.failure !== undefined)
            return;
        const text = Buffer.from(this.pending.join(''), 'utf8');
        this.pending = [];
        this.pendingBytes = 0;
        try {
            for (let offset = 0; offset < text.length;)
                offset += writeSync(this.file, text, offset);
        }
        catch (thrown) {
            this.failure = thrown;
        }
    }
}
