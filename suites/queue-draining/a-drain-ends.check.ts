import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, factOf, requestsOf, witnessesOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { drainSpan, isFinding, landing, missingReturn, type DrainSpan } from './drain-span.js'
import { groups, labels, loads } from './names.js'
import { answered, idsOf, judgeable, talliedOutcomes } from './wording.js'
import { witnessRequests } from './witnesses-across.js'

/** The drain is over by its deadline and slack, and the client of a request that never finishes has been told. */
export const check: Check = {
  id: 'a-drain-ends',
  requirement: 'DRAIN-07',
  evaluate(history, thresholds) {
    const span = drainSpan(history, labels.withStuckRequest)
    if (isFinding(span)) return span
    const limits = limitsOf(history, thresholds)
    const stuck = stuckRequest(history, span)
    if ('outcome' in stuck) return stuck
    const seen: Seen = { span, limits, stuck, goneAtMs: goneAt(history, span, limits) }
    const evidence = evidenceOf(history, seen)
    const disturbed = disturbedHarness(history, { fromMs: span.issuedAtMs, toMs: span.acknowledgedAtMs + limits.toldMs }, limits.slackMs / 2)
    if (disturbed !== null) return disturbed
    return overrun(seen, evidence) ?? doubt(history, seen, evidence) ?? pass(seen, evidence)
  },
}

interface Limits {
  readonly deadlineMs: number
  readonly slackMs: number
  /** After the acknowledgement: the drain must be over, and the stuck client told. */
  readonly endedMs: number
  readonly toldMs: number
  readonly endsInExit: boolean
}

function limitsOf(history: History, thresholds: ThresholdValues): Limits {
  const declared = factOf(history, 'drain') as { readonly deadlineMs?: number; readonly endsInExit?: boolean } | undefined
  const deadlineMs = declared?.deadlineMs ?? numberThreshold(thresholds, 'deadline_s') * 1_000
  const slackMs = numberThreshold(thresholds, 'slack_s') * 1_000
  return {
    deadlineMs,
    slackMs,
    endedMs: deadlineMs + slackMs,
    toldMs: deadlineMs + numberThreshold(thresholds, 'stuck_client_notified_within_s') * 1_000,
    endsInExit: declared?.endsInExit ?? false,
  }
}

/** The request that never finishes: what became of it, or the finding that says why it proves nothing. */
function stuckRequest(history: History, span: DrainSpan): { readonly request: RequestEvent } | Finding {
  const requests = witnessRequests(history)
  const witness = witnessesOf(history, groups.stuck).find((one) => one.instance === span.target)
  if (witness === undefined || witness.proof === 'D') return inconclusive('no request that never finishes was proven to be executing')
  const request = requests.get(witness.request)
  if (request === undefined) return inconclusive('it was not recorded how the request that never finishes ended')
  if (witness.proof === 'C' && request.via !== span.target) return inconclusive('a body held open proves nothing through a balancer')
  if (witness.provenAtMs > span.issuedAtMs || request.endedAtMs < span.issuedAtMs) {
    return inconclusive('the request that never finishes was not executing when the drain was issued')
  }
  return { request }
}

interface Seen {
  readonly span: DrainSpan
  readonly limits: Limits
  readonly stuck: { readonly request: RequestEvent }
  /** When the process was gone; absent when that was not seen. */
  readonly goneAtMs: number | undefined
}

/** The exit as the platform tells it, or, where it tells none, the first refused probe for it after which none was answered. */
function goneAt(history: History, span: DrainSpan, { endsInExit }: Limits): number | undefined {
  if (span.endedBy === 'exit') return span.endedAtMs
  if (!endsInExit) return undefined
  const probes = requestsOf(history, loads.exitProbe).filter((one) => one.via === span.target && one.plannedAtMs >= span.issuedAtMs && one.endedAtMs <= span.endedAtMs)
  const lastServed = probes.findLastIndex((one) => one.outcome !== 'refused')
  return probes[lastServed + 1]?.endedAtMs
}

const stuckEndedMs = ({ span, stuck }: Seen): number => Math.max(0, stuck.request.endedAtMs - span.acknowledgedAtMs)
const exitedMs = ({ span, goneAtMs }: Seen): number | undefined => (goneAtMs === undefined ? undefined : Math.max(0, goneAtMs - span.acknowledgedAtMs))

function overrun(seen: Seen, evidence: readonly Evidence[]): Finding | undefined {
  const { span, limits, stuck } = seen
  const said: string[] = []
  if (stuckEndedMs(seen) > limits.toldMs) {
    said.push(`a request that never finishes was still open ${spanned(limits.toldMs)} after the drain of ${span.target} was acknowledged, its client told nothing`)
  }
  const exited = exitedMs(seen)
  const watchedMs = span.endedAtMs - span.acknowledgedAtMs
  if (limits.endsInExit && (exited === undefined ? watchedMs > limits.endedMs : exited > limits.endedMs)) {
    said.push(`${span.target} had not exited ${spanned(limits.endedMs)} after its drain was acknowledged`)
  }
  if (said.length === 0) return undefined
  return failed(`${listed(said)} (declared deadline ${spanned(limits.deadlineMs)})`, [
    { note: 'the request that never finishes ended, after the acknowledgement', measured: Math.round(stuckEndedMs(seen)), allowed: limits.toldMs, unit: 'ms', requests: [stuck.request.id] },
    ...evidence,
  ])
}

function doubt(history: History, seen: Seen, evidence: readonly Evidence[]): Finding | undefined {
  const { span, limits, stuck } = seen
  const reasons: string[] = []
  if (!judgeable(stuck.request) || stuck.request.outcome === 'timeout') {
    reasons.push(`the client of the request that never finishes gave up by itself after ${spanned(stuckEndedMs(seen))}, before the limit of ${spanned(limits.toldMs)}`)
  }
  if (answered(stuck.request)) reasons.push('the request that should never finish finished by itself, so no deadline was put to the test')
  if (limits.endsInExit && exitedMs(seen) === undefined) reasons.push(`the exit of ${span.target} was not seen`)
  const missing = missingReturn(history, span.target, span.acknowledgedAtMs)
  if (missing !== undefined) reasons.push(missing)
  return reasons.length === 0 ? undefined : inconclusive(listed(reasons), evidence)
}

function pass(seen: Seen, evidence: readonly Evidence[]): Finding {
  const { span, limits, stuck } = seen
  const exited = exitedMs(seen)
  return passed(
    `the drain of ${span.target} ended although a request never finished: its client was told (${told(stuck.request)}) ${spanned(stuckEndedMs(seen))} after the acknowledgement${exited === undefined ? '' : `, and ${span.endedBy === 'exit' ? 'the process exited' : 'it refused connections for good'} after ${spanned(exited)}`} (deadline ${spanned(limits.deadlineMs)}, allowed ${spanned(limits.toldMs)})`,
    evidence,
  )
}

const told = (request: RequestEvent): string => (request.status === undefined ? request.outcome : `status ${request.status}`)

function evidenceOf(history: History, { span, limits, stuck }: Seen): Evidence[] {
  const requests = witnessRequests(history)
  const ordinary = witnessesOf(history, groups.ordinary).flatMap((witness) => requests.get(witness.request) ?? [])
  const lost = ordinary.filter((request) => judgeable(request) && !answered(request))
  return [
    landing(span),
    { note: `the request that never finishes ended with ${told(stuck.request)}, after the acknowledgement`, measured: Math.max(0, Math.round(stuck.request.endedAtMs - span.acknowledgedAtMs)), allowed: limits.toldMs, unit: 'ms' },
    { note: `${counted(ordinary.length, 'ordinary request')} beside it: ${talliedOutcomes(ordinary)} (losses are judged by DRAIN-03)`, measured: lost.length, unit: 'requests', requests: idsOf(lost) },
  ]
}
