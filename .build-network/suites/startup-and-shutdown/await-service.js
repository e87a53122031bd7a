import { probeOperation } from './read-operations.js';
import { watchBeyondLimitMs } from './time-limits.js';
/** Sends one real request to the instance, past the balancer, on a connection of its own. Answers its outcome. */
export async function requestDirectly(context, instance, load) {
    const { outcome } = await context.traffic.send({ load, operation: probeOperation(context.service), via: instance, fresh: true });
    return outcome;
}
/** Until the instance is ready and has served one real request (recorded under `load`). Watches a little beyond the limit. */
export async function untilServing(context, instance, options) {
    const timeoutMs = options.limitMs + watchBeyondLimitMs;
    if (!(await context.untilReady(instance, timeoutMs)))
        return false;
    const serves = async () => ['ok', 'degraded'].includes(await requestDirectly(context, instance, options.load));
    return context.until(`${instance} serves a request`, serves, timeoutMs);
}
