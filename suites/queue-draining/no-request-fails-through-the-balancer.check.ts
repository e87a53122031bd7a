import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { unlessAssumedWindow } from '../../core/checks/assumed-window.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { RequestTally } from '../../core/checks/request-tally.js'
import { leastOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, factOf, harnessHealth, interventionsOf, isUnserved, numberFact, platformAtMs, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { balancedClients, hungBeforeMs, type BalancedClients } from './balanced-clients.js'
import { drainSpan, isFinding, landing, missingReturn, type DrainSpan } from './drain-span.js'
import { labels, loads } from './names.js'
import { idsOf, percent, strengthLines, talliedOutcomes } from './wording.js'

/** Idle resets beyond this share say that the path to the balancer is not sound. */
const idleResetsMax = 0.01

/** No request through the balancer fails from before the drain until the stopped replica is started again. */
export const check: Check = {
  id: 'no-request-fails-through-the-balancer',
  requirement: 'DRAIN-04',
  evaluate(history, thresholds) {
    const span = drainSpan(history, labels.behindBalancer)
    if (isFinding(span)) return span
    const ejectWindowMs = numberFact(history, 'ejectWindowMs')
    if (ejectWindowMs === undefined) return inconclusive('the eject window of the balancer is not known')
    const untilMs = startedAgainAtMs(history, span)
    const clients = balancedClients(history, { span, untilMs, allowedMs: numberThreshold(thresholds, 'share_zero_within_eject_windows') * ejectWindowMs })
    const unfit = unfitToJudge(history, { fromMs: Math.min(span.issuedAtMs, clients.firstPlannedAtMs), toMs: untilMs }, ejectWindowMs)
    if (unfit !== null) return unfit
    const seen: Seen = { history, thresholds, span, clients, ejectWindowMs }
    const evidence = evidenceOf(seen)
    return clientFinding(seen, evidence) ?? missingEvidence(seen, evidence) ?? pass(seen, evidence)
  },
}

interface Seen {
  readonly history: History
  readonly thresholds: ThresholdValues
  readonly span: DrainSpan
  readonly clients: BalancedClients
  readonly ejectWindowMs: number
}

/** What a starting replica does to clients is another requirement's business, so the window ends before it. */
function startedAgainAtMs(history: History, span: DrainSpan): number {
  const back = interventionsOf(history)
    .filter((one) => one.target === span.target && one.issuedAtMs > span.issuedAtMs && (one.name === 'start' || one.name === 'undrain'))
    .map((one) => one.issuedAtMs)
  const bySupervisor = platformAtMs(history, 'process-started', span.target, span.acknowledgedAtMs)
  return Math.min(leastOf(back), bySupervisor ?? Infinity)
}

/** A balancer or a harness that loses requests by itself makes it impossible to charge any to the service. */
function unfitToJudge(history: History, window: { readonly fromMs: number; readonly toMs: number }, ejectWindowMs: number): Finding | null {
  const qualification = requestsOf(history, loads.qualification)
  const lost = qualification.filter(isUnserved)
  if (qualification.length === 0 && !isPartOfTheTarget(history)) return inconclusive('the balancer was not qualified: nobody knows what it loses by itself')
  if (lost.length > 0) {
    return inconclusive(`the balancer itself lost ${lost.length} of ${qualification.length} requests on a clean drain of an echo server`, [
      { note: `requests lost by the balancer: ${talliedOutcomes(lost)}`, measured: lost.length, allowed: 0, unit: 'requests', requests: idsOf(lost) },
    ])
  }
  if (harnessHealth(history, window).controlRequests === 0) return inconclusive('the null control did not run')
  return disturbedHarness(history, window, ejectWindowMs / 2)
}

/** A balancer that the service brings itself is judged with it: what it loses is lost to the clients of that service. */
function isPartOfTheTarget(history: History): boolean {
  const { kind } = (factOf(history, 'balancer') ?? {}) as { readonly kind?: string }
  return kind !== undefined && kind !== 'seaworthy'
}

/** What clients suffered, or a replica that was still given requests too late; undefined when neither. */
function clientFinding({ history, thresholds, span, clients, ejectWindowMs }: Seen, evidence: readonly Evidence[]): Finding | undefined {
  const { requests, failed: bad, failedBefore, failedAnyhow, share } = clients
  if (failedBefore > 0) return inconclusive(`${counted(failedBefore, 'request')} failed before the drain was issued, so later ones cannot be charged to it`, evidence)
  const failedMax = numberThreshold(thresholds, 'failed_max')
  const said: string[] = []
  if (bad.count > failedMax) {
    said.push(`${bad.count} of ${requests.count} requests through the balancer failed (${bad.outcomes}; allowed ${failedMax})${explained({ history, span, bad, ejectWindowMs })}`)
  }
  if (share.late.count > 0) {
    said.push(`${span.target} was still given requests ${spanned(share.lastMs ?? 0)} after the drain was acknowledged (allowed ${spanned(share.allowedMs)})`)
  }
  if (said.length === 0) return undefined
  const shown: Evidence[] = [
    { note: 'failed requests through the balancer', measured: bad.count, allowed: failedMax, unit: 'requests', requests: bad.ids },
    ...(share.late.count === 0 ? [] : [{ note: 'requests given to the drained replica too late', measured: share.late.count, allowed: 0, unit: 'requests' as const, requests: share.late.ids }]),
  ]
  const finding = failed(said.join('; '), [...shown, ...evidence])
  // Without a name in its answers nobody saw whether the replica was still sent to.
  const mayBeLate = share.late.count > 0 || share.before === 0
  const restsOnWindow = mayBeLate && failedAnyhow <= failedMax
  return restsOnWindow ? unlessAssumedWindow(finding, history) : finding
}

/** Why they failed, when the times say so: the replica left before the balancer could notice. */
function explained({ history, span, bad, ejectWindowMs }: { readonly history: History; readonly span: DrainSpan; readonly bad: RequestTally; readonly ejectWindowMs: number }): string {
  const downAtMs = platformAtMs(history, 'backend-down', span.target, span.issuedAtMs)
  const firstAtMs = bad.firstEndedAtMs
  const firstMs = Math.max(0, firstAtMs - span.acknowledgedAtMs)
  if (downAtMs === undefined) return `, the first ${spanned(firstMs)} after the acknowledgement; the balancer never took ${span.target} out`
  const downMs = Math.max(0, downAtMs - span.acknowledgedAtMs)
  if (downMs > ejectWindowMs) return `, the first ${spanned(firstMs)} after the acknowledgement; the balancer took ${span.target} out only after ${spanned(downMs)}, so readiness did not say in time that it was leaving`
  if (firstAtMs > downAtMs) return `, the first ${spanned(firstMs)} after the acknowledgement, when the balancer had already taken ${span.target} out`
  return `: ${span.target} stopped serving within ${spanned(firstMs)} of the acknowledgement, but the balancer took it out only after ${spanned(downMs)}, so the grace of the drain is shorter than detection (up to ${spanned(ejectWindowMs)})`
}

function missingEvidence({ history, thresholds, span, clients }: Seen, evidence: readonly Evidence[]): Finding | undefined {
  const { requests, hung, idle, share, givenUp } = clients
  const requestsMin = numberThreshold(thresholds, 'requests_min')
  const reasons: string[] = []
  if (requests.count < requestsMin) reasons.push(`only ${counted(requests.count, 'request')} through the balancer, needs ${requestsMin}`)
  if (share.before === 0) reasons.push(`no answer before the drain could be attributed to ${span.target}, so its share cannot be seen to fall`)
  if (share.watched === 0) reasons.push('no request was sent after the eject window, so the share cannot be seen to be zero')
  if (share.unattributed > 0) reasons.push(`${counted(share.unattributed, 'answer')} after the eject window ${share.unattributed === 1 ? 'names' : 'name'} no replica, so the share cannot be seen to be zero`)
  if (hung.count > 0) reasons.push(`${counted(hung.count, 'request')} sent more than ${spanned(hungBeforeMs)} before the drain timed out after it, and may have hung before it`)
  if (idle.count > idleResetsMax * (requests.count + idle.count)) reasons.push(`${counted(idle.count, 'request')} through the balancer ended in an idle reset, more than ${percent(idleResetsMax)}`)
  if (givenUp > 0) reasons.push(`${counted(givenUp, 'request')} through the balancer ${givenUp === 1 ? 'was' : 'were'} given up by the harness`)
  const stopped = interventionsOf(history, 'stop').some((one) => one.target === span.target && one.acknowledgedAtMs !== undefined && one.issuedAtMs > span.acknowledgedAtMs)
  if (!stopped && span.endedBy !== 'exit') reasons.push(`${span.target} was not stopped`)
  const missing = missingReturn(history, span.target, span.acknowledgedAtMs)
  if (missing !== undefined) reasons.push(missing)
  return reasons.length === 0 ? undefined : inconclusive(listed(reasons), evidence)
}

function pass({ span, clients: { requests, share } }: Seen, evidence: readonly Evidence[]): Finding {
  const last = share.lastMs === undefined ? 'at once' : `within ${spanned(Math.max(0, share.lastMs))}`
  return passed(
    `0 of ${requests.count} requests through the balancer failed while ${span.target} was drained and stopped; its share fell to zero ${last} (allowed ${spanned(share.allowedMs)})`,
    [...strengthLines({ count: requests.count, what: 'requests through the balancer failed' }, 1), ...evidence],
    { strength: strengthOf(requests.count) },
  )
}

function evidenceOf({ history, span, clients, ejectWindowMs }: Seen): Evidence[] {
  const { requests, hung, idle, share, inFlight } = clients
  const downAtMs = platformAtMs(history, 'backend-down', span.target, span.issuedAtMs)
  return [
    landing(span),
    { note: `outcomes through the balancer: ${requests.outcomes}`, measured: requests.count, unit: 'requests' },
    { note: `in flight on ${span.target} through the balancer when the drain was issued: ${inFlight.outcomes}`, measured: inFlight.count, unit: 'requests' },
    ...(hung.count === 0 ? [] : [{ note: 'requests from well before the drain that timed out after it, left out', measured: hung.count, unit: 'requests' as const, requests: hung.ids }]),
    ...(idle.count === 0 ? [] : [{ note: 'idle resets of what may be repeated, neither counted as failed nor as served', measured: idle.count, unit: 'requests' as const, requests: idle.ids }]),
    {
      note: `last request given to ${span.target} after the acknowledgement (eject window ${spanned(ejectWindowMs)}, from the settings of the balancer)`,
      measured: Math.max(0, Math.round(share.lastMs ?? 0)),
      allowed: share.allowedMs,
      unit: 'ms',
    },
    ...(downAtMs === undefined ? [] : [{ note: `the balancer took ${span.target} out, after the acknowledgement`, measured: Math.round(downAtMs - span.acknowledgedAtMs), unit: 'ms' as const }]),
  ]
}
