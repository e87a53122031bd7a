import type { RunReport } from '../../core/run-report.js';
import type { Style } from './style.js';
export interface SummaryOptions {
    readonly style: Style;
    readonly columns: number;
    /** Paths of the reports, as they are to be shown. */
    readonly files: readonly string[];
}
/** What stands at the end of a run: areas, what to do, score, verdict, where to read more. */
export declare function summaryLines(report: RunReport, options: SummaryOptions): readonly string[];
