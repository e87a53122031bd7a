import { disturbedHarness, harnessHealth } from '../reading.js';
import { spanned } from './counted.js';
/** Sorts comebacks into those that hold, those that do not, and those the history cannot tell. */
export function judgeComebacks(history, expected) {
    const failures = [];
    const doubts = [];
    const back = [];
    let slowestMs = 0;
    for (const { what, fromMs, limitMs, comeback } of expected) {
        const allowed = { allowed: limitMs, unit: 'ms' };
        if (comeback.state === 'unknown') {
            doubts.push(comeback.reason);
        }
        else if (comeback.state === 'back') {
            slowestMs = Math.max(slowestMs, comeback.tookMs);
            back.push({ note: `${what}: ready again after ${spanned(comeback.tookMs)}, ${comeback.proof}`, measured: Math.round(comeback.tookMs), ...allowed });
        }
        else {
            const window = { fromMs, toMs: fromMs + (comeback.state === 'late' ? comeback.tookMs : comeback.watchedMs) };
            const doubt = comeback.state === 'late' ? disturbedHarness(history, window, limitMs / 10)?.summary : blindHarness(history, window);
            if (doubt === undefined)
                failures.push({ ...failureOf(what, comeback), ...allowed, requests: comeback.requests });
            else
                doubts.push(doubt);
        }
    }
    return { failures, doubts, back, slowestMs };
}
function failureOf(what, comeback) {
    if (comeback.state === 'late')
        return { note: `${what}: ready again only after ${spanned(comeback.tookMs)}`, measured: Math.round(comeback.tookMs) };
    return { note: `${what}: not back after ${spanned(comeback.watchedMs)} (${comeback.saw})`, measured: Math.round(comeback.watchedMs) };
}
/** Why the harness may not have been able to see a service that was there, or undefined: only a long blindness hides a long absence. */
function blindHarness(history, window) {
    const { controlFailed, controlRequests, stallMsMax } = harnessHealth(history, window);
    if (2 * controlFailed > controlRequests)
        return `the harness did not reach its own echo server either: ${controlFailed} of ${controlRequests} requests failed`;
    if (2 * stallMsMax > window.toMs - window.fromMs)
        return `the harness stalled for ${spanned(stallMsMax)} while it watched`;
    return undefined;
}
