import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { bootAt, bootSightings } from '../../core/checks/boot-sightings.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { ProbeSample } from '../../core/checks/readiness-samples.js'
import { shareRegained, type ShareRegained } from '../../core/checks/share-regained.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, isUnserved, platformAtMs, requestsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { isFinding, landing, spanOf, type DrainSpan } from './drain-span.js'
import { notLanded } from './landed.js'
import { labels, loads } from './names.js'
import { probeSamples } from './probe-samples.js'
import { answered, idsOf, judgeable, talliedOutcomes } from './wording.js'

/** A stall of ours beyond this may have cost a request its answer. */
const stallMs = 1_000

/** A drained replica is ready and gets its share again after its drain was undone, as the same process. */
export const check: Check = {
  id: 'a-drain-can-be-undone',
  requirement: 'DRAIN-08',
  evaluate(history, thresholds) {
    const declared = factOf(history, 'drain') as { readonly endsInExit?: boolean } | undefined
    if (declared?.endsInExit) return inconclusive('the drain is declared to end in an exit, so nothing is left that could be returned to service')
    const undone = interventionsOf(history, 'undrain', labels.undone)
    if (undone.length === 0) return inconclusive('no drain was undone')
    const judged = undone.map((one) => judge(history, one, thresholds))
    const worst = judged.find(({ outcome }) => outcome === 'failed') ?? judged.find(({ outcome }) => outcome !== 'passed')
    if (worst !== undefined) return worst
    const n = judged.reduce((sum, one) => sum + (one.strength?.n ?? 0), 0)
    return passed(listed(judged.map(({ summary }) => summary)), judged.flatMap(({ evidence }) => evidence), { strength: strengthOf(n) })
  },
}

/** What was seen after one undrain, until something else was done to the replica. */
interface Undone {
  readonly undrain: Intervention
  readonly target: string
  readonly span: DrainSpan
  readonly fromMs: number // acknowledged, else issued
  readonly untilMs: number
  readonly bootBefore: string | undefined
  /** Readiness answers sent after the undrain was issued. */
  readonly samples: readonly ProbeSample[]
  readonly ready: ProbeSample | undefined
  readonly share: ShareRegained
  /** Through the balancer, planned after the undrain was issued. */
  readonly requests: readonly RequestEvent[]
}

function judge(history: History, undrain: Intervention, thresholds: ThresholdValues): Finding {
  const { target } = undrain
  const drain = interventionsOf(history, 'drain').findLast((one) => one.target === target && one.issuedAtMs < undrain.issuedAtMs)
  if (drain === undefined) return inconclusive(`${target} was not drained before`)
  const span = spanOf(history, drain)
  if (isFinding(span)) return span
  if (span.endedBy === 'exit') return inconclusive(`${target} had exited before its drain was undone`)
  const undone = whatFollowed(history, undrain, { span, thresholds })
  const evidence = evidenceOf(undone)
  const faults = faultsOf(history, undone, thresholds)
  if (faults.length > 0) {
    const disturbed = disturbedHarness(history, { fromMs: undrain.issuedAtMs, toMs: undone.untilMs }, stallMs)
    return disturbed ?? failed(`after the drain of ${target} was undone ${listed(faults)}`, evidence)
  }
  const missing = missingIn(history, undone, thresholds)
  if (missing.length > 0) return inconclusive(listed(missing), evidence)
  const tookMs = Math.max(0, (undone.ready?.atMs ?? 0) - undone.fromMs)
  return disturbedHarness(history, { fromMs: undrain.issuedAtMs, toMs: undone.untilMs }, stallMs) ?? passed(
    `${target} was ready again ${spanned(tookMs)} after its drain was undone, got ${undone.share.own} of ${undone.share.of} requests (fair share ${undone.share.fair}), as the same process, and none of ${counted(undone.requests.length, 'request')} failed`,
    evidence,
    { strength: strengthOf(undone.requests.length) },
  )
}

function whatFollowed(history: History, undrain: Intervention, { span, thresholds }: { readonly span: DrainSpan; readonly thresholds: ThresholdValues }): Undone {
  const { target, issuedAtMs } = undrain
  const later = interventionsOf(history).filter((one) => one.issuedAtMs > issuedAtMs).map((one) => one.issuedAtMs)
  const fromMs = undrain.acknowledgedAtMs ?? issuedAtMs
  const untilMs = Math.min(leastOf(later), endOfTraffic(history))
  const samples = probeSamples(history, 'readiness', target).filter((sample) => sample.sentAtMs >= issuedAtMs && sample.atMs <= untilMs)
  const ready = samples.find((sample) => sample.outcome === 'pass')
  const requests = requestsOf(history, loads.background).filter((one) => one.plannedAtMs >= issuedAtMs && one.endedAtMs <= untilMs && judgeable(one))
  return {
    undrain, target, span, fromMs, untilMs, samples, ready, requests,
    bootBefore: bootAt(bootSightings(history, target), issuedAtMs),
    share: shareRegained({ requests, target, replicas: replicasOf(history), fairMin: numberThreshold(thresholds, 'share_of_fair_min'), fromMs: ready?.atMs ?? Infinity }),
  }
}

const replicasOf = (history: History): number => (factOf(history, 'instances') as readonly string[] | undefined)?.length ?? 0
const endOfTraffic = (history: History): number => Math.max(0, greatestOf(requestsOf(history, loads.background).map((one) => one.endedAtMs)))

function faultsOf(history: History, undone: Undone, thresholds: ThresholdValues): string[] {
  const { undrain, target, samples, ready, fromMs, untilMs, requests, bootBefore, share } = undone
  const readyLimitMs = numberThreshold(thresholds, 'ready_within_s') * 1_000
  const shareLimitMs = numberThreshold(thresholds, 'share_within_s') * 1_000
  const watchedMs = (samples.at(-1)?.atMs ?? fromMs) - fromMs
  const otherBoot = samples.find((sample) => bootBefore !== undefined && sample.boot !== undefined && sample.boot !== bootBefore)
  const exitedAtMs = platformAtMs(history, 'process-exited', target, undrain.issuedAtMs)
  const faults: string[] = []
  const refused = undrain.acknowledgedAtMs === undefined ? `, and the undrain was not accepted (${undrain.error ?? 'no answer'})` : ''
  if (otherBoot !== undefined || (exitedAtMs !== undefined && exitedAtMs <= untilMs)) faults.push(`${target} was another process than before`)
  if (ready === undefined && watchedMs > readyLimitMs) faults.push(`it was not ready for ${spanned(watchedMs)} (allowed ${spanned(readyLimitMs)})${refused}`)
  if (ready !== undefined && ready.atMs - fromMs > readyLimitMs) faults.push(`it was ready only after ${spanned(ready.atMs - fromMs)} (allowed ${spanned(readyLimitMs)})`)
  const relapses = ready === undefined ? [] : samples.filter((sample) => sample.sentAtMs > ready.sentAtMs && sample.outcome === 'fail')
  if (relapses.length > 0) faults.push(`readiness failed again ${counted(relapses.length, 'time')} after it had passed`)
  if (ready !== undefined && share.reachedAtMs === undefined && share.lastAtMs - fromMs > shareLimitMs) faults.push(`it got only ${share.own} of the last ${share.of} requests in ${spanned(share.lastAtMs - fromMs)}`)
  if (share.reachedAtMs !== undefined && share.reachedAtMs - fromMs > shareLimitMs) faults.push(`it got its share only after ${spanned(share.reachedAtMs - fromMs)} (allowed ${spanned(shareLimitMs)})`)
  const lost = requests.filter(isUnserved)
  const lostMax = numberThreshold(thresholds, 'failed_max')
  if (lost.length > lostMax) faults.push(`${lost.length} of ${counted(requests.length, 'request')} through the balancer failed (${talliedOutcomes(lost)}; allowed ${lostMax})`)
  return faults
}

function missingIn(history: History, undone: Undone, thresholds: ThresholdValues): string[] {
  const { undrain, target, span, ready, share, fromMs, untilMs, samples } = undone
  const reasons: string[] = []
  const unshown = notLanded(history, span)
  if (unshown !== undefined) reasons.push(unshown)
  const without = withoutShare(history, span, undrain.issuedAtMs)
  const withoutMin = numberThreshold(thresholds, 'requests_without_share_min')
  if (without.before === 0) reasons.push(`${target} had no share before its drain`)
  else if (without.others < withoutMin) reasons.push(`the share of ${target} did not fall to zero: only ${counted(without.others, 'request')} of ${withoutMin} went to others in a row before the drain was undone`)
  if (undrain.acknowledgedAtMs === undefined) reasons.push(`the undrain was not acknowledged${undrain.error === undefined ? '' : `: ${undrain.error}`}`)
  if (ready === undefined) reasons.push(`${target} was not ready again and was watched for only ${spanned((samples.at(-1)?.atMs ?? fromMs) - fromMs)}`)
  else if (share.reachedAtMs === undefined) reasons.push(`${target} got ${share.own} of ${share.of} requests in ${spanned(Math.max(0, untilMs - fromMs))}, too few to tell its share`)
  if (undone.bootBefore === undefined && platformAtMs(history, 'process-started', target, 0) === undefined) reasons.push(`nothing tells whether ${target} was the same process`)
  return reasons
}

/** Answers of the replica before its drain, and how many of others came in a row, without one of it, before the undrain. */
function withoutShare(history: History, span: DrainSpan, undrainAtMs: number): { readonly before: number; readonly others: number } {
  const sent = requestsOf(history, loads.background).filter((one) => one.instance !== undefined && answered(one))
  const own = sent.filter((one) => one.instance === span.target && sentMs(one) < undrainAtMs)
  const lastMs = Math.max(span.acknowledgedAtMs, greatestOf(own.map(sentMs)))
  return {
    before: own.filter((one) => one.endedAtMs < span.issuedAtMs).length,
    others: sent.filter((one) => one.instance !== span.target && sentMs(one) > lastMs && sentMs(one) < undrainAtMs).length,
  }
}

const sentMs = (request: RequestEvent): number => request.sentAtMs ?? request.plannedAtMs

function evidenceOf({ span, target, ready, fromMs, share, requests }: Undone): Evidence[] {
  const lost = requests.filter(isUnserved)
  return [
    landing(span),
    ...(ready === undefined ? [] : [{ note: `${target} ready again, after the undrain`, measured: Math.max(0, Math.round(ready.atMs - fromMs)), unit: 'ms' as const }]),
    { note: `requests that ${target} got of ${share.of} through the balancer`, measured: share.own, unit: 'requests' },
    { note: 'requests through the balancer that failed after the undrain', measured: lost.length, allowed: 0, unit: 'requests', requests: idsOf(lost) },
  ]
}
