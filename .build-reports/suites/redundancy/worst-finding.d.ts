import { type Evidence, type Finding } from '../../core/check.js';
/**
 * One finding from the findings on several replicas or arms. It has the worst outcome and says only what led to it; the
 * evidence of all is kept. No findings at all is an `error`, as for a requirement nobody judged.
 */
export declare function worstFinding(findings: readonly Finding[]): Finding;
/** Evidence with the ids of requests, cut to the number a report may carry. */
export declare function requestEvidence(evidence: Evidence, requests: readonly {
    readonly id: number;
}[]): Evidence;
/** '2 timeout, 1 error-status': what became of these requests, most frequent first. */
export declare function outcomesText(requests: readonly {
    readonly outcome: string;
}[]): string;
