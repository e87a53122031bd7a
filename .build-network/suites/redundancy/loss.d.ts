import { type Finding } from '../../core/check.js';
import { type History, type RequestEvent } from '../../core/history.js';
/** Name of the load that runs through the whole scenario of RDND-02. */
export declare const lossLoad = "background";
export declare const requestsAfterMin = 50;
/** The loss of one replica with its three times, and the requests around it. */
export interface Loss {
    readonly target: string;
    readonly issuedAtMs: number;
    /** Death witnessed, plus the ejection window. */
    readonly ejectedByMs: number;
    readonly releasedAtMs: number;
    readonly windowMs: number;
    readonly share: number;
    /** Planned per second, as measured over the absence. */
    readonly ratePerSecond: number;
    /** Under way when the kill was issued, and planned before. */
    readonly inFlight: readonly RequestEvent[];
    readonly during: readonly RequestEvent[];
    readonly after: readonly RequestEvent[];
}
/** Failed for a client; a polite refusal counts here too, because a loss may cost only what the replica was serving. */
export declare const fails: (request: RequestEvent) => boolean;
/**
 * The worst of the findings on each replica. `judge` sees only losses that were witnessed and stayed; a failure is
 * believed only when the harness was undisturbed, a pass only with enough traffic and the replica's return.
 */
export declare function judgeEachLoss(history: History, judge: (loss: Loss) => Finding): Finding;
