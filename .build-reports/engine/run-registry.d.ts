import { type ProcessIdentity } from '../operating-system/process-table.js';
import { type JournalFile } from './journal.js';
/**
 * Folders of the runs that live, one a run, below one folder a user: `<tmp>/seaworthy-<uid>/<runId>/` with
 * `owner.json` (the harness), `reaper.json`, `journal.ndjson`, and one folder a deployment. All names are short:
 * the path of a Unix socket may have no more than 104 characters on macOS, 108 on Linux.
 */
export interface RunFolder {
    readonly runId: string;
    readonly directory: string;
    readonly journal: JournalFile;
}
/** What is found of a run in the registry; null: that part is missing or cannot be read. */
export interface RegisteredRun {
    readonly runId: string;
    readonly directory: string;
    readonly owner: ProcessIdentity | null;
    readonly reaper: ProcessIdentity | null;
}
export declare const journalPath: (directory: string) => string;
/** Default of every `stateDirectory` here. */
export declare const defaultStateDirectory: () => string;
/** Short, sorts by time, and safe in file names, environment variables and URLs. */
export declare const newRunId: () => string;
/**
 * Registers a run that belongs to this process. The folder appears with its owner in it, so that nobody ever
 * takes it for a leftover. Throws SeaworthyError SW_STATE_FOLDER_UNSAFE, SW_RUN_EXISTS.
 */
export declare function openRun(runId: string, stateDirectory?: string): RunFolder;
/** A new, empty folder for one deployment of the run. */
export declare function deploymentDirectory(run: RunFolder, name: string): string;
/** Takes a run off the registry, when all of its processes have ended. May be called twice. */
export declare function closeRun(run: RunFolder): void;
/** Removes the folder of a run, and the folder above when it was the last one. */
export declare function removeRunFolder(directory: string): void;
/** All runs in the registry. Empty when there is no state folder. Throws SeaworthyError SW_STATE_FOLDER_UNSAFE. */
export declare function listRuns(stateDirectory?: string): RegisteredRun[];
export declare const lives: (identity: ProcessIdentity | null) => boolean;
/** Writes `{ pid, startTime }` of a living process. */
export declare function writeIdentity(file: string, pid: number): void;
