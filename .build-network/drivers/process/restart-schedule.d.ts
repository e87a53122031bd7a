import type { RestartPolicy } from '../../core/service-descriptor.js';
export declare function wantsRestart(policy: RestartPolicy, exit: {
    readonly code: number | null;
    readonly signal: string | null;
}): boolean;
/** How long to wait before a restart: 100 ms, doubled up to 2 s while it dies within 1 s, reset once it was up for 5 s. */
export declare class RestartSchedule {
    #private;
    /** The delay after a process that was up this long. */
    nextDelayMs(uptimeMs: number): number;
}
