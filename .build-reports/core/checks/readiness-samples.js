import { observationsOf } from '../reading.js';
/** Readiness answers of one instance, or of all, in recorded order; a window selects by the time they were sent. */
export function readinessSamples(history, instance, window) {
    return observationsOf(history, 'readiness', instance, window).map((event) => {
        const value = event.value;
        return {
            instance: event.target,
            outcome: value.outcome,
            status: value.status,
            boot: value.boot,
            sentAtMs: event.sentAtMs ?? event.atMs,
            atMs: event.atMs,
        };
    });
}
/** How often each outcome occurred, for people: 'refused 31, fail 4'. */
export function tallied(samples) {
    const counts = new Map();
    for (const sample of samples)
        counts.set(sample.outcome, (counts.get(sample.outcome) ?? 0) + 1);
    return [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ') || 'none';
}
