/** Why a backend gave no answer, as the balancer tells it in `x-seaworthy-balancer`. */
export type UpstreamFailureReason = 'refused' | 'connect-timeout' | 'reset' | 'closed' | 'response-timeout' | 'headers-too-large' | 'invalid-response' | 'failed';
export interface UpstreamFailure {
    readonly status: 502 | 504;
    readonly reason: UpstreamFailureReason;
    readonly detail: string;
}
/** Own codes of errors the balancer destroys an upstream connection with. */
export declare const connectTimeoutCode = "SW_UPSTREAM_CONNECT_TIMEOUT";
export declare const responseTimeoutCode = "SW_UPSTREAM_RESPONSE_TIMEOUT";
export declare const errorWithCode: (code: string, message: string) => Error;
/** Sorts what Node reports for an upstream connection into a reason. */
export declare function upstreamFailureOf(thrown: unknown): UpstreamFailure;
