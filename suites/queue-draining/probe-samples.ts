import type { ProbeSample } from '../../core/checks/readiness-samples.js'
import type { History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'
import type { DrainSpan } from './drain-span.js'

/** Answers of one probe in the order they were sent, from one instance or all. */
export function probeSamples(history: History, probe: 'readiness' | 'liveness', instance?: string): ProbeSample[] {
  return observationsOf(history, probe, instance)
    .map((event) => {
      const value = event.value as Pick<ProbeSample, 'outcome' | 'status' | 'boot'>
      return { ...value, instance: event.target, sentAtMs: event.sentAtMs ?? event.atMs, atMs: event.atMs }
    })
    .sort((a, b) => a.sentAtMs - b.sentAtMs)
}

/**
 * Samples of the drained replica sent from the issue of the drain until it ended. What was still open when the process
 * exited says nothing, and an answer from another boot comes from a process that was never told to drain.
 */
export function samplesWhileDraining(samples: readonly ProbeSample[], span: DrainSpan): ProbeSample[] {
  const boot = samples.findLast((sample) => sample.atMs < span.issuedAtMs && sample.boot !== undefined)?.boot
  const ofSameBoot = (sample: ProbeSample): boolean => boot === undefined || sample.boot === undefined || sample.boot === boot
  return samples.filter(
    (sample) =>
      sample.sentAtMs >= span.issuedAtMs &&
      sample.sentAtMs < span.endedAtMs &&
      !(span.endedBy === 'exit' && sample.atMs >= span.endedAtMs) &&
      ofSameBoot(sample),
  )
}

/** The longest time between two samples: nothing shorter can be seen. */
export function resolutionMs(samples: readonly ProbeSample[]): number {
  let longest = 0
  for (let i = 1; i < samples.length; i++) longest = Math.max(longest, samples[i]!.sentAtMs - samples[i - 1]!.sentAtMs)
  return longest
}
