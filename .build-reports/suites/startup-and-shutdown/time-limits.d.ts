import type { ServiceDescriptor } from '../../core/service-descriptor.js';
/**
 * How long an instance may take to come back. At most the requirement's own limit; a service that declares a short start
 * is given up on after twice that time, once for what it depends on and once for itself. Without a declared start timeout
 * (undefined) the requirement's limit holds.
 */
export declare function comebackLimitMs(limitSeconds: number, startTimeoutMs: number | undefined): number;
/** Watching goes on this long after a limit, so that the last reading lies behind it. */
export declare const watchBeyondLimitMs = 1500;
/** Planning values for `expectedMs`: what a start and a stop usually take, far below what they may take. */
export declare const usualStartMs: (service: ServiceDescriptor) => number;
export declare const usualStopMs: (service: ServiceDescriptor) => number;
