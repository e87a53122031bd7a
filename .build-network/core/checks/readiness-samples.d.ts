import type { History, InstanceId } from '../history.js';
import { type Window } from '../reading.js';
/** `fail` is an explicit answer outside 2xx-3xx; the others are connections that gave none. */
export type ProbeOutcome = 'pass' | 'fail' | 'refused' | 'timeout' | 'reset';
export interface ProbeSample {
    readonly instance: InstanceId;
    readonly outcome: ProbeOutcome;
    readonly status: number | undefined;
    readonly boot: string | undefined;
    readonly sentAtMs: number;
    readonly atMs: number;
}
/** Readiness answers of one instance, or of all, in recorded order; a window selects by the time they were sent. */
export declare function readinessSamples(history: History, instance?: InstanceId, window?: Window): ProbeSample[];
/** How often each outcome occurred, for people: 'refused 31, fail 4'. */
export declare function tallied(samples: readonly ProbeSample[]): string;
