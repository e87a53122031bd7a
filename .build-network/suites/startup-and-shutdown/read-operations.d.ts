import type { ServiceDescriptor } from '../../core/service-descriptor.js';
/**
 * Names of the operations that ask a real question of the service and are answered quickly: what readiness promises.
 * Reads of the mixed traffic first; any other read when there is none; the mixed traffic when nothing only reads.
 */
export declare function readOperations(service: ServiceDescriptor): 'mixed' | readonly string[];
/** The one of them that single requests use. Every descriptor has at least one operation. */
export declare function probeOperation(service: ServiceDescriptor): string;
