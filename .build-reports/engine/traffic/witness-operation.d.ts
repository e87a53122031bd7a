import type { ServiceDescriptor } from '../../core/service-descriptor.js';
import type { CompiledOperation } from './expectation.js';
import type { Operations } from './operations.js';
/** How a request is kept executing: its answer streams, it takes long, or the client holds its body open. */
export type WitnessMeans = 'stream' | 'slow' | 'hold';
export interface WitnessOperation {
    readonly means: WitnessMeans;
    readonly operation: CompiledOperation;
}
/** What witnesses are made of: the strongest proof first. Undefined when no operation can be caught in flight. */
export declare function witnessOperation(service: ServiceDescriptor, operations: Operations): WitnessOperation | undefined;
/** What cannot finish by itself before `forMs`. */
export declare function stuckOperation(service: ServiceDescriptor, operations: Operations, forMs: number): WitnessOperation | undefined;
/**
 * How long the n-th of `count` witnesses should take: long enough to span the beginning of a drain, well within
 * what the service declares a drain may take, and not all ending at one instant.
 */
export declare function witnessDuration(service: ServiceDescriptor, { operation }: WitnessOperation, at: {
    readonly index: number;
    readonly count: number;
}): number;
