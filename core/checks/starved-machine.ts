import { inconclusive, type Finding } from '../check.js'
import { greatestOf } from '../extremes.js'
import { echoMsMax, stallMsMax } from './calm.js'
import type { History } from '../history.js'
import { disturbedHarness, requestsOf, starvedReplica, type Window } from '../reading.js'

const aroundMs = 1_000

/**
 * What to say instead of a failure that a starved machine can cause: the null control failed or was slow in or right before the window. Never used against a
 * pass, and never for what no lack of time explains.
 */
export function starvedMachine(history: History, window: Window, stallLimitMs = stallMsMax): Finding | null {
  const disturbed = disturbedHarness(history, window, stallLimitMs)
  if (disturbed !== null) return disturbed
  const control = requestsOf(history, 'null-control', { fromMs: window.fromMs - aroundMs, toMs: window.toMs })
  const slowestMs = Math.max(0, greatestOf(control.map((one) => one.endedAtMs - one.plannedAtMs)))
  if (slowestMs <= echoMsMax) return starvedReplica(history, { fromMs: window.fromMs - aroundMs, toMs: window.toMs }, echoMsMax)
  return inconclusive(`the machine was starved: our own echo server needed ${Math.round(slowestMs)} ms for an answer in the same span`, [
    { note: 'slowest answer of the null control', measured: Math.round(slowestMs), allowed: echoMsMax, unit: 'ms' },
  ])
}

/** Requests that show trouble from before: failed before, or outstanding for long when it began. */
export const troubledBefore = <T extends { readonly plannedAtMs: number; readonly endedAtMs: number }>(failed: readonly T[], beginMs: number): T[] =>
  failed.filter((one) => one.endedAtMs < beginMs || one.plannedAtMs < beginMs - aroundMs)
