import type { History, RequestEvent } from '../../core/history.js'
import type { DrainSpan } from './drain-span.js'
import { probeSamples, samplesWhileDraining } from './probe-samples.js'

/**
 * Why nobody can say that the replica ever drained, or undefined when something of its own showed it: what was
 * witnessed, an exit, a readiness that turned to failing, or a polite refusal among `requests`. An acknowledgement is
 * enough to hold a replica to its drain, and not enough to credit it with one: ask before a pass, never before a failure.
 */
export function notLanded(history: History, span: DrainSpan, requests: readonly RequestEvent[] = []): string | undefined {
  const { drain, target, endedAtMs, endedBy } = span
  if (drain.witnessedAtMs !== undefined && drain.witnessedAtMs <= endedAtMs) return undefined
  if (endedBy === 'exit' || requests.some((request) => request.outcome === 'polite-refusal')) return undefined
  const readiness = probeSamples(history, 'readiness', target)
  const passedBefore = readiness.some((sample) => sample.outcome === 'pass' && sample.atMs < span.issuedAtMs)
  const failedDuring = samplesWhileDraining(readiness, span).some((sample) => sample.outcome === 'fail' && sample.atMs <= endedAtMs)
  return passedBefore && failedDuring ? undefined : `nothing on ${target} showed that it was draining`
}
