import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { readinessSamples } from '../../core/checks/readiness-samples.js'
import { shareRegained, type ShareRegained } from '../../core/checks/share-regained.js'
import { greatestOf } from '../../core/extremes.js'
import { eventsOf, type History, type RequestEvent } from '../../core/history.js'
import { disturbedHarness, effectlessOperations, factOf, interventionsOf, isUnserved, numberFact, platformAtMs, requestsOf, witnessesOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { scaleLabels, scalingLoad } from './scale-out-and-in.js'
import { outcomesText, requestEvidence } from '../../core/checks/worst-finding.js'

/** A stall of ours beyond this may have cost a request its answer. */
const stallMs = 1_000
const told = 'process-told-to-end'

/** A replica is added and taken away under load, without a failed request, and takes its share in between. */
export const scalingIsInvisible: Check = { id: 'scaling-out-and-in-is-invisible', requirement: 'RDND-05', evaluate }

interface Scaling {
  readonly out: Intervention
  readonly added: string
  readonly in: Intervention | undefined
  /** The one that was taken away: another one where the platform chose it; undefined where nobody knows which. */
  readonly gone: string | undefined
  readonly readyAtMs: number | undefined
  /** For how long readiness was watched after the replica had been started. */
  readonly watchedMs: number
  readonly requests: readonly RequestEvent[]
  readonly share: ShareRegained
  /** Requests that were proven to be executing in the replica when it was removed. */
  readonly inFlight: readonly RequestEvent[]
  readonly lostInFlight: readonly RequestEvent[]
  readonly unread: number
}

function scalingOf(history: History, thresholds: ThresholdValues): Scaling | string {
  const out = interventionsOf(history, 'add-instance', scaleLabels.out)[0]
  if (out === undefined) return 'no replica was added'
  const added = out.detail['instance']
  if (out.acknowledgedAtMs === undefined || typeof added !== 'string') return `no replica could be added${out.error === undefined ? '' : `: ${out.error}`}`
  const removal = interventionsOf(history, 'remove-instance', scaleLabels.in).find((one) => one.target === added || one.target === 'replicas')
  const gone = goneIn(history, added, removal)
  const requests = requestsOf(history, scalingLoad).filter((one) => one.outcome !== 'cancelled' && one.endedAtMs >= out.issuedAtMs)
  const samples = readinessSamples(history, added, { fromMs: out.issuedAtMs, toMs: removal?.issuedAtMs ?? Infinity })
  const readyAtMs = samples.find(({ outcome }) => outcome === 'pass')?.atMs
  const replicas = ((factOf(history, 'instances') as readonly string[] | undefined)?.length ?? 0) + 1
  const whileThere = requests.filter((one) => one.plannedAtMs < (removal?.issuedAtMs ?? Infinity))
  return {
    out, added, gone, readyAtMs, requests,
    in: removal,
    watchedMs: (samples.at(-1)?.atMs ?? out.issuedAtMs) - out.acknowledgedAtMs,
    share: shareRegained({ requests: whileThere, target: added, replicas, fairMin: numberThreshold(thresholds, 'new_share_of_fair_min'), fromMs: readyAtMs ?? Infinity }),
    ...witnessesAt(history, gone, removal),
  }
}

/** As the platform told, also where the one that it chose never ended. */
function goneIn(history: History, added: string, removal: Intervention | undefined): string | undefined {
  if (removal?.target !== 'replicas') return added
  const chosen = removal.detail['instance']
  if (typeof chosen === 'string') return chosen
  const candidates = [...((factOf(history, 'instances') as readonly string[] | undefined) ?? []), added]
  for (const event of eventsOf(history, 'platform')) if (event.name === told && event.atMs >= removal.issuedAtMs && candidates.includes(event.target)) return event.target
  return undefined
}

function witnessesAt(history: History, gone: string | undefined, removal: Intervention | undefined): Pick<Scaling, 'inFlight' | 'lostInFlight' | 'unread'> {
  const completed = (request: RequestEvent): boolean => request.outcome === 'ok' || request.outcome === 'degraded'
  const byId = new Map(requestsOf(history, 'witness').map((one) => [one.id, one]))
  // A controller takes a replica away some time after the order: what was completed by then was in flight no more, and what was seen to execute by then was.
  const toldAtMs = removal === undefined || gone === undefined ? undefined : platformAtMs(history, told, gone, removal.issuedAtMs)
  // What our own stop ends is told with the order; how long a platform that chooses took is known from its word alone.
  const [provenByMs, goesOnUntilMs] = [toldAtMs ?? removal?.issuedAtMs ?? 0, toldAtMs ?? (removal?.target === 'replicas' ? Infinity : (removal?.issuedAtMs ?? Infinity))]
  const across = witnessesOf(history, scaleLabels.in).flatMap((witness) => {
    const request = byId.get(witness.request)
    const proven = witness.proof === 'A' || witness.proof === 'B' || (witness.proof === 'C' && request?.via === gone)
    if (removal === undefined || request === undefined || !proven || request.outcome === 'cancelled') return []
    return witness.instance === gone && witness.provenAtMs <= provenByMs && request.endedAtMs >= (completed(request) ? goesOnUntilMs : removal.issuedAtMs) ? [{ witness, request }] : []
  })
  const reads = effectlessOperations(history)
  return {
    inFlight: across.map(({ request }) => request),
    lostInFlight: across.filter(({ witness, request }) => !completed(request) || witness.effects === 0 || (witness.effects ?? 1) > 1).map(({ request }) => request),
    unread: across.filter(({ witness, request }) => completed(request) && witness.effects === undefined && !reads.has(request.operation)).length,
  }
}

function evaluate(history: History, thresholds: ThresholdValues): Finding {
  const scaling = scalingOf(history, thresholds)
  if (typeof scaling === 'string') return inconclusive(scaling)
  const evidence = evidenceOf(scaling)
  const window = { fromMs: scaling.out.issuedAtMs, toMs: Math.max(scaling.out.issuedAtMs, greatestOf(scaling.requests.map((one) => one.endedAtMs))) }
  const faults = faultsIn(history, scaling, thresholds)
  if (faults.length > 0) return disturbedHarness(history, window, stallMs) ?? failed(listed(faults), evidence)
  const missing = missingIn(history, scaling, thresholds)
  if (missing.length > 0) return inconclusive(listed(missing), evidence)
  const { requests, inFlight, share, added, gone } = scaling
  return disturbedHarness(history, window, stallMs) ?? passed(
    `none of ${counted(requests.length, 'request')} failed while ${changeText(scaling)}, none of ${inFlight.length} in flight on ${gone === added ? 'it' : nameOf(scaling)} was lost, and ${gone === added ? 'it' : added} got ${share.own} of ${share.of} requests (fair share ${share.fair})`,
    evidence,
    { strength: strengthOf(requests.length) },
  )
}

const nameOf = ({ gone }: Scaling): string => gone ?? 'a replica that the platform chose'
const changeText = (scaling: Scaling): string => (scaling.gone === scaling.added ? `${scaling.added} was added and removed` : `${scaling.added} was added and ${nameOf(scaling)} removed`)

function faultsIn(history: History, scaling: Scaling, thresholds: ThresholdValues): string[] {
  const { added, requests, share, readyAtMs, watchedMs, lostInFlight, inFlight } = scaling
  const failing = requests.filter(isUnserved)
  const allowed = { failed: numberThreshold(thresholds, 'failed_max'), lost: numberThreshold(thresholds, 'witnesses_lost_max'), shareMs: numberThreshold(thresholds, 'share_within_s') * 1_000 }
  const startTimeoutMs = numberFact(history, 'startTimeoutMs') ?? Infinity
  const sharedMs = (share.reachedAtMs ?? share.lastAtMs) - (readyAtMs ?? Infinity)
  return [
    ...(failing.length > allowed.failed ? [`${failing.length} of ${counted(requests.length, 'request')} failed while ${changeText(scaling)} (${outcomesText(failing)}; allowed ${allowed.failed})`] : []),
    ...(lostInFlight.length > allowed.lost ? [`${lostInFlight.length} of ${inFlight.length} requests in flight on ${nameOf(scaling)} were not completed exactly once when it was removed (allowed ${allowed.lost})`] : []),
    ...(readyAtMs === undefined && watchedMs > startTimeoutMs ? [`${added} was not ready ${spanned(watchedMs)} after it had been added`] : []),
    ...(readyAtMs !== undefined && sharedMs > allowed.shareMs ? [`${added} ${share.reachedAtMs === undefined ? `got only ${share.own} of the last ${share.of} requests` : 'got its share only'} ${spanned(sharedMs)} after it was ready (allowed ${spanned(allowed.shareMs)})`] : []),
  ]
}

function missingIn(history: History, scaling: Scaling, thresholds: ThresholdValues): string[] {
  const { out, added, requests, share, readyAtMs, inFlight, unread } = scaling
  const removal = scaling.in
  const requestsMin = numberThreshold(thresholds, 'requests_min')
  const witnessesMin = numberThreshold(thresholds, 'witnesses_min')
  const after = removal?.acknowledgedAtMs === undefined ? 0 : requests.filter((one) => one.plannedAtMs > (removal.acknowledgedAtMs ?? 0)).length
  const windowMs = numberFact(history, 'ejectWindowMs') ?? 0
  return [
    ...(out.witnessedAtMs === undefined ? [`${added} was not seen to be started`] : []),
    ...(readyAtMs === undefined ? [`${added} was not seen to be ready`] : []),
    ...(readyAtMs !== undefined && share.reachedAtMs === undefined ? [`${added} got ${share.own} of ${share.of} requests, too few to tell its share`] : []),
    ...(removal?.witnessedAtMs === undefined ? [`${nameOf(scaling)} was not seen to end${removal?.error === undefined ? '' : `: ${removal.error}`}`] : []),
    ...(inFlight.length < witnessesMin ? [`only ${counted(inFlight.length, 'request was', 'requests were')} proven to be in flight on ${nameOf(scaling)} when it was removed, needs ${witnessesMin}`] : []),
    ...(unread > 0 ? [`it could not be read how often the effect of ${counted(unread, 'request')} happened`] : []),
    ...(requests.length < requestsMin ? [`only ${counted(requests.length, 'request')} of ${requestsMin} were sent meanwhile`] : []),
    ...(removal?.acknowledgedAtMs !== undefined && after < windowMs / 100 ? [`only ${counted(after, 'request')} were sent after ${nameOf(scaling)} had gone`] : []),
  ]
}

function evidenceOf(scaling: Scaling): Evidence[] {
  const { added, requests, share, inFlight, lostInFlight, out, readyAtMs } = scaling
  const failing = requests.filter(isUnserved)
  return [
    requestEvidence({ note: `requests through the balancer that failed: ${outcomesText(failing) || 'none'}`, measured: failing.length, allowed: 0, unit: 'requests' }, failing),
    requestEvidence({ note: `of ${counted(inFlight.length, 'request')} in flight on ${nameOf(scaling)} at its removal not completed exactly once: ${outcomesText(lostInFlight) || 'none'}`, measured: lostInFlight.length, allowed: 0, unit: 'requests' }, lostInFlight),
    { note: `requests that ${added} got of ${share.of} (fair share ${share.fair})`, measured: share.own, unit: 'requests' },
    ...(readyAtMs === undefined ? [] : [{ note: `${added} ready, after it had been added`, measured: Math.round(readyAtMs - out.issuedAtMs), unit: 'ms' as const }]),
  ]
}
