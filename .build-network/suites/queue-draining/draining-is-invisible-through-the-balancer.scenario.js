import { check as keepAliveConnectionsAreWoundDown } from './keep-alive-connections-are-wound-down.check.js';
import { check as livenessStaysGreen } from './liveness-stays-green.check.js';
import { labels, loads } from './names.js';
import { check as noRequestFailsThroughTheBalancer } from './no-request-fails-through-the-balancer.check.js';
import { check as noRequestIsAcceptedAndDropped } from './no-request-is-accepted-and-dropped.check.js';
import { check as readinessFailsWhileDraining } from './readiness-fails-while-draining.check.js';
import { recordReturn, started } from './return-to-service.js';
import { InterventionFailed } from '../../core/errors.js';
import { effectsCanBeRead, stragglerOperation } from './straggler-operation.js';
import { hasWitnessOperation, usualStartMs, usualStopMs, witnessEndMs } from './time-plan.js';
const rates = { balancer: 100, stragglers: 50, qualification: 50 };
const witnessesThroughBalancer = 5;
const sampleEveryMs = 100;
const keepAliveEveryMs = 200;
/** Stragglers are sent this long before the drain too, to see that the replica serves them at all. */
const stragglerLeadMs = 400;
/** Time for every persistent connection to have served a request before the drain. */
const keepAliveLeadMs = 600;
const boundMs = 600_000;
/** Traffic before the drain, and after the stop, before the replica is started again. */
const leadMs = (profile) => (profile === 'quick' ? 1_000 : 10_000);
const tailMs = (context) => (context.profile === 'quick' ? 0.5 : 2) * context.ejectWindowMs;
/** One drain behind the balancer, from which five requirements are judged. */
export const scenario = {
    id: 'queue-draining/draining-is-invisible-through-the-balancer',
    title: 'Draining and stopping one replica is invisible to clients of the balancer',
    needs: ['topology.instances', 'topology.balancer', 'lifecycle.drain', 'lifecycle.stop', 'lifecycle.start', 'health.readiness', 'traffic.read'],
    instanceCountMin: 2,
    expectedMs: (service, profile) => {
        const { intervalMs, fall, rise, timeoutMs } = service.balancer;
        const ejectMs = intervalMs * fall + timeoutMs + 1_000;
        const windowsMs = (profile === 'quick' ? 0.5 : 2) * ejectMs + 2 * ejectMs + intervalMs * rise + 1_000;
        const trafficMs = Math.max(leadMs(profile) + windowsMs, { quick: 6_000, standard: 31_000, thorough: 95_000 }[profile]);
        return qualificationMs(ejectMs) + trafficMs + stragglerLeadMs + keepAliveLeadMs + usualStopMs(service) + usualStartMs(service);
    },
    checks: [
        readinessFailsWhileDraining,
        livenessStaysGreen,
        noRequestFailsThroughTheBalancer,
        noRequestIsAcceptedAndDropped,
        keepAliveConnectionsAreWoundDown,
    ],
    exercise: async (context) => {
        const target = context.instances[Math.floor(context.random() * context.instances.length)].id;
        const judged = (id) => context.selected.has(id);
        if (judged('DRAIN-04'))
            await qualify(context);
        const background = startBackground(context);
        const sampler = startSampler(context);
        const lead = context.pause(leadMs(context.profile));
        const keepAlive = judged('DRAIN-06') ? await startKeepAlive(context, target) : undefined;
        await lead;
        await drainUnderTraffic(context, { target, keepAlive, stragglers: judged('DRAIN-05') });
        await sampler.stop();
        await stopInService(context, target, background);
        await background.stop();
        if (judged('DRAIN-05'))
            await readBackStragglers(context);
    },
};
const qualificationMs = (ejectMs) => ejectMs + 2_000;
async function qualify(context) {
    context.step('qualifying the balancer with a clean drain of an echo server');
    const requests = Math.ceil((qualificationMs(context.ejectWindowMs) / 1_000) * rates.qualification);
    await context.traffic.qualifyBalancer({ ratePerSecond: rates.qualification, requests });
}
function startBackground(context) {
    context.step('traffic through the balancer');
    return context.traffic.start({
        name: loads.background,
        ratePerSecond: rates.balancer,
        operations: 'mixed',
        via: 'balancer',
        connections: 'keep-alive',
        durationMaxMs: boundMs,
    });
}
function startSampler(context) {
    const probes = context.service.health.livenessPath === undefined ? ['readiness'] : ['readiness', 'liveness'];
    return context.traffic.sample({ probes, instances: context.instances.map((one) => one.id), everyMs: sampleEveryMs });
}
async function startKeepAlive(context, target) {
    const load = context.traffic.keepAliveConnections({
        name: loads.keepAlive,
        instance: target,
        connections: context.threshold('DRAIN-06', 'connections'),
        everyMs: keepAliveEveryMs,
        durationMaxMs: boundMs,
    });
    await context.pause(keepAliveLeadMs);
    return load;
}
/** Drains with everything running, and watches until two eject windows have passed and the connections are wound down. */
async function drainUnderTraffic(context, { target, keepAlive, stragglers }) {
    const watchMs = observedMs(context);
    const direct = stragglers ? startStragglers(context, target, watchMs) : undefined;
    await context.pause(stragglerLeadMs);
    const witnesses = hasWitnessOperation(context.service)
        ? await context.traffic.witnesses({ group: labels.behindBalancer, instance: target, count: witnessesThroughBalancer, through: 'balancer' })
        : undefined;
    context.step(`draining ${target} behind the balancer`);
    await context.control.drain(target, labels.behindBalancer);
    const acknowledgedAtMs = context.now();
    await context.pause(watchMs);
    await direct?.stop();
    if (keepAlive !== undefined)
        await untilWoundDown(context, keepAlive, acknowledgedAtMs);
    await witnesses?.ended(witnessEndMs(context.service));
}
/** Two eject windows, and never less than what the thresholds of readiness and stragglers need. */
function observedMs(context) {
    const forReadinessMs = context.threshold('DRAIN-01', 'first_fail_within_s') * 1_000 + 500;
    const forStragglersMs = (context.threshold('DRAIN-05', 'requests_min') / rates.stragglers) * 1_000 + 250;
    return Math.max(2 * context.ejectWindowMs, forReadinessMs, context.selected.has('DRAIN-05') ? forStragglersMs : 0);
}
const startStragglers = (context, target, watchMs) => context.traffic.start({
    name: loads.stragglers,
    ratePerSecond: rates.stragglers,
    operations: [stragglerOperation(context.service).name],
    via: target,
    connections: 'fresh',
    durationMaxMs: watchMs + boundMs,
});
/** Until no connection has sent anything for five turns, or the limit of DRAIN-06 has passed and been looked beyond. */
async function untilWoundDown(context, load, acknowledgedAtMs) {
    const limitMs = context.threshold('DRAIN-06', 'wound_down_within_s') * 1_000;
    const leftMs = acknowledgedAtMs + limitMs + 5 * keepAliveEveryMs - context.now();
    let last = { planned: -1, sinceMs: context.now() };
    await context.until('all persistent connections are quiet', () => {
        const { planned, ended } = load.counts();
        if (planned !== last.planned || ended < planned)
            last = { planned, sinceMs: context.now() };
        return context.now() - last.sinceMs >= 5 * keepAliveEveryMs;
    }, Math.max(0, leftMs));
    await load.stop();
}
/** Stops the drained replica under traffic, keeps the traffic up for long enough, and starts it again. */
async function stopInService(context, target, background) {
    context.step(`stopping ${target}`);
    try {
        await context.control.stop(target, labels.behindBalancer);
    }
    catch (thrown) {
        // A drain that is declared to end in an exit may have left nothing to stop.
        if (!(thrown instanceof InterventionFailed) || !context.service.lifecycle.drain?.endsInExit)
            throw thrown;
    }
    const missing = context.threshold('DRAIN-04', 'requests_min') * 1.05 - background.counts().planned;
    const needed = context.selected.has('DRAIN-04') ? (missing / rates.balancer) * 1_000 : 0;
    await context.pause(Math.max(tailMs(context), needed));
    context.step(`starting ${target} again`);
    await recordReturn(context, target, { ready: await started(context, target), rotation: true });
}
/** Looks for effects of requests that got no answer. Reads every key of the scenario, so not in the quick profile. */
async function readBackStragglers(context) {
    if (context.profile === 'quick' || !effectsCanBeRead(context.service))
        return;
    context.step('reading back what stragglers wrote');
    await context.traffic.reconcile({ load: loads.stragglerEffects, convergenceMs: Math.max(1_000, 2 * (context.service.data?.maxLagMs ?? 0)) });
}
