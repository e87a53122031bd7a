import { failed, inconclusive, passed, strengthOf } from '../../core/check.js';
import { comebackOf } from '../../core/checks/comeback.js';
import { judgeComebacks } from '../../core/checks/comeback-judgement.js';
import { counted, listed, spanned } from '../../core/checks/counted.js';
import { readinessSamples } from '../../core/checks/readiness-samples.js';
import { eventsOf } from '../../core/history.js';
import { interventionsOf, numberFact } from '../../core/reading.js';
import { numberThreshold } from '../../core/requirement.js';
import { restartPolicySentence, startedByHarness } from './restarts.js';
import { comebackLimitMs } from './time-limits.js';
/** Clocks of two processes and the polling between them may differ by this much when an uptime is checked. */
const uptimeToleranceMs = 250;
function comebackAfter(history, kill, options) {
    const fromMs = kill.acknowledgedAtMs ?? kill.issuedAtMs;
    return {
        what: `${kill.target} after ${kill.label ?? 'the kill'}`,
        fromMs,
        limitMs: options.limitMs,
        comeback: comebackOf(history, { instance: kill.target, issuedAtMs: kill.issuedAtMs, fromMs, load: `after-${kill.label}`, ...options }),
    };
}
/**
 * How long the killed process had been up as far as the history can tell, or undefined. Platforms take a process that dies
 * young for one that cannot start, and may give up on it.
 */
function uptimeMs(history, kill) {
    let since;
    for (const event of eventsOf(history, 'platform')) {
        if (event.name === 'process-started' && event.target === kill.target && event.atMs < kill.issuedAtMs)
            since = event.atMs;
    }
    const samples = readinessSamples(history, kill.target, { fromMs: since ?? 0, toMs: kill.issuedAtMs });
    const lastNotReady = samples.findLastIndex((sample) => sample.outcome !== 'pass');
    since ??= samples[lastNotReady + 1]?.sentAtMs;
    return since === undefined ? undefined : kill.issuedAtMs - since;
}
function evaluate(history, thresholds) {
    const kills = interventionsOf(history, 'kill');
    const needed = numberThreshold(thresholds, 'kills');
    const limitMs = comebackLimitMs(numberThreshold(thresholds, 'restart_to_ready_s'), numberFact(history, 'startTimeoutMs'));
    const uptimeMsMin = numberThreshold(thresholds, 'min_uptime_s') * 1_000;
    const witnessed = kills.filter((kill) => kill.witnessedAtMs !== undefined);
    const oldEnough = witnessed.filter((kill) => (uptimeMs(history, kill) ?? Infinity) + uptimeToleranceMs >= uptimeMsMin);
    const expected = oldEnough.map((kill) => {
        const next = kills.find((other) => other.target === kill.target && other.issuedAtMs > kill.issuedAtMs);
        return comebackAfter(history, kill, { untilMs: next?.issuedAtMs ?? Infinity, limitMs });
    });
    const { failures, doubts, back, slowestMs } = judgeComebacks(history, expected);
    if (failures.length > 0)
        return failed(`${failures[0]?.note}, allowed ${spanned(limitMs)}${restartPolicySentence(history)}`, [...failures, ...back]);
    if (kills.length === 0)
        return inconclusive('no process was killed');
    const reasons = [
        ...kills.filter((kill) => !witnessed.includes(kill)).map((kill) => `${kill.label ?? 'a kill'} was not witnessed: ${kill.error ?? 'nothing shows that the old process is gone'}`),
        ...witnessed.filter((kill) => !oldEnough.includes(kill)).map((kill) => `${kill.target} was killed before it had been up for ${spanned(uptimeMsMin)}`),
        ...startedByHarness(history, { fromMs: kills[0]?.issuedAtMs ?? 0 }),
        ...doubts,
        ...(back.length < needed ? [`only ${counted(back.length, 'restart')} of ${needed} was seen`] : []),
    ];
    if (reasons.length > 0)
        return inconclusive(listed(reasons), back);
    return passed(`restarted by itself and serving after each of ${counted(back.length, 'kill')}, the slowest after ${spanned(slowestMs)}, allowed ${spanned(limitMs)}`, back, { strength: strengthOf(back.length) });
}
export const restartedByItselfAfterACrash = { id: 'restarted-by-itself-after-a-crash', requirement: 'START-02', evaluate };
