import type { InstanceId } from '../../core/history.js';
import type { ScenarioContext } from '../../core/scenario.js';
/** Sends one real request to the instance, past the balancer, on a connection of its own. Answers its outcome. */
export declare function requestDirectly(context: ScenarioContext, instance: InstanceId, load: string): Promise<string>;
/** Until the instance is ready and has served one real request (recorded under `load`). Watches a little beyond the limit. */
export declare function untilServing(context: ScenarioContext, instance: InstanceId, options: {
    readonly load: string;
    readonly limitMs: number;
}): Promise<boolean>;
