import type { ServiceDescriptor } from '../../core/service-descriptor.js';
/** Planning values: what these usually take, far below what they may take. */
export declare const usualStartMs: (service: ServiceDescriptor) => number;
export declare const usualStopMs: (service: ServiceDescriptor) => number;
/** What a witness is assumed to need from its start to its end, and bounds of a wait for it. */
export declare const usualWitnessMs = 2000;
/** Deadline of a drain where the descriptor declares none: 30 s, as most platforms grant. */
export declare const drainDeadlineMs: (service: ServiceDescriptor) => number;
/** Longest time a request in flight may take to end: the drain's deadline, or the operation's own timeout if longer. */
export declare function witnessEndMs(service: ServiceDescriptor): number;
/** Whether the service has an operation that can be proven to be executing. */
export declare const hasWitnessOperation: (service: ServiceDescriptor) => boolean;
