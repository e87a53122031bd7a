export interface CheckResult {
    readonly passed: boolean;
    readonly reason: string;
}
/**
 * One readiness check on a connection of its own: `GET path`, passed with 2xx or 3xx. Never rejects. A stall of
 * this process is not charged to the backend: the time it was stalled is added once.
 */
export declare function checkReadiness(target: {
    readonly host: string;
    readonly port: number;
    readonly path: string;
}, timeoutMs: number): Promise<CheckResult>;
