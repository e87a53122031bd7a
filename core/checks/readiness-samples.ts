import type { History, InstanceId } from '../history.js'
import { observationsOf, type Window } from '../reading.js'

/** `fail` is an explicit answer outside 2xx-3xx; the others are connections that gave none. */
export type ProbeOutcome = 'pass' | 'fail' | 'refused' | 'timeout' | 'reset'

export interface ProbeSample {
  readonly instance: InstanceId
  readonly outcome: ProbeOutcome
  readonly status: number | undefined
  readonly boot: string | undefined
  readonly sentAtMs: number
  readonly atMs: number // when the outcome was known
}

/** Readiness answers of one instance, or of all, in recorded order; a window selects by the time they were sent. */
export function readinessSamples(history: History, instance?: InstanceId, window?: Window): ProbeSample[] {
  return observationsOf(history, 'readiness', instance, window).map((event) => {
    const value = event.value as { readonly outcome: ProbeOutcome; readonly status?: number; readonly boot?: string }
    return {
      instance: event.target,
      outcome: value.outcome,
      status: value.status,
      boot: value.boot,
      sentAtMs: event.sentAtMs ?? event.atMs,
      atMs: event.atMs,
    }
  })
}

/** How often each outcome occurred, for people: 'refused 31, fail 4'. */
export function tallied(samples: readonly ProbeSample[]): string {
  const counts = new Map<ProbeOutcome, number>()
  for (const sample of samples) counts.set(sample.outcome, (counts.get(sample.outcome) ?? 0) + 1)
  return [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ') || 'none'
}
