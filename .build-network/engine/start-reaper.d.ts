import { type RunFolder } from './run-registry.js';
export interface Reaper {
    readonly pid: number;
    /** For a normal end, after everything of the run has ended: the reaper goes without doing anything. */
    release(): Promise<void>;
}
/**
 * Starts the reaper of a run; to be called before the first resource of the run is made. Resolves when it is
 * certain to notice the death of this process. `onLost` is called if it ends before it was released. Throws
 * SeaworthyError SW_REAPER.
 */
export declare function startReaper(run: Pick<RunFolder, 'directory'>, onLost?: (reason: string) => void): Promise<Reaper>;
