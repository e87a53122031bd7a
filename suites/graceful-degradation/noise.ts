import { inconclusive, type Finding } from '../../core/check.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, requestsOf, type Window } from '../../core/reading.js'
import { judgeQuantile } from '../../core/checks/quantile-limit.js'
import { latencyMs } from './fault-spans.js'

const factorMax = 2
/** A quiet echo answers within a millisecond or two: twice that is no disturbance yet. */
const slackMs = 20

/**
 * Why latencies of a window cannot be charged to the service, or null: the harness stalled, or requests to its own echo
 * server took more than twice as long as before.
 */
export function noisy(history: History, { before, window, limitMs }: { readonly before: Window; readonly window: Window; readonly limitMs: number }): Finding | null {
  const disturbed = disturbedHarness(history, window, limitMs / 2)
  if (disturbed !== null) return disturbed
  const p90 = (span: Window): number => judgeQuantile({ values: requestsOf(history, 'null-control', span).map(latencyMs), quantile: 0.9, limit: 0 }).estimate ?? 0
  const allowedMs = factorMax * p90(before) + slackMs
  const measuredMs = p90(window)
  if (measuredMs <= allowedMs) return null
  return inconclusive(`the machine was busy: requests to our own echo server took ${Math.round(measuredMs)} ms (p90) in the same span, ${Math.round(p90(before))} ms before it`, [
    { note: 'p90 of the null control', measured: Math.round(measuredMs), allowed: Math.round(allowedMs), unit: 'ms' },
  ])
}
