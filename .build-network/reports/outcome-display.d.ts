import type { Outcome } from '../core/outcome.js';
import type { RequirementReport } from '../core/run-report.js';
/** How an outcome is shown everywhere: the symbol carries the meaning without colour. */
export interface OutcomeDisplay {
    readonly symbol: string;
    readonly word: string;
    readonly meaning: string;
}
export declare const outcomeDisplay: Readonly<Record<Outcome, OutcomeDisplay>>;
/** The order in which people want to see outcomes: what needs an action first. */
export declare const outcomesByUrgency: readonly Outcome[];
/** `2 failed, 1 missing, 14 passed`: outcomes that did not occur are left out. */
export declare function countsInWords(counts: Readonly<Record<Outcome, number>>): string;
/** `MUST · level 1 · weight 3` */
export declare const standingOf: (requirement: RequirementReport) => string;
