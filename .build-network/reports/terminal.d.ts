import type { LiveReporter } from '../core/run-event.js';
import { type TerminalStream } from './terminal/screen.js';
import { type Environment } from './terminal/style.js';
export interface TerminalOptions {
    readonly stream: TerminalStream;
    /** Whether lines may be drawn over. Default: the stream is a terminal, TERM is not `dumb` and CI is not set. */
    readonly isTTY?: boolean;
    /** Default: those of the stream, followed as it is resized; 100 when it has none. */
    readonly columns?: number;
    /** Default: FORCE_COLOR, then NO_COLOR, then whether the stream is a terminal. */
    readonly color?: boolean;
    readonly environment?: Environment;
    /** Milliseconds on any monotonic clock. */
    readonly now?: () => number;
    /** Names of the files that the run directory will hold, to be named at the end. */
    readonly files?: readonly string[];
}
/** Shows a run while it goes on: drawn in place on a terminal, one line an event elsewhere. Never throws. */
export declare function createTerminal(options: TerminalOptions): LiveReporter;
