import type { Evidence } from '../check.js';
import type { History } from '../history.js';
import type { Comeback } from './comeback.js';
/** One instance that was expected back after one fault. */
export interface ExpectedComeback {
    readonly what: string;
    readonly fromMs: number;
    readonly limitMs: number;
    readonly comeback: Comeback;
}
export interface ComebackJudgement {
    /** What is outside the limits, one for each instance that did not come back or came back late. */
    readonly failures: readonly Evidence[];
    /** Why it cannot be said of some; empty when it can be said of all. */
    readonly doubts: readonly string[];
    readonly back: readonly Evidence[];
    readonly slowestMs: number;
}
/** Sorts comebacks into those that hold, those that do not, and those the history cannot tell. */
export declare function judgeComebacks(history: History, expected: readonly ExpectedComeback[]): ComebackJudgement;
