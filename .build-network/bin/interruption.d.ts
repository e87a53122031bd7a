export interface Interruption extends Disposable {
    readonly signal: AbortSignal;
    /** 130 or 143 after SIGINT or SIGTERM, 70 after an exception nobody caught, else undefined. */
    exitCode(): number | undefined;
    /** The exception nobody caught. */
    crash(): Error | undefined;
}
/**
 * The first SIGINT, SIGTERM or SIGHUP, or an exception nobody caught, aborts: work stops, cleans up and reports. A second one
 * ends the process at once, and the reaper cleans up. `onNotice` tells the user which.
 */
export declare function watchInterruption(onNotice: (message: string) => void): Interruption;
