import type { History } from './history.js';
import type { FindingOutcome } from './outcome.js';
import type { RequirementId, ThresholdValues } from './requirement.js';
export interface Evidence {
    readonly note: string;
    readonly measured?: number;
    readonly allowed?: number;
    readonly unit?: 'ms' | 's' | 'requests' | 'ratio' | 'count';
    /** Ids of request events that show it, at most `evidenceRequestsMax` of them. */
    readonly requests?: readonly number[];
}
export declare const evidenceRequestsMax = 50;
/** How strong a "none of n failed" is: n, and the 95 % upper bound of the failure probability. */
export interface Strength {
    readonly n: number;
    readonly bound95: number;
}
export type EvidenceGrade = 'demonstrated' | 'simulated' | 'inspected';
export interface Finding {
    readonly outcome: FindingOutcome;
    readonly summary: string;
    readonly evidence: readonly Evidence[];
    readonly strength?: Strength;
    readonly grade?: EvidenceGrade;
}
/** Pure: the same history and thresholds always give the same finding. No I/O, no clock, no random. */
export interface Check {
    readonly id: string;
    readonly requirement: RequirementId;
    evaluate(history: History, thresholds: ThresholdValues): Finding;
}
export declare const passed: (summary: string, evidence?: readonly Evidence[], more?: Pick<Finding, "strength" | "grade">) => Finding;
export declare const failed: (summary: string, evidence?: readonly Evidence[], more?: Pick<Finding, "strength" | "grade">) => Finding;
export declare const inconclusive: (summary: string, evidence?: readonly Evidence[], more?: Pick<Finding, "strength" | "grade">) => Finding;
export declare const notApplicable: (summary: string, evidence?: readonly Evidence[]) => Finding;
/** Exact 95 % upper bound of the failure probability after zero failures in n trials (about 3 / n). */
export declare function zeroFailuresBound95(n: number): number;
/** `{ n, bound95 }` of zero failures in n trials. */
export declare const strengthOf: (n: number) => Strength;
