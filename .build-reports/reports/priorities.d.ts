import type { RequirementReport, RunReport } from '../core/run-report.js';
/**
 * What to fix first: failed and missing MUSTs that nobody waived, heaviest first; among equals the lower level, then
 * what is broken before what is absent, then the id.
 */
export declare function fixFirst(report: RunReport): readonly RequirementReport[];
/** Inconclusive and erroneous requirements: nobody knows whether they hold. Heaviest first. */
export declare function unknowns(report: RunReport): readonly RequirementReport[];
/** What the run as a whole means, for colours and symbols; the words are `RunReport.verdict`. */
export type RunTone = 'good' | 'bad' | 'unsure' | 'broken';
/** An interrupted or crashed run never looks good, whatever its exit code says. */
export declare function toneOf(report: RunReport): RunTone;
/** Sentences that must stand beside the verdict because they limit what it says. */
export declare function reservations(report: RunReport): readonly string[];
