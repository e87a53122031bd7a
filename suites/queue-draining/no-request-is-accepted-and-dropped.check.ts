import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, effectlessOperations, factOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { drainSpan, isFinding, landing, type DrainSpan } from './drain-span.js'
import { appliedWithoutAnswer } from './effects-without-answer.js'
import { notLanded } from './landed.js'
import { labels, loads } from './names.js'
import { answered, idsOf, judgeable, strengthLines, talliedOutcomes } from './wording.js'

/** A stall of ours beyond this may have cost a request its answer. */
const stallMs = 1_000
/** Requests in the accept queue of a listener that closes are cut by the kernel, not dropped by the service. */
const listenerRaceMs = 100
/** A replica that leaves early must have been sent at least this share of the required requests. */
const earlyExitShare = 0.25

/** Stragglers are served, politely refused, or refused before they are sent. */
export const check: Check = {
  id: 'no-request-is-accepted-and-dropped',
  requirement: 'DRAIN-05',
  evaluate(history, thresholds) {
    const span = drainSpan(history, labels.behindBalancer)
    if (isFinding(span)) return span
    const all = requestsOf(history, loads.stragglers).filter((request) => request.via === span.target)
    if (!all.some((request) => answered(request) && request.endedAtMs < span.issuedAtMs)) {
      return inconclusive(`${span.target} was not seen to serve this operation before the drain`)
    }
    const during = all.filter((request) => request.plannedAtMs >= span.acknowledgedAtMs && request.plannedAtMs < span.endedAtMs)
    const sent = during.filter(judgeable)
    const givenUp = during.length - sent.length
    const sorted = sortOut(sent, span, appliedWithoutAnswer(history, sent))
    const evidence = [...evidenceOf(span, sent, sorted), ...unreadEffects(history, sent)]
    return violation(sorted, { history, span, thresholds, evidence }) ?? doubt(sorted, { history, sent, givenUp, span, thresholds, evidence }) ?? pass(sorted, { sent, span, evidence })
  },
}

interface Sorted {
  readonly served: number
  readonly polite: number
  readonly refused: number
  /** Cut after they were sent, around the close of the listener. */
  readonly raced: readonly RequestEvent[]
  /** Cut after they were sent, at any other time. */
  readonly dropped: readonly RequestEvent[]
  readonly truncated: readonly RequestEvent[]
  readonly timedOut: readonly RequestEvent[]
  /** Answered, but neither served nor refused as a client can understand. */
  readonly wrong: readonly RequestEvent[]
  readonly applied: readonly RequestEvent[]
  readonly listenerClosedAtMs: number | undefined
}

function sortOut(sent: readonly RequestEvent[], span: DrainSpan, applied: readonly RequestEvent[]): Sorted {
  const of = (...outcomes: readonly RequestEvent['outcome'][]): RequestEvent[] => sent.filter((request) => outcomes.includes(request.outcome))
  const listenerClosedAtMs = listenerClosed(sent) ?? (span.endedBy === 'exit' ? span.endedAtMs : undefined)
  const atClose = (request: RequestEvent): boolean => listenerClosedAtMs !== undefined && Math.abs(request.endedAtMs - listenerClosedAtMs) <= listenerRaceMs
  const cut = of('reset-in-flight', 'closed-in-flight', 'reset-idle')
  return {
    served: of('ok', 'degraded').length,
    polite: of('polite-refusal').length,
    refused: of('refused', 'reset-before-send').length,
    raced: cut.filter(atClose),
    dropped: cut.filter((request) => !atClose(request)),
    truncated: of('truncated'),
    timedOut: of('timeout'),
    wrong: of('error-status', 'wrong-content'),
    applied,
    listenerClosedAtMs,
  }
}

/** The first refused connection after which nothing was accepted any more, or undefined when the listener stayed open. */
function listenerClosed(sent: readonly RequestEvent[]): number | undefined {
  const inOrder = [...sent].sort((a, b) => a.plannedAtMs - b.plannedAtMs)
  const lastAccepted = inOrder.findLastIndex((request) => answered(request) || request.outcome === 'polite-refusal')
  return inOrder.slice(lastAccepted + 1).find((request) => request.outcome === 'refused')?.endedAtMs
}

interface Setting {
  readonly history: History
  readonly span: DrainSpan
  readonly thresholds: ThresholdValues
  readonly evidence: readonly Evidence[]
}

function violation(sorted: Sorted, { history, span, thresholds, evidence }: Setting): Finding | undefined {
  const { dropped, truncated, timedOut, wrong, applied } = sorted
  const said: string[] = []
  if (dropped.length > 0) said.push(`${dropped.length} were accepted and dropped (${talliedOutcomes(dropped)})`)
  if (truncated.length > numberThreshold(thresholds, 'truncated_max')) said.push(`${truncated.length} got an answer that did not end`)
  if (timedOut.length > numberThreshold(thresholds, 'timeout_max')) said.push(`${timedOut.length} got no answer in time`)
  if (wrong.length > 0) said.push(`${wrong.length} were neither served nor politely refused (${talliedOutcomes(wrong)})`)
  if (applied.length > numberThreshold(thresholds, 'effect_without_answer_max')) said.push(`${applied.length} took effect without an answer`)
  if (said.length === 0) return undefined
  const shown = [...dropped, ...truncated, ...timedOut, ...wrong, ...applied]
  return (
    disturbedHarness(history, { fromMs: span.issuedAtMs, toMs: span.endedAtMs }, stallMs) ??
    failed(`of the requests that still reached ${span.target} while it drained, ${listed(said)}`, [
      { note: 'requests that were not answered as they must be', measured: shown.length, allowed: 0, unit: 'requests', requests: idsOf(shown) },
      ...evidence,
    ])
  )
}

/** Sent to a listener that was there: what was refused before it was sent says nothing about what is done with requests, however much of it there is. */
const reached = ({ served, polite, raced }: Sorted): number => served + polite + raced.length

interface Judged {
  readonly sent: readonly RequestEvent[]
  readonly span: DrainSpan
  readonly evidence: readonly Evidence[]
}

interface Doubted extends Judged {
  readonly history: History
  readonly givenUp: number
  readonly thresholds: ThresholdValues
}

function doubt(sorted: Sorted, { history, sent, givenUp, span, thresholds, evidence }: Doubted): Finding | undefined {
  const { raced } = sorted
  const requestsMin = numberThreshold(thresholds, 'requests_min')
  const needed = span.endedBy === 'exit' ? Math.ceil(requestsMin * earlyExitShare) : requestsMin
  const ratioMax = numberThreshold(thresholds, 'reset_after_send_ratio_max')
  if (raced.length > ratioMax * sent.length) {
    const said = `${raced.length} of ${sent.length} requests were cut within ${listenerRaceMs} ms of the close of the listener`
    const shown = [{ note: 'requests cut around the close of the listener', measured: raced.length / sent.length, allowed: ratioMax, unit: 'ratio' as const, requests: idsOf(raced) }, ...evidence]
    // One request more or less decides in a small sample: that much a race may have cost.
    if (raced.length <= Math.ceil(ratioMax * sent.length)) return inconclusive(`${said}: too few to tell ${ratioMax * 100} %`, shown)
    return failed(`${said} (allowed ${ratioMax * 100} %)`, shown)
  }
  if (sent.length < needed) return inconclusive(`only ${counted(sent.length, 'request')} fell into the drain of ${span.target}, needs ${needed}`, evidence)
  if (givenUp > 0) return inconclusive(`${counted(givenUp, 'request')} to ${span.target} ${givenUp === 1 ? 'was' : 'were'} given up by the harness while it drained`, evidence)
  const declared = factOf(history, 'drain') as { readonly endsInExit?: boolean } | undefined
  const leaves = span.endedBy === 'exit' || declared?.endsInExit === true
  if (reached(sorted) === 0 && !leaves) return inconclusive(`none of ${sent.length} requests to ${span.target} was accepted or politely refused, although its drain does not end in an exit`, evidence)
  const unshown = notLanded(history, span, sent)
  return unshown === undefined ? undefined : inconclusive(unshown, evidence)
}

function pass(sorted: Sorted, { sent, span, evidence }: Judged): Finding {
  const count = reached(sorted)
  const raced = sorted.raced.length === 0 ? '' : `, and ${sorted.raced.length} were cut at the close of the listener, as may happen`
  return passed(
    `of ${sent.length} requests sent to ${span.target} while it drained ${sorted.served} were served, ${sorted.polite} politely refused and ${sorted.refused} refused before they were sent${raced}`,
    [...(count === 0 ? [] : strengthLines({ count, what: 'requests accepted and dropped' }, 1)), ...evidence],
    { strength: strengthOf(count) },
  )
}

/** Reading every key back takes longer than the quick profile has; whoever reads the finding has to know. */
function unreadEffects(history: History, sent: readonly RequestEvent[]): Evidence[] {
  const reads = effectlessOperations(history)
  const unanswered = sent.filter((one) => !answered(one) && !neverSent.includes(one.outcome) && !reads.has(one.operation))
  if (unanswered.length === 0 || requestsOf(history, loads.stragglerEffects).length > 0) return []
  return [{ note: 'requests that got no answer; whether they took effect all the same was not looked for', measured: unanswered.length, unit: 'requests', requests: idsOf(unanswered) }]
}
const neverSent: readonly RequestEvent['outcome'][] = ['refused', 'reset-before-send', 'polite-refusal']

function evidenceOf(span: DrainSpan, sent: readonly RequestEvent[], { listenerClosedAtMs, raced }: Sorted): Evidence[] {
  const closed =
    listenerClosedAtMs === undefined
      ? { note: 'the listener stayed open for as long as requests were sent' }
      : { note: 'the listener closed, after the acknowledgement', measured: Math.round(listenerClosedAtMs - span.acknowledgedAtMs), unit: 'ms' as const }
  return [
    landing(span),
    { note: `outcomes of requests sent directly over ${spanned(span.endedAtMs - span.acknowledgedAtMs)}: ${talliedOutcomes(sent)}`, measured: sent.length, unit: 'requests' },
    closed,
    ...(raced.length === 0 ? [] : [{ note: 'requests cut around the close of the listener', measured: raced.length, unit: 'requests' as const, requests: idsOf(raced) }]),
  ]
}
