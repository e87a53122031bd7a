/** Longest time between a failing health check and the last request: interval x fall + timeout + 1 s. */
export const ejectWindowMs = (balancer) => balancer.intervalMs * balancer.fall + balancer.timeoutMs + 1_000;
/** Longest time between a passing health check and the first request: interval x rise + 1 s. */
export const returnWindowMs = (balancer) => balancer.intervalMs * balancer.rise + 1_000;
