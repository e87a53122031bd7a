import { failed, inconclusive, passed, strengthOf, type Check, type Evidence } from '../../core/check.js'
import { counted, spanned } from '../../core/checks/counted.js'
import { tallied, type ProbeSample } from '../../core/checks/readiness-samples.js'
import { leastOf } from '../../core/extremes.js'
import { factOf, disturbedHarness, interventionsOf, platformAtMs } from '../../core/reading.js'
import type { History } from '../../core/history.js'
import { numberThreshold } from '../../core/requirement.js'
import { drainSpan, isFinding, landing, type DrainSpan } from './drain-span.js'
import { notLanded } from './landed.js'
import { labels } from './names.js'
import { probeSamples, resolutionMs, samplesWhileDraining } from './probe-samples.js'

/** A probe that is not answered within this stall of ours may have been answered in time. */
const stallMs = 1_000

/** Liveness passes from the acknowledgement of the drain until the replica refuses connections, exits or is stopped. */
export const check: Check = {
  id: 'liveness-stays-green',
  requirement: 'DRAIN-02',
  evaluate(history, thresholds) {
    const span = drainSpan(history, labels.behindBalancer)
    if (isFinding(span)) return span
    const all = probeSamples(history, 'liveness', span.target)
    if (!all.some((sample) => sample.outcome === 'pass' && sample.atMs < span.issuedAtMs)) {
      return inconclusive(`liveness of ${span.target} was not seen to pass before the drain`)
    }
    const during = untilRefused(samplesWhileDraining(all, span).filter((sample) => sample.sentAtMs >= span.acknowledgedAtMs))
    const evidence = evidenceOf(span, during)
    const disturbed = disturbedHarness(history, { fromMs: span.issuedAtMs, toMs: span.endedAtMs }, stallMs)
    const restartedAtMs = unaskedRestart(history, span)
    const failures = failuresOf(during)
    const failuresMax = numberThreshold(thresholds, 'liveness_failures_max')
    if (disturbed !== null) return disturbed
    if (failures.length > failuresMax) {
      const first = failures[0]!
      return failed(
        `liveness of ${span.target} failed in ${failures.length} of ${during.length} probes while it drained, first ${spanned(first.sentAtMs - span.acknowledgedAtMs)} after the acknowledgement (allowed ${failuresMax})`,
        evidence,
      )
    }
    if (restartedAtMs !== undefined) {
      return failed(`${span.target} was restarted ${spanned(restartedAtMs - span.acknowledgedAtMs)} after the drain was acknowledged, although its drain does not end in an exit`, evidence)
    }
    const passes = during.filter((sample) => sample.outcome === 'pass').length
    const samplesMin = numberThreshold(thresholds, 'samples_min')
    if (passes < samplesMin) return inconclusive(`only ${counted(passes, 'passing liveness answer')} of ${span.target} fell into the drain, needs ${samplesMin}`, evidence)
    const refusedBetween = during.filter((sample) => sample.outcome === 'refused').length
    if (refusedBetween > 0) return inconclusive(`${span.target} refused ${counted(refusedBetween, 'liveness probe')} and answered again later, so nobody knows whether it left`, evidence)
    const unshown = notLanded(history, span)
    if (unshown !== undefined) return inconclusive(unshown, evidence)
    const resets = during.filter((sample) => sample.outcome === 'reset').length
    const forgiven = resets === 0 ? '' : `, and ${resets} ${resets === 1 ? 'was' : 'were'} reset, which is forgiven: a probe may be under way as connections are closed`
    return passed(`liveness of ${span.target} failed in 0 of ${passes} probes over ${spanned(span.endedAtMs - span.acknowledgedAtMs)} of draining${forgiven}`, evidence, {
      strength: strengthOf(passes),
    })
  },
}

/** A refused connection after which nothing was answered means that the replica has left as far as a probe can tell. */
function untilRefused(samples: readonly ProbeSample[]): readonly ProbeSample[] {
  const lastAnswer = samples.findLastIndex((sample) => sample.outcome === 'pass' || sample.outcome === 'fail')
  const refusedAt = samples.findIndex((sample, i) => i > lastAnswer && sample.outcome === 'refused')
  return refusedAt === -1 ? samples : samples.slice(0, refusedAt)
}

/** Connections are closed when a drain begins, and once more with the listener: so many probes may have been under way. */
const resetsForgivenMax = 2

/**
 * An explicit failing answer, none at all, or resets: in a row, or more of them than probes that can have been under way
 * when connections were closed, which a supervisor forgives too.
 */
function failuresOf(samples: readonly ProbeSample[]): ProbeSample[] {
  const resets = samples.filter(({ outcome }) => outcome === 'reset').length
  return samples.filter((sample, i) => {
    if (sample.outcome === 'reset') return resets > resetsForgivenMax || samples[i - 1]?.outcome === 'reset' || samples[i + 1]?.outcome === 'reset'
    return sample.outcome === 'fail' || sample.outcome === 'timeout'
  })
}

/** When a supervisor started the process anew during a drain that should have kept it running. What we did later to the replica starts it too. */
function unaskedRestart(history: History, span: DrainSpan): number | undefined {
  const drain = factOf(history, 'drain') as { readonly endsInExit?: boolean } | undefined
  if (span.endedBy !== 'exit' || drain?.endsInExit) return undefined
  const startedAtMs = platformAtMs(history, 'process-started', span.target, span.endedAtMs)
  const oursAtMs = interventionsOf(history)
    .filter((one) => one.target === span.target && one.id !== span.drain.id && one.issuedAtMs >= span.issuedAtMs)
    .map((one) => one.issuedAtMs)
  return startedAtMs !== undefined && startedAtMs < leastOf(oursAtMs) ? startedAtMs : undefined
}

function evidenceOf(span: DrainSpan, during: readonly ProbeSample[]): Evidence[] {
  return [
    landing(span),
    { note: `liveness answers of ${span.target} while it drained: ${tallied(during)}`, measured: during.length, unit: 'count' },
    { note: 'longest time between two samples: nothing shorter can be seen', measured: Math.round(resolutionMs(during)), unit: 'ms' },
  ]
}
