import type { DescriptorDocument } from './descriptor-schema.js';
import type { ServiceDescriptor } from '../core/service-descriptor.js';
/** Says that a part of a valid document makes no sense with another: `path` leads to the place. */
export declare class DescriptorContradiction extends Error {
    readonly path: readonly (string | number)[];
    constructor(path: readonly (string | number)[], message: string);
}
/** '250ms' -> 250. The schema has made sure of the form. */
export declare function durationMs(text: string): number;
/** Applies defaults, resolves names and durations. Throws DescriptorContradiction. */
export declare function descriptorFromDocument(document: DescriptorDocument, directory: string): ServiceDescriptor;
