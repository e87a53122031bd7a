import type { InstanceId } from '../../core/history.js';
import type { ScenarioContext } from '../../core/scenario.js';
/**
 * Brings a drained replica back and records whether it is: undrain where that is possible and works, else stop and
 * start. What it does not manage is for the checks to say, so it throws only when a start cannot be made at all.
 */
export declare function returnToService(context: ScenarioContext, target: InstanceId, options: {
    readonly rotation: boolean;
}): Promise<void>;
/** Starts a replica that was killed or stopped, unless its supervisor does it, and records whether it is back. */
export declare function comeBackAfterKill(context: ScenarioContext, target: InstanceId): Promise<void>;
/** Waits for the balancer where asked, and records what was reached. */
export declare function recordReturn(context: ScenarioContext, target: InstanceId, reached: {
    readonly ready: boolean;
    readonly rotation: boolean;
}): Promise<void>;
export declare function started(context: ScenarioContext, target: InstanceId): Promise<boolean>;
