import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from './process-table.js';
import { membersOfGroups } from './run-processes.js';
/**
 * Ends whatever `find` finds and goes on until it finds nothing: a process that was just being forked is found in
 * the next round. SIGTERM (and SIGCONT, for what is stopped) first, SIGKILL after the grace period.
 */
export async function endProcesses(find, options) {
    const seen = new Map();
    const startedAtMs = performance.now();
    const deadlineMs = startedAtMs + options.termGraceMs + (options.killWithinMs ?? 10_000);
    for (;;) {
        const found = find();
        const fresh = found.filter((entry) => !seen.has(keyOf(entry)));
        for (const entry of fresh)
            seen.set(keyOf(entry), entry);
        const atMs = performance.now();
        if (found.length === 0 || atMs >= deadlineMs) {
            const left = new Set(found.map(keyOf));
            return { ended: [...seen.values()].filter((entry) => !left.has(keyOf(entry))), left: found };
        }
        if (atMs < startedAtMs + options.termGraceMs) {
            for (const entry of fresh)
                if (send(entry, 'SIGTERM'))
                    send(entry, 'SIGCONT');
        }
        else {
            for (const entry of killAtOnce(find))
                seen.set(keyOf(entry), entry);
        }
        await pause(20);
    }
}
/** Ends process groups; one whose leader is not the process that was written down is left alone. */
export async function endProcessGroups(groups, options) {
    // Members are remembered while the leader lives: it may be the first to go.
    const members = new Map();
    return endProcesses(() => {
        for (const entry of membersOfGroups(groups))
            members.set(keyOf(entry), entry);
        return [...members.values()].filter((entry) => isAlive(entry.pid, entry.startTime));
    }, options);
}
/**
 * Kills all that `find` finds as if at one instant: everything is stopped before the first one dies, so that
 * none sees another one's end and acts on it. Synchronous for the same reason. Returns what was sent SIGKILL.
 */
export function killAtOnce(find) {
    const stopped = stopAll(find);
    return stopped.filter((entry) => send(entry, 'SIGKILL'));
}
/** Stops all that `find` finds, again and again until it finds nothing new: a stopped process cannot fork. */
export function stopAll(find) {
    const stopped = new Map();
    const roundsMax = 50;
    for (let round = 0; round < roundsMax; round += 1) {
        const fresh = find().filter((entry) => !stopped.has(keyOf(entry)));
        if (fresh.length === 0)
            break;
        for (const entry of fresh) {
            send(entry, 'SIGSTOP');
            stopped.set(keyOf(entry), entry);
        }
    }
    return [...stopped.values()];
}
/** Sends a signal if it is still this very process. False: it is gone, or not ours to signal. */
export function send(target, signal) {
    if (!isAlive(target.pid, target.startTime))
        return false;
    try {
        return process.kill(target.pid, signal);
    }
    catch {
        return false;
    }
}
/** Waits until none of them lives; false when the time ran out. */
export async function untilGone(targets, timeoutMs) {
    const deadlineMs = performance.now() + timeoutMs;
    while (targets.some((target) => isAlive(target.pid, target.startTime))) {
        if (performance.now() >= deadlineMs)
            return false;
        await pause(5);
    }
    return true;
}
const keyOf = (entry) => `${entry.pid} ${entry.startTime}`;
