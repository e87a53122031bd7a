import type { RunEvent } from '../../core/run-event.js';
import type { Style } from './style.js';
type Started = Extract<RunEvent, {
    type: 'run-started';
}>;
export declare const shortText: (text: string) => string;
/** What stands at the top of a run. */
export declare function headerLines(event: Started, style: Style): readonly string[];
/** Lines that stay, for a terminal that is redrawn: steps are shown live and leave nothing behind. */
export declare function interactiveLines(event: RunEvent, style: Style, columns: number): readonly string[];
/** One line an event with the run's clock before it, for logs: no line can be mistaken for one of the CI server. */
export declare function logLines(event: RunEvent, style: Style, elapsedMs: number): readonly string[];
export {};
