import type { Instance } from '../../core/driver.js';
import type { TrafficContext } from './context.js';
import { Exchange } from './exchange.js';
/** One GET on a connection of its own; not a request event. The exchange has ended when this resolves. */
export declare function readOnce(context: TrafficContext, url: URL, options: {
    readonly timeoutMs: number;
}): Promise<Exchange>;
/** The same from one instance, on its own address; what it calls itself is learnt from the answer. */
export declare function readInstance(context: TrafficContext, instance: Instance, options: {
    readonly path: string;
    readonly timeoutMs: number;
}): Promise<Exchange>;
