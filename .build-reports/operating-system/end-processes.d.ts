import { type ProcessEntry, type ProcessIdentity } from './process-table.js';
export interface EndOptions {
    /** How long they may take to end by themselves after SIGTERM. 0: SIGKILL at once. */
    readonly termGraceMs: number;
    /** How long to go on with SIGKILL: a process in uninterruptible sleep takes no signal. Default 10 s. */
    readonly killWithinMs?: number;
}
export interface EndResult {
    readonly ended: readonly ProcessEntry[];
    readonly left: readonly ProcessEntry[];
}
/**
 * Ends whatever `find` finds and goes on until it finds nothing: a process that was just being forked is found in
 * the next round. SIGTERM (and SIGCONT, for what is stopped) first, SIGKILL after the grace period.
 */
export declare function endProcesses(find: () => readonly ProcessEntry[], options: EndOptions): Promise<EndResult>;
/** Ends process groups; one whose leader is not the process that was written down is left alone. */
export declare function endProcessGroups(groups: readonly ProcessIdentity[], options: EndOptions): Promise<EndResult>;
/**
 * Kills all that `find` finds as if at one instant: everything is stopped before the first one dies, so that
 * none sees another one's end and acts on it. Synchronous for the same reason. Returns what was sent SIGKILL.
 */
export declare function killAtOnce(find: () => readonly ProcessEntry[]): ProcessEntry[];
/** Stops all that `find` finds, again and again until it finds nothing new: a stopped process cannot fork. */
export declare function stopAll(find: () => readonly ProcessEntry[]): ProcessEntry[];
/** Sends a signal if it is still this very process. False: it is gone, or not ours to signal. */
export declare function send(target: ProcessIdentity, signal: NodeJS.Signals): boolean;
/** Waits until none of them lives; false when the time ran out. */
export declare function untilGone(targets: readonly ProcessIdentity[], timeoutMs: number): Promise<boolean>;
