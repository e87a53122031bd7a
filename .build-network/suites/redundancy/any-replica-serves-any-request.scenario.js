import { numberThreshold, thresholdValues } from '../../core/requirement.js';
import { balancerServesEverything, mixedLoad, pairsShareRecords, pairsShareSessions } from './any-replica-serves-any-request.check.js';
import { recordProbe, runProbes, sessionProbe } from './replica-pairs.js';
import { requirements } from './requirements.js';
const id = 'RDND-01';
const ratePerSecond = 40;
const perPairMs = 250;
export const scenario = {
    id: 'redundancy/any-replica-serves-any-request',
    title: 'Work begun on one replica is continued on any other',
    needs: ['topology.instances', 'topology.identity', 'topology.balancer', 'data.write'],
    instanceCountMin: 2,
    expectedMs,
    exercise,
    checks: [pairsShareRecords, pairsShareSessions, balancerServesEverything],
};
function expectedMs(service, profile) {
    const requirement = requirements.find((one) => one.id === id);
    if (requirement === undefined)
        return 0;
    const values = thresholdValues(requirement, profile, service.overrides[id]);
    const pairs = service.target.replicas.count ** 2;
    return pairs * perPairMs + (numberThreshold(values, 'balancer_operations') / ratePerSecond) * 1_000 + 1_000;
}
async function exercise(context) {
    const ids = context.instances.map((one) => one.id);
    const { data } = context.service;
    const reads = [data?.readOrdinary && 'data.read.ordinary', data?.readStrong && 'data.read.strong'].filter((name) => name !== undefined);
    context.fact('pair-plan', { reads, session: data?.session !== undefined });
    context.step('work on one and the same replica, as a control');
    for (const one of ids)
        await tryPair(context, { from: one, to: one }, { records: 1, sessions: 1, reads });
    const sizes = { records: context.threshold(id, 'records_per_pair'), sessions: context.threshold(id, 'sessions_per_pair'), reads };
    for (const from of ids) {
        context.step(`work begun on ${from}, continued on every other replica`);
        for (const to of ids)
            if (to !== from)
                await tryPair(context, { from, to }, sizes);
    }
    await tryBalancer(context, { ...sizes, sessions: sizes.sessions * ids.length });
}
/** Ordinary and strong reads in turn, because either may be the one that looks into local memory. */
async function tryPair(context, pair, { records, sessions, reads }) {
    const session = context.service.data?.session;
    const probes = [
        ...(reads.length === 0 ? [] : Array.from({ length: records }, (_, index) => recordProbe(context, pair, reads[index % reads.length] ?? ''))),
        ...(session === undefined ? [] : Array.from({ length: sessions }, () => sessionProbe(context, pair, session.tokenPointer))),
    ];
    const convergenceMs = context.threshold(id, 'convergence_s') * 1_000;
    await runProbes(context, probes, Math.max(convergenceMs, 2 * (context.service.data?.maxLagMs ?? 0)));
}
async function tryBalancer(context, sizes) {
    context.step('every operation through the balancer, each on a new connection');
    const durationMs = (context.threshold(id, 'balancer_operations') / ratePerSecond) * 1_000;
    const load = context.traffic.start({
        name: mixedLoad,
        ratePerSecond,
        operations: 'mixed',
        via: 'balancer',
        connections: 'fresh',
        durationMaxMs: durationMs,
    });
    const mixed = context.pause(durationMs);
    await tryPair(context, { from: 'balancer', to: 'balancer' }, sizes);
    await mixed;
    await load.stop();
}
