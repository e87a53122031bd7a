import { eventsOf, type History, type InstanceId } from '../history.js'
import { observationsOf } from '../reading.js'
import { readinessSamples } from './readiness-samples.js'

/** An answer that told which boot of an instance gave it. */
export interface BootSighting {
  readonly boot: string
  readonly sentAtMs: number
  readonly atMs: number
}

/** Every sighting of a boot of one instance, by the time it was seen: in readiness answers, requests and direct readings. */
export function bootSightings(history: History, instance: InstanceId): BootSighting[] {
  const found: BootSighting[] = []
  for (const { boot, sentAtMs, atMs } of readinessSamples(history, instance)) {
    if (boot !== undefined) found.push({ boot, sentAtMs, atMs })
  }
  for (const { value, sentAtMs, atMs } of observationsOf(history, 'boot-id', instance)) {
    if (typeof value === 'string') found.push({ boot: value, sentAtMs: sentAtMs ?? atMs, atMs })
  }
  for (const request of eventsOf(history, 'request')) {
    if (request.instance !== instance || request.boot === undefined) continue
    found.push({ boot: request.boot, sentAtMs: request.sentAtMs ?? request.plannedAtMs, atMs: request.endedAtMs })
  }
  return found.sort((a, b) => a.atMs - b.atMs)
}

/** The last boot seen by then, or undefined when none was. */
export const bootAt = (sightings: readonly BootSighting[], atMs: number): string | undefined =>
  sightings.findLast((sighting) => sighting.atMs <= atMs)?.boot
