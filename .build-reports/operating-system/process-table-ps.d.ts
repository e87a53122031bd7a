import type { ProcessEntry } from './process-table.js';
/** The process table where there is no /proc (macOS). Slower by far: one `ps` a call. */
export declare function listWithPs(pid?: number): ProcessEntry[];
/** Lines `pid ppid pgid stat Www Mmm dd hh:mm:ss yyyy command`; zombies are left out. */
export declare function parsePs(text: string): ProcessEntry[];
/** Pids whose environment, printed after the command by `ps -E`, holds `NAME=value` for an accepted value. */
export declare function pidsByEnvironmentWithPs(name: string, accepts: (value: string) => boolean): number[];
