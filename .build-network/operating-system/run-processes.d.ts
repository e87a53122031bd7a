import { type ProcessEntry, type ProcessIdentity } from './process-table.js';
/** Every process of a run carries this variable: its value is the run's id, or the id, a slash and more. */
export declare const markerVariable = "SEAWORTHY_RUN";
/** All by which the processes of a run, or of one deployment in it, can be told from all others. */
export interface RunTrace {
    /** Value of the marker; `run-1` also stands for `run-1/anything`. */
    readonly marker: string;
    /** Folder in which our log files lie: a process whose stdout or stderr ends there is ours. */
    readonly directory: string;
    /** Processes known to be ours, such as the leaders of our process groups. */
    readonly known: readonly ProcessIdentity[];
    /** Not to be found, and nothing below them. */
    readonly except?: readonly number[];
}
/** The marker is in the environment a process was started with. */
export declare function processesWithMarker(marker: string, table?: readonly ProcessEntry[]): ProcessEntry[];
/** Processes whose stdout or stderr is a file under this folder. Empty where /proc is missing. */
export declare function processesWritingInto(directory: string, table?: readonly ProcessEntry[]): ProcessEntry[];
/**
 * Everything that belongs to a run and lives. No single mark is enough: a program that sets its process title
 * (PostgreSQL) overwrites the environment it was started with, a daemon leaves its group and its parent, and
 * whatever closes its output has no log file. Never this process itself.
 */
export declare function findRunProcesses(trace: RunTrace): ProcessEntry[];
/**
 * Members of the groups, each only while it is certain that the group is the one that was meant: its leader
 * lives and has the start time that was written down. What is left of a group without its leader is found by the
 * other marks of a run.
 */
export declare function membersOfGroups(groups: readonly ProcessIdentity[]): ProcessEntry[];
