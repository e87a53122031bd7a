/**
 * How long an instance may take to come back. At most the requirement's own limit; a service that declares a short start
 * is given up on after twice that time, once for what it depends on and once for itself. Without a declared start timeout
 * (undefined) the requirement's limit holds.
 */
export function comebackLimitMs(limitSeconds, startTimeoutMs) {
    const ofRequirementMs = limitSeconds * 1_000;
    return startTimeoutMs === undefined ? ofRequirementMs : Math.min(ofRequirementMs, 2 * startTimeoutMs);
}
/** Watching goes on this long after a limit, so that the last reading lies behind it. */
export const watchBeyondLimitMs = 1_500;
/** Planning values for `expectedMs`: what a start and a stop usually take, far below what they may take. */
export const usualStartMs = (service) => Math.min(2_500, service.lifecycle.startTimeoutMs);
export const usualStopMs = (service) => Math.min(3_000, service.lifecycle.stop.graceMs);
