import { type Check, type Finding } from '../core/check.js';
import { type History } from '../core/history.js';
import type { RequirementId, ThresholdValues } from '../core/requirement.js';
export interface Judgement {
    readonly requirement: RequirementId;
    readonly check: string;
    readonly finding: Finding;
}
/**
 * Judges one history. Assumptions come first: with a baseline that was not healthy nothing can be said, and an exercise
 * that did not reach its end can fail but never pass. A check that throws gives `error`, never a verdict.
 * Throws only SeaworthyError of an unreadable history.
 */
export declare function judge(history: History, checks: readonly Check[], thresholds: (requirement: RequirementId) => ThresholdValues): readonly Judgement[];
/** Why a scenario was cut short, for the report. */
export declare function incompleteReason(history: History): string | null;
