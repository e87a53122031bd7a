import type { StopResult } from '../../core/driver.js';
import type { RunningUnit } from './supervised-unit.js';
/**
 * Stops a unit as a platform does: the signal to the main process alone, SIGKILL to everything of it when the grace
 * period is over. Children are sampled while it runs: once their parent is gone nothing links them to it.
 */
export declare function stopRunning(running: RunningUnit, options: {
    readonly signal: NodeJS.Signals;
    readonly graceMs: number;
}): Promise<StopResult>;
