import { type Finding } from './check.js';
import { type History, type ObservationEvent, type RequestEvent, type WitnessEvent } from './history.js';
/** Ways of reading a history that most checks need. All pure, all in one pass each. */
/** An intervention with its phases put together. Times that are missing did not happen. */
export interface Intervention {
    readonly id: number;
    readonly name: string;
    readonly target: string;
    readonly label: string | undefined;
    readonly issuedAtMs: number;
    readonly acknowledgedAtMs: number | undefined;
    readonly witnessedAtMs: number | undefined;
    readonly undoneAtMs: number | undefined;
    readonly witness: string | undefined;
    readonly error: string | undefined;
    readonly detail: Readonly<Record<string, unknown>>;
}
export declare function interventionsOf(history: History, name?: string, label?: string): Intervention[];
export interface Window {
    readonly fromMs: number;
    readonly toMs: number;
}
export declare const inWindow: (atMs: number, window: Window) => boolean;
/** Requests of one load, by the time they were planned (intended send time) when a window is given. */
export declare function requestsOf(history: History, load?: string, window?: Window): RequestEvent[];
export declare function observationsOf(history: History, probe: string, target?: string, window?: Window): ObservationEvent[];
/** The value of a fact, or undefined. The last one recorded holds. */
export declare function factOf(history: History, name: string): unknown;
export declare function numberFact(history: History, name: string): number | undefined;
/** Witnesses of a group; a later event for the same request (with effects) replaces the earlier one. */
export declare function witnessesOf(history: History, group: string): WitnessEvent[];
/** The instant a phase was opened, or undefined. */
export declare function phaseAtMs(history: History, name: string): number | undefined;
/**
 * Counts as a failed request for a client of the balancer. An idle reset is counted apart for what may be retried and is a failure for what may not
 * (RFC 9110 9.2.2); `polite-refusal` is a failure only where zero refusals are promised, so callers decide.
 */
export declare function countsAsLost(request: RequestEvent): boolean;
/** May be sent again by a client without knowing whether it was applied (RFC 9110 9.2.2). */
export declare const retriable: (request: RequestEvent) => boolean;
/** How the harness itself fared in a window: its longest stall, and the null control beside the traffic. */
export interface HarnessHealth {
    readonly stallMsMax: number;
    readonly controlRequests: number;
    readonly controlFailed: number;
}
export declare function harnessHealth(history: History, window: Window): HarnessHealth;
/**
 * The finding to return when the harness was too disturbed to judge this window, else null. A limit that is given
 * in time is only doubtful when a stall is large against it.
 */
export declare function disturbedHarness(history: History, window: Window, limitMs: number): Finding | null;
