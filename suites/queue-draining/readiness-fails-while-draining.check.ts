import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, spanned } from '../../core/checks/counted.js'
import { tallied, type ProbeSample } from '../../core/checks/readiness-samples.js'
import type { History } from '../../core/history.js'
import { disturbedHarness } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { drainSpan, isFinding, landing, type DrainSpan } from './drain-span.js'
import { labels } from './names.js'
import { probeSamples, resolutionMs, samplesWhileDraining } from './probe-samples.js'
import { percent } from './wording.js'

/** Readiness of the drained replica fails soon, explicitly and for good; the other replicas stay ready. */
export const check: Check = {
  id: 'readiness-fails-while-draining',
  requirement: 'DRAIN-01',
  evaluate(history, thresholds) {
    const span = drainSpan(history, labels.behindBalancer)
    if (isFinding(span)) return span
    const all = probeSamples(history, 'readiness', span.target)
    if (!all.some((sample) => sample.outcome === 'pass' && sample.atMs < span.issuedAtMs)) {
      return inconclusive(`readiness of ${span.target} was not seen to pass before the drain, so it cannot be seen to change`)
    }
    const during = samplesWhileDraining(all, span)
    const limits = limitsOf(thresholds)
    const disturbed = disturbedHarness(history, { fromMs: span.issuedAtMs, toMs: span.endedAtMs }, limits.firstFailMs / 2)
    if (disturbed !== null) return disturbed
    const others = othersWhileDraining(history, span)
    const evidence = evidenceOf({ span, during, others, limits })
    return judge({ span, during, others, limits, evidence })
  },
}

interface Limits {
  readonly firstFailMs: number
  readonly relapsesMax: number
  readonly explicitMin: number
  readonly othersRatioMin: number
}
const limitsOf = (thresholds: ThresholdValues): Limits => ({
  firstFailMs: numberThreshold(thresholds, 'first_fail_within_s') * 1_000,
  relapsesMax: numberThreshold(thresholds, 'relapses_max'),
  explicitMin: numberThreshold(thresholds, 'explicit_fail_answers_min'),
  othersRatioMin: numberThreshold(thresholds, 'others_ready_ratio_min'),
})

interface Seen {
  readonly span: DrainSpan
  readonly during: readonly ProbeSample[]
  readonly others: readonly ProbeSample[]
  readonly limits: Limits
}

function judge(seen: Seen & { readonly evidence: readonly Evidence[] }): Finding {
  const { span, during, others, limits, evidence } = seen
  const explicit = during.filter((sample) => sample.outcome === 'fail')
  const first = explicit[0]
  const late = during.find((sample) => sample.outcome === 'pass' && sample.sentAtMs > span.acknowledgedAtMs + limits.firstFailMs)
  if (first === undefined) return withoutExplicitFail(seen, late, evidence)
  if (late !== undefined && late.sentAtMs < first.sentAtMs) {
    return failed(`readiness of ${span.target} first failed ${spanned(first.sentAtMs - span.acknowledgedAtMs)} after the drain was acknowledged (allowed ${spanned(limits.firstFailMs)})`, evidence)
  }
  const relapses = during.filter((sample) => sample.outcome === 'pass' && sample.sentAtMs > first.atMs)
  if (relapses.length > limits.relapsesMax) {
    return failed(`readiness of ${span.target} passed again ${counted(relapses.length, 'time')} while it drained (allowed ${limits.relapsesMax})`, evidence)
  }
  const ready = others.filter((sample) => sample.outcome === 'pass')
  if (others.length > 0 && ready.length / others.length < limits.othersRatioMin) {
    return failed(`other replicas were not ready in ${others.length - ready.length} of ${others.length} samples while ${span.target} drained`, evidence)
  }
  const lately = firstTooLate(seen, first, evidence)
  if (lately !== undefined) return lately
  if (others.length === 0) return inconclusive('no readiness sample of another replica fell into the drain', evidence)
  if (explicit.length < limits.explicitMin) {
    return inconclusive(`only ${counted(explicit.length, 'explicit failing answer')} of ${span.target} fell into the drain, needs ${limits.explicitMin}`, evidence)
  }
  const firstMs = Math.max(0, first.sentAtMs - span.acknowledgedAtMs)
  return passed(
    `readiness of ${span.target} failed explicitly within ${spanned(firstMs)} of the drain (allowed ${spanned(limits.firstFailMs)}), ${counted(explicit.length, 'time')} without a relapse; the others were ready in ${ready.length} of ${others.length} samples`,
    evidence,
    { strength: strengthOf(explicit.length) },
  )
}

/**
 * The first failing answer came after its limit, and no passing one before it. Probes that got no answer in between are
 * the replica's own silence; where there were none, nobody was looking.
 */
function firstTooLate({ span, during, limits }: Seen, first: ProbeSample, evidence: readonly Evidence[]): Finding | undefined {
  const firstMs = first.sentAtMs - span.acknowledgedAtMs
  if (firstMs <= limits.firstFailMs) return undefined
  const said = `readiness of ${span.target} first failed explicitly ${spanned(firstMs)} after the drain was acknowledged (allowed ${spanned(limits.firstFailMs)})`
  const silent = during.filter((sample) => sample.sentAtMs > span.acknowledgedAtMs + limits.firstFailMs && sample.sentAtMs < first.sentAtMs)
  if (silent.length === 0) return inconclusive(`${said}, and no probe was sent between the limit and that answer`, evidence)
  return failed(`${said}; until then its probes got no answer (${tallied(silent)})`, evidence)
}

/** Readiness never said that it fails: a failure when it said the opposite for too long, or nothing at all. */
function withoutExplicitFail({ span, during, limits }: Seen, late: ProbeSample | undefined, evidence: readonly Evidence[]): Finding {
  if (late !== undefined) {
    return failed(`readiness of ${span.target} still passed ${spanned(late.sentAtMs - span.acknowledgedAtMs)} after the drain was acknowledged and never failed (allowed ${spanned(limits.firstFailMs)})`, evidence)
  }
  const silent = during.filter((sample) => sample.outcome !== 'pass')
  if (silent.length >= limits.explicitMin) {
    return failed(`${span.target} stopped answering its readiness probe (${tallied(silent)}) without ever failing it explicitly`, evidence)
  }
  if (span.endedBy === 'exit' && during.length >= limits.explicitMin) {
    return failed(`${span.target} exited ${spanned(span.endedAtMs - span.acknowledgedAtMs)} after the drain was acknowledged without ever failing its readiness probe`, evidence)
  }
  return inconclusive(`only ${counted(during.length, 'readiness sample')} of ${span.target} fell into the drain, none of them failing`, evidence)
}

function othersWhileDraining(history: History, span: DrainSpan): ProbeSample[] {
  return probeSamples(history, 'readiness').filter(
    (sample) => sample.instance !== span.target && sample.sentAtMs >= span.issuedAtMs && sample.sentAtMs < span.endedAtMs,
  )
}

function evidenceOf({ span, during, others, limits }: Seen): Evidence[] {
  const first = during.find((sample) => sample.outcome === 'fail')
  const ready = others.filter((sample) => sample.outcome === 'pass').length
  return [
    landing(span),
    ...(first === undefined
      ? []
      : [{ note: 'first explicit failing answer after the acknowledgement', measured: Math.max(0, Math.round(first.sentAtMs - span.acknowledgedAtMs)), allowed: limits.firstFailMs, unit: 'ms' as const }]),
    { note: `readiness answers of ${span.target} while it drained: ${tallied(during)}`, measured: during.length, unit: 'count' },
    { note: `readiness of the other replicas passed in ${others.length === 0 ? 'no sample' : percent(ready / others.length)}`, measured: others.length, unit: 'count' },
    { note: 'longest time between two samples: nothing shorter can be seen', measured: Math.round(resolutionMs(during)), unit: 'ms' },
  ]
}
