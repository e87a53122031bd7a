import type { RequestEvent } from '../core/history.js';
import type { ProfileName } from '../core/requirement.js';
import { type ScenarioWorld } from './scenario-world.js';
export interface GateParts {
    /** Sends normal mixed traffic through the balancer for a span, and resolves when all of it has ended. */
    traffic(ratePerSecond: number, durationMs: number): Promise<void>;
    /** Told of each request of loads `gate` and `null-control` while the gate is open. */
    listen(listener: (request: RequestEvent) => void): () => void;
}
/** Runs the gate until one span is clean or the attempts are used up; records the outcome and returns it. */
export declare function runGate(world: ScenarioWorld, parts: GateParts, options: {
    readonly name: string;
    readonly profile: ProfileName;
    readonly readyTimeoutMs: number;
}): Promise<boolean>;
