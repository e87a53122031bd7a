import type { BalancerSettings } from '../../core/service-descriptor.js';
import type { CheckResult } from './readiness-check.js';
/**
 * Whether a backend is up, from active checks: down at first, up after `rise` passing checks in a row, down after
 * `fall` failing ones. A check starts every interval even while an earlier one is still waiting, otherwise a slow
 * timeout would stretch the eject window beyond interval x fall + timeout. Results count in the order of the starts.
 */
export declare class BackendHealth {
    #private;
    constructor(settings: BalancerSettings, check: () => Promise<CheckResult>, onChange: (up: boolean, reason: string) => void);
    get up(): boolean;
    /** The first check starts at once. */
    start(): void;
    stop(): void;
}
