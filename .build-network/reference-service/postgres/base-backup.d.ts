import type { RunAs } from './run-as.js';
export interface BaseBackupOptions {
    readonly host: string;
    readonly port: number;
    /** Must not exist; is complete when the promise resolves. */
    readonly directory: string;
    readonly owner: RunAs;
}
/** Copies a running primary over its replication protocol into a standby's data folder. */
export declare function takeBaseBackup({ host, port, directory, owner }: BaseBackupOptions): Promise<void>;
