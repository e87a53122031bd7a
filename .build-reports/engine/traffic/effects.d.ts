import type { Instance } from '../../core/driver.js';
import type { Operation } from '../../core/service-descriptor.js';
import type { TrafficContext } from './context.js';
/**
 * How often the effect with a key happened, by the word of one instance; 404 means never. Undefined when the
 * operation declares no effect, or the answer does not say.
 */
export declare function effectCount(context: TrafficContext, instance: Instance, options: {
    readonly operation: Operation;
    readonly key: string;
}): Promise<number | undefined>;
/** The same from the first instance that can tell, each tried in turn. */
export declare function effectCountAnywhere(context: TrafficContext, options: {
    readonly operation: Operation;
    readonly key: string;
    readonly last?: string;
}): Promise<number | undefined>;
