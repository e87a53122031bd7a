import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js';
/**
 * The operation to send to a draining replica: one that ends soon. Preferred in this order: the write whose effect
 * can be read back by its key, another one with an effect, another that mutates (POST first), any.
 */
export declare function stragglerOperation(service: ServiceDescriptor): Operation;
/** Whether what a straggler wrote can be read back afterwards. */
export declare const effectsCanBeRead: (service: ServiceDescriptor) => boolean;
