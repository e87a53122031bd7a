import { type History, type InstanceId } from '../history.js';
/** An answer that told which boot of an instance gave it. */
export interface BootSighting {
    readonly boot: string;
    readonly sentAtMs: number;
    readonly atMs: number;
}
/** Every sighting of a boot of one instance, by the time it was seen: in readiness answers, requests and direct readings. */
export declare function bootSightings(history: History, instance: InstanceId): BootSighting[];
/** The last boot seen by then, or undefined when none was. */
export declare const bootAt: (sightings: readonly BootSighting[], atMs: number) => string | undefined;
