import type { BalancerCounters, Edge, EdgeCounters, EdgeFault } from '../../core/driver.js';
import { type BackendAddress, type EdgeTarget, type NetworkAddresses, type NetworkCalls, type NetworkEvent, type NetworkSpec } from './network-protocol.js';
/** Everything the network of one deployment consists of, in this process. */
export declare class NetworkHost implements NetworkCalls {
    #private;
    constructor(onEvent: (event: NetworkEvent) => void);
    start(spec: NetworkSpec): Promise<NetworkAddresses>;
    setBackends(backends: readonly BackendAddress[]): Promise<void>;
    setEdgeTarget(edge: Edge, target: EdgeTarget): Promise<void>;
    faultEdge(edge: Edge, fault: EdgeFault): Promise<void>;
    healEdge(edge: Edge): Promise<void>;
    edgeCounters(edge: Edge): Promise<EdgeCounters>;
    balancerCounters(): Promise<BalancerCounters>;
    openQualification(): Promise<{
        readonly rig: number;
        readonly entrypoint: string;
    }>;
    drainOneBackend(rig: number): Promise<void>;
    closeQualification(rig: number): Promise<void>;
    close(): Promise<void>;
}
