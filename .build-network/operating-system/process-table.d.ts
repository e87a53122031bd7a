/** A pid alone is not a process: pids are used again. Together with the start time it is. */
export interface ProcessIdentity {
    readonly pid: number;
    /** Opaque; equal only for the same process. Holds the boot of the machine, so that it survives a reboot. */
    readonly startTime: string;
}
export interface ProcessEntry extends ProcessIdentity {
    readonly ppid: number;
    readonly pgid: number;
    readonly state: string;
    readonly command: string;
}
export declare const onLinux: boolean;
/** Every living process that may be seen. Zombies are left out: they run nothing and hold nothing. */
export declare function listProcesses(): ProcessEntry[];
/** The process with this pid, or null when there is none (or only its zombie). */
export declare function readProcess(pid: number): ProcessEntry | null;
/** Start time of the process with this pid; also of a zombie that nobody has waited for yet. Null: no such pid. */
export declare function processStartTime(pid: number): string | null;
export declare function isAlive(pid: number, startTime: string): boolean;
export declare function groupMembers(pgid: number, table?: readonly ProcessEntry[]): ProcessEntry[];
/**
 * The roots that still live, everything in the process groups they lead, and all descendants of these. Parent
 * links matter: a process such as a PostgreSQL backend makes a session, and so a group, of its own.
 */
export declare function processTree(roots: readonly ProcessIdentity[], table?: readonly ProcessEntry[]): ProcessEntry[];
/** The given processes and everything below them. `except` and what is below it is not entered. */
export declare function withDescendants(found: readonly ProcessEntry[], table: readonly ProcessEntry[], except?: ReadonlySet<number>): ProcessEntry[];
/** The whole command line for people, at most 200 characters; the short name when it cannot be read. */
export declare function commandLineOf(entry: ProcessEntry): string;
