import type { Instance } from '../../core/driver.js';
import type { HistoryEvent, InstanceId } from '../../core/history.js';
import type { ServiceDescriptor } from '../../core/service-descriptor.js';
import { Identities } from './identity.js';
import { KeyStore } from './keys.js';
import { Operations } from './operations.js';
import { RecordingClient } from './recording-client.js';
import { ShareCounter } from './shares.js';
export interface ContextOptions {
    readonly service: ServiceDescriptor;
    readonly runKey: string;
    readonly entrypoint: URL;
    readonly instances: readonly Instance[];
    readonly clock: () => number;
    readonly record: (event: HistoryEvent) => void;
    readonly random: () => number;
    readonly signal: AbortSignal;
}
/** What the parts of the traffic of one scenario share. */
export declare class TrafficContext {
    #private;
    readonly service: ServiceDescriptor;
    readonly instances: readonly Instance[];
    readonly clock: () => number;
    readonly record: (event: HistoryEvent) => void;
    readonly random: () => number;
    readonly signal: AbortSignal;
    readonly operations: Operations;
    readonly keys: KeyStore;
    readonly identities: Identities;
    readonly shares: ShareCounter;
    readonly visibleAfterMs: number;
    /** Everything that waits for an answer now; cancelled together when the run is aborted. */
    readonly outstanding: Set<{
        cancel(): void;
    }>;
    constructor(options: ContextOptions);
    nextRequestId(): number;
    /** The address of the balancer or of one instance. Throws SeaworthyError for an instance that is not there. */
    urlOf(via: 'balancer' | InstanceId): URL;
    /** A client of the service, for one load. */
    client(load: string, via: 'balancer' | InstanceId, connections: 'keep-alive' | 'fresh'): RecordingClient;
    observe(probe: string, target: string, value: unknown, sentAtMs?: number): void;
    cancelAll(): void;
}
