import type { ServiceDescriptor } from '../core/service-descriptor.js';
/**
 * Reads and validates a `seaworthy.yaml`. Every mistake in it is reported at once, each with file, line, column and
 * path. `${NAME}` and `${NAME:-default}` in strings are taken from `environment`.
 * Throws SeaworthyError SW_DESCRIPTOR_UNREADABLE, SW_DESCRIPTOR_SYNTAX or SW_DESCRIPTOR_INVALID.
 */
export declare function loadDescriptor(file: string, environment?: NodeJS.ProcessEnv): ServiceDescriptor;
