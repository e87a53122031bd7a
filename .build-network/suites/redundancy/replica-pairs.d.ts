import type { InstanceId } from '../../core/history.js';
import type { ScenarioContext } from '../../core/scenario.js';
/** Where work is begun and where it is continued: two replicas, the same replica twice (control), or the balancer. */
export interface Pair {
    readonly from: InstanceId | 'balancer';
    readonly to: InstanceId | 'balancer';
}
export type PairKind = 'record' | 'session';
/** Value of an observation `pair`: one record or session that was begun at `from` and continued at `to`. */
export interface PairObservation extends Pair {
    readonly kind: PairKind;
    readonly ok: boolean;
    readonly detail: string;
}
/** Load name of a pair's requests, so that a finding can name them. */
export declare const pairLoadPrefix = "pair ";
export declare const pairLoad: ({ from, to }: Pair) => string;
interface Attempt {
    readonly ok: boolean;
    /** Trying again cannot change it. */
    readonly final: boolean;
    readonly detail: string;
}
interface PairProbe {
    readonly pair: Pair;
    readonly kind: PairKind;
    attempt(): Promise<Attempt>;
    last: Attempt;
}
export declare function recordProbe(context: ScenarioContext, pair: Pair, read: string): PairProbe;
export declare function sessionProbe(context: ScenarioContext, pair: Pair, tokenPointer: string): PairProbe;
/** Tries all probes until each is settled or the time is up, and records one observation `pair` for each. */
export declare function runProbes(context: ScenarioContext, probes: readonly PairProbe[], timeoutMs: number): Promise<void>;
/** The token in an answer, by JSON pointer (RFC 6901). */
export declare function tokenAt(body: unknown, pointer: string): string | undefined;
export {};
