import { probe } from './probe.js';
export function instanceOf(world, id) {
    const found = world.deployment.instances.find((one) => one.id === id);
    if (found === undefined)
        throw new Error(`no instance ${id}`);
    return found;
}
/** One readiness answer of an instance, past the balancer, with the boot that gave it. */
export async function readiness(world, id, timeoutMs = 1_000) {
    const url = new URL(world.service.health.readinessPath, instanceOf(world, id).url);
    const answer = await probe(url, { timeoutMs, signal: world.signal });
    const header = world.service.identity?.bootHeader;
    return { ...answer, boot: header === undefined ? undefined : answer.headers?.[header] };
}
