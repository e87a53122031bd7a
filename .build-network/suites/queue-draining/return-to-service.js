import { InterventionFailed, messageOf } from '../../core/errors.js';
import { labels, returnedProbe } from './names.js';
/**
 * Brings a drained replica back and records whether it is: undrain where that is possible and works, else stop and
 * start. What it does not manage is for the checks to say, so it throws only when a start cannot be made at all.
 */
export async function returnToService(context, target, options) {
    const ready = (await undrained(context, target)) || (await restarted(context, target));
    await recordReturn(context, target, { ready, rotation: options.rotation });
}
/** Starts a replica that was killed or stopped, unless its supervisor does it, and records whether it is back. */
export async function comeBackAfterKill(context, target) {
    const { target: platform, lifecycle } = context.service;
    const supervised = platform.replicas.restart !== 'never' && (await context.untilReady(target, lifecycle.startTimeoutMs));
    const ready = supervised || (await started(context, target));
    await recordReturn(context, target, { ready, rotation: true });
}
/** Waits for the balancer where asked, and records what was reached. */
export async function recordReturn(context, target, reached) {
    const { ready, rotation } = reached;
    const inRotation = ready && rotation && (await context.untilInRotation(target, true, 2 * context.returnWindowMs + context.ejectWindowMs));
    const returned = rotation ? { ready, inRotation } : { ready };
    context.observe(returnedProbe, target, returned);
}
export async function started(context, target) {
    await context.control.start(target, labels.restore);
    return context.untilReady(target, context.service.lifecycle.startTimeoutMs);
}
async function undrained(context, target) {
    const { drain, undrain } = context.service.lifecycle;
    if (undrain === undefined || drain?.endsInExit)
        return false;
    if (!(await tried(context, `undraining ${target}`, () => context.control.undrain(target, labels.restore))))
        return false;
    return context.untilReady(target, 2 * context.returnWindowMs + 1_000);
}
async function restarted(context, target) {
    // A drain that ended in an exit may have left nothing to stop.
    await tried(context, `stopping ${target}`, () => context.control.stop(target, labels.restore));
    return started(context, target);
}
/** Whether a procedure that only tidies up could be made. */
async function tried(context, what, act) {
    try {
        await act();
        return true;
    }
    catch (thrown) {
        if (!(thrown instanceof InterventionFailed))
            throw thrown;
        context.step(`${what} was not possible: ${messageOf(thrown)}`);
        return false;
    }
}
