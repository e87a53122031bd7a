import type { BalancerCounters } from '../../core/driver.js';
import type { BalancerSettings } from '../../core/service-descriptor.js';
import type { BackendAddress, NetworkEvent } from './network-protocol.js';
import { type UpstreamOptions } from './upstream-connections.js';
/** Defaults: `maxIdleMs` 1 000, `connectTimeoutMs` 5 000, `responseTimeoutMs` 60 000. */
export interface LoadBalancerSettings extends BalancerSettings, Partial<UpstreamOptions> {
    readonly readinessPath: string;
}
/**
 * HTTP/1.1 balancer in front of the replicas: round-robin over the backends whose readiness checks pass. It never
 * sends a request twice. What it answers itself carries `x-seaworthy-balancer`: 502 and 504 with the reason the
 * backend gave no answer, 503 with `no-backend-up`, 400 and 501 for what cannot be forwarded. When a backend fails
 * after its answer began, the client's connection is cut, so that the answer is never taken for a whole one.
 */
export declare class LoadBalancer {
    #private;
    private constructor();
    static start(settings: LoadBalancerSettings, onEvent: (event: NetworkEvent) => void): Promise<LoadBalancer>;
    get url(): URL;
    /** Backends that were there before keep their state; new ones are down until `rise` checks passed. */
    setBackends(addresses: readonly BackendAddress[]): void;
    isUp(id: string): boolean;
    counters(): BalancerCounters;
    close(): Promise<void>;
}
