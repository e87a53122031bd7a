import type { EdgeCounters, EdgeFault } from '../../core/driver.js';
import type { EdgeTarget } from './network-protocol.js';
/**
 * TCP proxy on a dependency edge, with faults switched at run time (requirements DEGR-01 and -02: a service often
 * handles only the first of refused, silent and slow). Backpressure and half-closed connections are passed on. What
 * was held by a silent edge goes on after healing. An upstream that refuses or resets is a reset for the client.
 */
export declare class FaultProxy {
    #private;
    private constructor();
    static start(target: EdgeTarget): Promise<FaultProxy>;
    get port(): number;
    /** For connections made from now on. */
    setTarget(target: EdgeTarget): void;
    /** Replaces the fault before it. It is in force for every byte and connection when this returns. */
    setFault(fault: EdgeFault): void;
    heal(): void;
    /**
     * `accepted` does not include `refused`. `held` counts each connection that was open when a fault other than
     * `refuse` began or was made while it lasted. Bytes count when they are handed on, in both directions.
     */
    counters(): EdgeCounters;
    close(): Promise<void>;
}
