import { type History, type InstanceId } from '../history.js';
/** Whether an instance came back after its process was ended, as its readiness and direct requests show. */
export interface ComebackQuestion {
    readonly instance: InstanceId;
    /** The fault was issued: what was sent earlier says nothing. */
    readonly issuedAtMs: number;
    /** The old process is gone, or the machine boots: from here the time to ready counts. */
    readonly fromMs: number;
    /** The next fault, or the end of the scenario: what was sent later says nothing. */
    readonly untilMs: number;
    readonly limitMs: number;
    /** Load of the direct requests that were tried once it was ready. */
    readonly load: string;
}
export type Comeback = {
    readonly state: 'back';
    readonly tookMs: number;
    readonly proof: string;
}
/** It came back, after the limit. */
 | {
    readonly state: 'late';
    readonly tookMs: number;
    readonly requests: readonly number[];
}
/** Watched for at least the limit, and never ready, or ready without serving. */
 | {
    readonly state: 'not-back';
    readonly watchedMs: number;
    readonly saw: string;
    readonly requests: readonly number[];
}
/** The history supports neither. */
 | {
    readonly state: 'unknown';
    readonly reason: string;
};
/**
 * An instance is back when readiness passed from a new process and real requests sent to it directly succeed. What fails
 * between the first ready answer and the first success is for START-03 to judge.
 */
export declare function comebackOf(history: History, question: ComebackQuestion): Comeback;
