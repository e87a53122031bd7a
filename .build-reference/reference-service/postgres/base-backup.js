import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { giveTo } from './run-as.js';
import { TarExtractor } from './tar-extractor.js';
/**
 * The answer to BASE_BACKUP: result sets with positions, and between them a stream of CopyData messages whose first
 * byte tells their kind: n = a new archive begins, d = data of the archive, p = progress, m = manifest begins.
 * Source: PostgreSQL 18 manual, Streaming Replication Protocol.
 */
class BaseBackupQuery {
    extractor;
    finished;
    resolve = () => { };
    reject = () => { };
    failed = false;
    constructor(extractor) {
        this.extractor = extractor;
        this.finished = new Promise((resolve, reject) => {
            this.resolve = resolve;
            this.reject = reject;
        });
    }
    submit(connection) {
        connection.query(`BASE_BACKUP (LABEL 'standby', CHECKPOINT 'fast', WAL true, MANIFEST 'no')`);
    }
    handleCopyData({ chunk }) {
        // What still arrives after a failure must not be written: the next attempt may have begun.
        if (this.failed || chunk[0] !== 'd'.charCodeAt(0))
            return;
        this.attempt(() => this.extractor.write(chunk.subarray(1)));
    }
    handleReadyForQuery() {
        this.attempt(() => this.extractor.end());
        if (!this.failed)
            this.resolve();
    }
    handleError(error) {
        this.failed = true;
        this.reject(error);
    }
    attempt(step) {
        try {
            step();
        }
        catch (error) {
            this.handleError(error);
        }
    }
    handleRowDescription() { }
    handleDataRow() { }
    handleCommandComplete() { }
}
/** Copies a running primary over its replication protocol into a standby's data folder. */
export async function takeBaseBackup({ host, port, directory, owner }) {
    const connection = { host, port, user: 'postgres', database: 'postgres', connectionTimeoutMillis: 2_000, replication: 'true' };
    const client = new pg.Client(connection);
    client.on('error', () => { });
    await client.connect();
    try {
        mkdirSync(directory, { mode: 0o700 });
        giveTo(owner, directory);
        await client.query(new BaseBackupQuery(new TarExtractor(directory, owner))).finished;
        const signal = join(directory, 'standby.signal');
        writeFileSync(signal, '', { mode: 0o600 });
        giveTo(owner, signal);
    }
    finally {
        await client.end().catch(() => { });
    }
}
