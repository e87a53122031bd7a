import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js';
import { CompiledOperation } from './expectation.js';
/** The operations of a service by name, each made ready once. */
export declare class Operations {
    #private;
    constructor(service: ServiceDescriptor);
    compiled(operation: Operation): CompiledOperation;
    /** One of `traffic` by its name, or one of `data` by its own. Throws SeaworthyError. */
    named(name: string): CompiledOperation;
    /** The write whose keys are reconciled and read. */
    isWrite(operation: Operation): boolean;
    /** Operations that end by themselves soon, and need nothing that an earlier answer gave. */
    ordinary(): readonly CompiledOperation[];
    /** Chooses the operation of the n-th request: by weight for 'mixed', else each of the named in turn. */
    chooser(choice: 'mixed' | readonly string[], random: () => number): (index: number) => CompiledOperation;
}
