import { endOf, eventsOf, type History } from '../core/history.js'
import { ownLoads } from '../core/own-loads.js'
import { countsAsLost, interventionsOf } from '../core/reading.js'
import type { Timeline, TimelineBucket } from '../core/run-report.js'

const bucketsAim = 240
const bucketWidthsMs = [50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000]

export interface Totals {
  readonly requests: number
  readonly lost: number
  readonly timeline: Timeline
}

/** Sums a history up for a report, in bounded memory: requests in buckets of equal width, interventions as spans. */
export function totalsOf(history: History): Totals {
  const endMs = endOf(history)
  const bucketMs = bucketWidthsMs.find((width) => endMs / width <= bucketsAim) ?? 60_000
  const buckets = new Map<number, { -readonly [K in keyof TimelineBucket]: number }>()
  let requests = 0
  let lost = 0
  for (const request of eventsOf(history, 'request')) {
    if (ownLoads.has(request.load) || request.outcome === 'cancelled') continue
    const atMs = Math.floor(request.plannedAtMs / bucketMs) * bucketMs
    const bucket = buckets.get(atMs) ?? { atMs, ok: 0, refused: 0, lost: 0, latencyMsMax: 0 }
    buckets.set(atMs, bucket)
    requests += 1
    const isLost = countsAsLost(request)
    lost += isLost ? 1 : 0
    bucket[isLost ? 'lost' : request.outcome === 'polite-refusal' || request.outcome === 'reset-idle' ? 'refused' : 'ok'] += 1
    bucket.latencyMsMax = Math.max(bucket.latencyMsMax, Math.round(request.endedAtMs - request.plannedAtMs))
  }
  return {
    requests,
    lost,
    timeline: {
      bucketMs,
      buckets: [...buckets.values()].sort((a, b) => a.atMs - b.atMs),
      interventions: interventionsOf(history).map((one) => ({
        name: one.name,
        target: one.target,
        label: one.label ?? null,
        fromMs: Math.round(one.issuedAtMs),
        toMs: Math.round(one.undoneAtMs ?? one.acknowledgedAtMs ?? one.issuedAtMs),
        witnessed: one.witness ?? null,
        error: one.error ?? null,
      })),
      phases: [...eventsOf(history, 'phase')].map(({ name, atMs }) => ({ name, atMs: Math.round(atMs) })),
    },
  }
}
