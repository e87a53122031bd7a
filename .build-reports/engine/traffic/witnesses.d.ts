import type { InstanceId } from '../../core/history.js';
import type { WitnessGroup } from '../../core/scenario.js';
import type { TrafficContext } from './context.js';
export interface WitnessOptions {
    readonly group: string;
    readonly instance: InstanceId;
    readonly count: number;
    readonly through?: 'direct' | 'balancer';
}
/**
 * Sends requests until `count` are proven to be executing in the instance, or no more can be proven. Resolves with
 * those that still execute then; only they become witness events.
 */
export declare function startWitnesses(context: TrafficContext, options: WitnessOptions): Promise<WitnessGroup>;
/** One request that cannot finish by itself before `forMs`. Ends when released; what cannot be ended is given up. */
export declare function startStuck(context: TrafficContext, options: {
    readonly group: string;
    readonly instance: InstanceId;
    readonly forMs: number;
}): Promise<WitnessGroup & {
    release(): void;
}>;
