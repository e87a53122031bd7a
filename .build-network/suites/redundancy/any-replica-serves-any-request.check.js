import { failed, inconclusive, notApplicable, passed, strengthOf } from '../../core/check.js';
import { countsAsLost, disturbedHarness, factOf, observationsOf, requestsOf } from '../../core/reading.js';
import { numberThreshold } from '../../core/requirement.js';
import { pairLoad, pairLoadPrefix } from './replica-pairs.js';
import { outcomesText, requestEvidence } from './worst-finding.js';
const requirement = 'RDND-01';
/** Nothing here is judged in time but the convergence window of seconds. */
const stallMsMax = 2_000;
export const mixedLoad = 'balancer-without-affinity';
/** Whether the harness was too disturbed for a failure to be the service's, from the first request of a pair on. */
function disturbed(history) {
    const ours = requestsOf(history).filter((one) => one.load === mixedLoad || one.load.startsWith(pairLoadPrefix));
    const fromMs = ours.reduce((least, one) => Math.min(least, one.plannedAtMs), Number.POSITIVE_INFINITY);
    const toMs = ours.reduce((most, one) => Math.max(most, one.endedAtMs), Number.NEGATIVE_INFINITY);
    return disturbedHarness(history, { fromMs, toMs }, stallMsMax);
}
function matrixOf(history, kind) {
    const observed = observationsOf(history, 'pair').map((event) => event.value);
    return {
        instances: factOf(history, 'instances') ?? [],
        plan: factOf(history, 'pair-plan'),
        observed: observed.filter((one) => kind === undefined || one.kind === kind),
    };
}
/** Why pairs cannot be told apart, or that they were never tried. */
function obstacle(history, { instances, plan }) {
    if (plan === undefined)
        return 'the pairs of replicas were never tried';
    if (instances.length < 2)
        return `${instances.length} replica runs, pairs need two`;
    const identities = new Set();
    for (const request of requestsOf(history)) {
        if (instances.includes(request.via) && request.instance !== undefined)
            identities.add(request.instance);
    }
    if (identities.size >= instances.length)
        return undefined;
    return `only ${identities.size} distinct identities were seen in the answers of ${instances.length} replicas`;
}
function pairRequests(history, pairs) {
    const loads = new Set(pairs.map(pairLoad));
    return requestsOf(history).filter((one) => loads.has(one.load) && one.outcome !== 'ok' && one.outcome !== 'degraded');
}
const pairText = ({ from, to }) => `${from} to ${to}`;
function tallies(observed) {
    const byPair = new Map();
    for (const one of observed) {
        const tally = byPair.get(pairText(one)) ?? { pair: { from: one.from, to: one.to }, n: 0, failing: [] };
        tally.n += 1;
        if (!one.ok)
            tally.failing.push(one);
        byPair.set(pairText(one), tally);
    }
    return byPair;
}
function matrixEvidence(history, observed, kind) {
    return [...tallies(observed).values()]
        .filter((tally) => tally.failing.length > 0)
        .map((tally) => {
        const note = `${pairText(tally.pair)}: ${tally.failing.length} of ${tally.n} ${kind}s failed, for example ${tally.failing[0]?.detail}`;
        return requestEvidence({ note, measured: tally.failing.length, allowed: 0, unit: 'count' }, pairRequests(history, [tally.pair]));
    });
}
function judgePairs(history, thresholds, kind) {
    const matrix = matrixOf(history, kind);
    const blocked = obstacle(history, matrix);
    if (blocked !== undefined)
        return inconclusive(blocked);
    const controls = matrix.observed.filter((one) => one.from === one.to && one.from !== 'balancer');
    const working = controls.filter((one) => one.ok).length;
    if (working === 0) {
        return inconclusive(controls.length === 0 ? `no ${kind} was tried on one and the same replica, as a control` : `a ${kind} works on no replica at all, not even on the one it was begun on (${controls[0]?.detail})`);
    }
    const direct = matrix.observed.filter((one) => one.from !== 'balancer');
    const failing = direct.filter((one) => !one.ok);
    const evidence = matrixEvidence(history, direct, kind);
    if (failing.length > numberThreshold(thresholds, 'failures_max')) {
        const pairs = [...new Set(failing.map(pairText))];
        return disturbed(history) ?? failed(`${failing.length} of ${direct.length} ${kind}s failed, on ${pairs.length} pairs of replicas: ${pairs.join(', ')}`, evidence);
    }
    const short = uncovered(matrix, numberThreshold(thresholds, `${kind}s_per_pair`));
    if (short.length > 0)
        return inconclusive(`too few ${kind}s on these pairs: ${short.join(', ')}`);
    const n = direct.length - controls.length;
    return passed(`${n} ${kind}s begun on one replica were continued on another, over all ${matrix.instances.length * (matrix.instances.length - 1)} ordered pairs`, evidence, {
        strength: strengthOf(n),
    });
}
/** Ordered pairs that were tried less often than they should. */
function uncovered({ instances, observed }, perPair) {
    const counts = tallies(observed);
    const pairs = instances.flatMap((from) => instances.filter((to) => to !== from).map((to) => ({ from, to })));
    return pairs.map(pairText).filter((pair) => (counts.get(pair)?.n ?? 0) < perPair);
}
export const pairsShareRecords = {
    id: 'a-record-written-on-any-replica-is-read-on-any-other',
    requirement,
    evaluate(history, thresholds) {
        if (matrixOf(history).plan?.reads.length === 0)
            return inconclusive('no read of data is declared, so nothing shows that a record is shared');
        return judgePairs(history, thresholds, 'record');
    },
};
export const pairsShareSessions = {
    id: 'a-session-opened-on-any-replica-is-continued-on-any-other',
    requirement,
    evaluate(history, thresholds) {
        if (matrixOf(history).plan?.session === false)
            return notApplicable('no session is declared');
        return judgePairs(history, thresholds, 'session');
    },
};
export const balancerServesEverything = {
    id: 'any-operation-is-served-through-the-balancer-without-affinity',
    requirement,
    evaluate(history, thresholds) {
        const matrix = matrixOf(history);
        const blocked = obstacle(history, matrix);
        if (blocked !== undefined)
            return inconclusive(blocked);
        const requests = requestsOf(history, mixedLoad).filter((one) => one.outcome !== 'cancelled');
        const lost = requests.filter((one) => countsAsLost(one) || one.outcome === 'polite-refusal' || one.outcome === 'reset-idle');
        const works = new Set(matrix.observed.filter((one) => one.from === one.to && one.from !== 'balancer' && one.ok).map((one) => one.kind));
        const sequences = matrix.observed.filter((one) => one.from === 'balancer' && works.has(one.kind));
        const broken = sequences.filter((one) => !one.ok);
        if (lost.length + broken.length > numberThreshold(thresholds, 'failures_max')) {
            const evidence = [
                ...(lost.length === 0 ? [] : [requestEvidence({ note: `mixed operations through the balancer: ${outcomesText(lost)}`, measured: lost.length, allowed: 0, unit: 'requests' }, lost)]),
                ...['record', 'session'].flatMap((kind) => matrixEvidence(history, broken.filter((one) => one.kind === kind), kind)),
            ];
            return (disturbed(history) ??
                failed(`without affinity ${lost.length} of ${requests.length} operations and ${broken.length} of ${sequences.length} records and sessions failed through the balancer`, evidence));
        }
        const needed = Math.floor(numberThreshold(thresholds, 'balancer_operations') * 0.9);
        if (requests.length < needed)
            return inconclusive(`${requests.length} operations were sent through the balancer, needs ${needed}`);
        if (sequences.length === 0 && works.size > 0)
            return inconclusive('no record and no session was tried through the balancer');
        return passed(`all ${requests.length} operations and ${sequences.length} records and sessions through the balancer were served, each on a new connection`, [], {
            strength: strengthOf(requests.length),
        });
    },
};
