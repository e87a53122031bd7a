/**
 * What can be said of a requirement after a run. The meaning, credit and report mapping of each outcome
 * are listed in docs/GLOSSARY.md.
 */
export type Outcome = 'passed' | 'failed' | 'missing' | 'inconclusive' | 'error' | 'not-applicable' | 'skipped';
export declare const outcomes: readonly Outcome[];
/** What a check may answer. `missing` and `skipped` are decided before anything runs, never by a check. */
export type FindingOutcome = Exclude<Outcome, 'missing' | 'skipped'>;
/**
 * Merges the outcomes of all findings on one requirement: failed > error > inconclusive > passed;
 * not-applicable only when all are. No findings at all is an `error`: a requirement that nobody judged
 * must never look like one that held.
 */
export declare function mergeOutcomes(found: readonly FindingOutcome[]): FindingOutcome;
