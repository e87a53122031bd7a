import { eventsOf } from '../history.js';
import { observationsOf } from '../reading.js';
import { readinessSamples } from './readiness-samples.js';
/** Every sighting of a boot of one instance, by the time it was seen: in readiness answers, requests and direct readings. */
export function bootSightings(history, instance) {
    const found = [];
    for (const { boot, sentAtMs, atMs } of readinessSamples(history, instance)) {
        if (boot !== undefined)
            found.push({ boot, sentAtMs, atMs });
    }
    for (const { value, sentAtMs, atMs } of observationsOf(history, 'boot-id', instance)) {
        if (typeof value === 'string')
            found.push({ boot: value, sentAtMs: sentAtMs ?? atMs, atMs });
    }
    for (const request of eventsOf(history, 'request')) {
        if (request.instance !== instance || request.boot === undefined)
            continue;
        found.push({ boot: request.boot, sentAtMs: request.sentAtMs ?? request.plannedAtMs, atMs: request.endedAtMs });
    }
    return found.sort((a, b) => a.atMs - b.atMs);
}
/** The last boot seen by then, or undefined when none was. */
export const bootAt = (sightings, atMs) => sightings.findLast((sighting) => sighting.atMs <= atMs)?.boot;
