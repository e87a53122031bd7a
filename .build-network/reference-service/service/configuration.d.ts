/** All settings with their defaults. Times in milliseconds. */
export declare const defaults: {
    http: {
        keepAliveTimeoutMs: number;
    };
    warmUp: {
        durationMs: number;
    };
    database: {
        poolSize: number;
        connectTimeoutMs: number;
        primaryQueryTimeoutMs: number;
        replicaQueryTimeoutMs: number;
    };
    monitor: {
        intervalMs: number;
        timeoutMs: number;
        failuresUntilDown: number;
    };
    reads: {
        stalenessMsMax: number;
    };
    drain: {
        graceMs: number;
        deadlineMs: number;
    };
};
export type Configuration = typeof defaults;
/** The text of a configuration file, complete: what is missing has its default. Throws with the place of a mistake. */
export declare function parseConfiguration(text: string): Configuration;
export declare const readConfiguration: (path: string) => Configuration;
