import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { factOf, interventionsOf, observationsOf, requestsOf, type Intervention, type Window } from '../../core/reading.js'
import { effectProbe, scheduleLoad, type ScheduledEffect } from './schedule-watch.js'

export interface SeenEffect extends ScheduledEffect {
  readonly by: string
  readonly seenAtMs: number
}

/** What the schedule did, around the loss of the replica that had done the last of it. */
export interface ScheduleHistory {
  readonly periodMs: number
  readonly effects: readonly SeenEffect[]
  /** When the list was read without an error. */
  readonly readAtMs: readonly number[]
  readonly kill: Intervention | undefined
  /** The last effect that was seen before the kill. */
  readonly last: SeenEffect | undefined
  readonly releasedAtMs: number | undefined
}

export function scheduleHistory(history: History): ScheduleHistory | undefined {
  const declared = factOf(history, 'schedule') as { readonly periodMs?: number } | undefined
  if (declared?.periodMs === undefined) return undefined
  const effects = observationsOf(history, effectProbe).map((event) => ({ ...(event.value as ScheduledEffect), by: event.target, seenAtMs: event.atMs })).sort((a, b) => a.seenAtMs - b.seenAtMs)
  const kill = interventionsOf(history, 'hold')[0]
  return {
    periodMs: declared.periodMs,
    effects,
    readAtMs: requestsOf(history, scheduleLoad).filter((one) => one.outcome === 'ok').map((one) => one.endedAtMs),
    kill,
    last: kill === undefined ? undefined : effects.findLast((one) => !one.first && one.seenAtMs <= kill.issuedAtMs),
    releasedAtMs: kill === undefined ? undefined : observationsOf(history, 'release', kill.target).find((one) => one.atMs > kill.issuedAtMs)?.atMs,
  }
}

/** Effects beyond the first of their period, at any time. */
export function duplicatesIn(effects: readonly SeenEffect[]): SeenEffect[] {
  const seen = new Set<string>()
  return effects.filter(({ slot }) => {
    if (seen.has(slot)) return true
    seen.add(slot)
    return false
  })
}

/** Effects that were seen to be new in a span. */
export const seenIn = (effects: readonly SeenEffect[], window: Window): readonly SeenEffect[] =>
  effects.filter(({ first, seenAtMs }) => !first && seenAtMs > window.fromMs && seenAtMs <= window.toMs)

export const periodsOf = (effects: readonly SeenEffect[]): number => new Set(effects.map(({ slot }) => slot)).size

/** So many effects at each end may have been late themselves. */
const lateEndsMax = 2

/**
 * Periods without an effect between effects, by the time from one to another. An effect that was late at an end looks like a period that
 * was left out, so it is the least of what the last and first few ends give. What was made up for later was not left out.
 */
export function leftOutBetween(effects: readonly SeenEffect[], periodMs: number): number {
  let least = Infinity
  for (let head = 0; head <= lateEndsMax; head++) {
    for (let tail = 0; tail <= lateEndsMax; tail++) {
      const within = effects.slice(head, effects.length - tail)
      if (within.length < 2) continue
      const spanMs = within.at(-1)!.seenAtMs - within[0]!.seenAtMs
      least = Math.min(least, Math.round(spanMs / periodMs) - (periodsOf(within) - 1))
    }
  }
  return least === Infinity ? 0 : Math.max(0, least)
}

/** The longest time in a span in which the list could not be read. */
export function longestBlindMs(readAtMs: readonly number[], window: Window): number {
  const times = [window.fromMs, ...readAtMs.filter((atMs) => atMs > window.fromMs && atMs < window.toMs), window.toMs]
  return greatestOf(times.map((atMs, index) => (index === 0 ? 0 : atMs - times[index - 1]!)))
}
