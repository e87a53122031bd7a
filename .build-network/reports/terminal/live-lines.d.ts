import type { RunProgress } from './run-progress.js';
import type { Style } from './style.js';
export interface LiveOptions {
    readonly style: Style;
    readonly nowMs: number;
    readonly columns: number;
    readonly rows: number;
}
/** The block that is drawn over again: running scenarios with their step, then one line on the whole run. */
export declare function liveLines(progress: RunProgress, options: LiveOptions): readonly string[];
