import { numberThreshold, thresholdValues } from '../../core/requirement.js';
import { ejectWindowMs } from '../../core/service-descriptor.js';
import { everyFunctionWorks, lossCostsOnlyTheWindow, noFailureAfterEjection } from './losing-any-replica-is-survivable.check.js';
import { lossLoad } from './loss.js';
import { requirements } from './requirements.js';
import { prepareRollCall } from './roll-call.js';
const id = 'RDND-02';
const ratePerSecond = 100;
const cleanMs = 1_000;
const returnExpectedMs = 3_500;
export const scenario = {
    id: 'redundancy/losing-any-replica-is-survivable',
    title: 'Any one replica may be lost at any time',
    needs: ['topology.instances', 'topology.balancer', 'lifecycle.kill', 'lifecycle.hold'],
    instanceCountMin: 2,
    expectedMs: (service, profile) => {
        const hold = holdMs(thresholdOf(service, profile, 'hold_s'), ejectWindowMs(service.balancer));
        return service.target.replicas.count * (hold + returnExpectedMs + cleanMs) + 1_500;
    },
    exercise,
    checks: [lossCostsOnlyTheWindow, noFailureAfterEjection, everyFunctionWorks],
};
function thresholdOf(service, profile, key) {
    const requirement = requirements.find((one) => one.id === id);
    if (requirement === undefined)
        throw new Error(`no requirement ${id}`);
    return numberThreshold(thresholdValues(requirement, profile, service.overrides[id]), key);
}
/** Long enough to see as much of the time after the ejection window as of the window itself. */
const holdMs = (holdS, windowMs) => Math.max(holdS * 1_000, 2 * windowMs);
async function exercise(context) {
    const recoverMs = context.threshold(id, 'recover_within_s') * 1_000;
    const hold = holdMs(context.threshold(id, 'hold_s'), context.ejectWindowMs);
    const load = context.traffic.start({
        name: lossLoad,
        ratePerSecond,
        operations: 'mixed',
        via: 'balancer',
        connections: 'keep-alive',
        durationMaxMs: context.instances.length * (2 * hold + 2 * recoverMs),
    });
    context.step('every operation, while all replicas are there');
    const rollCall = await prepareRollCall(context);
    await rollCall.call('before');
    for (const { id: target } of context.instances) {
        await context.untilInRotation(target, true, recoverMs);
        await untilClean(context, load, recoverMs);
        context.step(`${target} dies and stays down for ${Math.round(hold / 1_000)} s`);
        await lose(context, target, { hold, rollCall: () => rollCall.call(target) });
        // With one replica still missing the next loss would be the loss of two.
        if (!(await context.untilInRotation(target, true, recoverMs)))
            break;
    }
    await load.stop();
}
async function lose(context, target, options) {
    const held = await context.control.killAndHold(target, `loss of ${target}`);
    const deadAtMs = context.now();
    await context.pause(context.ejectWindowMs + 50);
    await options.rollCall();
    await context.pause(Math.max(0, deadAtMs + options.hold - context.now()));
    // Told before the undo begins: from here on the replica may answer again.
    context.observe('release', target, {});
    context.step(`${target} may return`);
    await held.undo();
    if (context.service.target.replicas.restart === 'never')
        await context.control.start(target, `return of ${target}`);
}
/** Until no request failed for a second, so that what fails next is due to what is done next. */
async function untilClean(context, load, timeoutMs) {
    let failuresSeen = load.counts().notOk;
    let cleanSinceMs = context.now();
    await context.until('traffic is clean', () => {
        const { notOk } = load.counts();
        if (notOk !== failuresSeen)
            cleanSinceMs = context.now();
        failuresSeen = notOk;
        return context.now() - cleanSinceMs >= cleanMs;
    }, timeoutMs);
}
