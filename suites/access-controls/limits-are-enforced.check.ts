import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import { requestEvidence } from '../../core/checks/worst-finding.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import { acknowledged } from '../../core/ledger.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, factOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { answersText, askedBefore, notPutInForce, wasUnserved } from './before-enabling.js'
import { fillLoad, limitBeforeEnablingLoad, limitFact, obeyLoad, overLoad, type LimitFact } from './names.js'
import { wordsFinding } from './refusals-explain.js'
import { acceptedIn, type Window } from './windows.js'

/** ACCS-02: no more than the quota is accepted from one caller across the fleet, no less, and refusals say when to come again. */
export const limitsAreEnforced: Check = {
  id: 'limits-are-enforced',
  requirement: 'ACCS-02',
  evaluate(history, thresholds) {
    const limit = factOf(history, limitFact) as LimitFact | undefined
    const offered = requestsOf(history, overLoad)
    if (limit === undefined || offered.length === 0) return inconclusive('no caller went beyond its quota')
    const unknown = notPutInForce(history) ?? neverServed(history, offered)
    if (unknown !== undefined) return unknown
    const windows = numberThreshold(thresholds, 'windows')
    const first = leastOf(offered.map((one) => one.plannedAtMs))
    const spans = Array.from({ length: windows }, (_, index): Window => ({ fromMs: first + index * limit.windowMs, toMs: first + (index + 1) * limit.windowMs }))
    const given = { limit, offered, spans, thresholds }
    return tooMany(history, given) ?? notTried(history, given) ?? tooFew(history, given) ?? wordsFinding({ ...given, requests: [...offered, ...requestsOf(history, fillLoad)] }) ?? obeyedFinding(history, given) ?? whole(given)
  },
}

interface Given {
  readonly limit: LimitFact
  readonly offered: readonly RequestEvent[]
  readonly spans: readonly Window[]
  readonly thresholds: ThresholdValues
}

/** A caller that is not there is refused by any service, whatever its limit. One that was told to come later was met by a limit. */
function neverServed(history: History, offered: readonly RequestEvent[]): Finding | undefined {
  const before = askedBefore(history, limitBeforeEnablingLoad)
  if (!wasUnserved(before) || before.status === 429 || offered.some(acknowledged)) return undefined
  const evidence = [requestEvidence({ note: 'before the access list was put in force' }, [before])]
  return inconclusive(`the caller with the limit was never served, and had not been before the access list was put in force either (${answersText([before])}), so that nothing is known of its limit: it may not be there at all`, evidence)
}

/** Requests that were certainly accepted within one span of so many windows, wherever it begins: sent and answered inside of it. */
function tooMany(history: History, { limit, offered, spans, thresholds }: Given): Finding | undefined {
  const ratioMax = numberThreshold(thresholds, 'accepted_over_quota_ratio_max')
  for (let windows = 1; windows <= spans.length; windows++) {
    const { most, requests } = acceptedIn(offered, windows * limit.windowMs)
    const allowed = ratioMax * windows * limit.quota + limit.burst
    if (most <= allowed) continue
    const evidence: Evidence = { note: `requests of one caller that were accepted within ${counted(windows, 'window')} of ${limit.windowMs} ms`, measured: most, allowed: Math.floor(allowed), unit: 'requests' }
    // A counter that the machine kept from answering may be counted without, for as long as that lasts.
    const disturbed = disturbedHarness(history, { fromMs: spans[0]!.fromMs, toMs: spans.at(-1)!.toMs }, limit.windowMs)
    return disturbed ?? failed(`${most} requests of one caller were accepted within ${counted(windows, 'window')} of ${limit.windowMs} ms, the quota allows ${windows * limit.quota + limit.burst}`, [requestEvidence(evidence, requests), ...perWindow(offered, spans)])
  }
  return undefined
}

const sentAt = (one: RequestEvent): number => one.sentAtMs ?? one.plannedAtMs
const mayBeIn = (window: Window) => (one: RequestEvent): boolean => one.endedAtMs >= window.fromMs && sentAt(one) <= window.toMs
const perWindow = (offered: readonly RequestEvent[], spans: readonly Window[]): Evidence[] =>
  spans.map((window, index) => {
    const sent = offered.filter((one) => sentAt(one) >= window.fromMs && sentAt(one) < window.toMs)
    return { note: `window ${index + 1}: ${sent.length} sent, ${sent.filter((one) => one.status === 429).length} refused with 429; accepted`, measured: sent.filter(acknowledged).length, unit: 'requests' }
  })

function notTried(history: History, { limit, offered, spans, thresholds }: Given): Finding | undefined {
  const offeredFactorMin = numberThreshold(thresholds, 'offered_over_quota_ratio_min')
  const evidence = perWindow(offered, spans)
  const thin = spans.find((window) => offered.filter((one) => one.sentAtMs !== undefined && one.sentAtMs >= window.fromMs && one.sentAtMs < window.toMs).length < offeredFactorMin * limit.quota)
  if (thin !== undefined) return inconclusive(`fewer than ${offeredFactorMin} times the quota were sent in a window, so that the limit was not tried`, evidence)
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  const answered = new Set(offered.flatMap((one) => one.instance ?? []))
  const silent = instances.filter((id) => !answered.has(id))
  if (silent.length > 0) return inconclusive(`${silent.join(', ')} answered none of the requests, so that the limit was not tried across the fleet`, evidence)
  const unserved = offered.filter((one) => !acknowledged(one) && (one.status === undefined || one.status >= 500))
  if (unserved.length <= numberThreshold(thresholds, 'saturated_ratio_max') * offered.length) return undefined
  return inconclusive(`${counted(unserved.length, 'request')} of ${offered.length} failed otherwise than by the limit: the service saturated before`, [requestEvidence({ note: 'requests that failed', measured: unserved.length, unit: 'requests' }, unserved), ...evidence])
}

function tooFew(history: History, { limit, offered, spans, thresholds }: Given): Finding | undefined {
  const needed = numberThreshold(thresholds, 'accepted_over_quota_ratio_min') * limit.quota
  const accepted = offered.filter(acknowledged)
  const found = spans.map((window) => accepted.filter(mayBeIn(window)).length)
  const least = leastOf(found)
  if (least >= needed) return undefined
  return disturbedHarness(history, { fromMs: spans[0]!.fromMs, toMs: spans.at(-1)!.toMs }, limit.windowMs) ?? failed(`only ${least} requests were accepted in a window, the quota is ${limit.quota}`, perWindow(offered, spans))
}

function obeyedFinding(history: History, { thresholds, limit }: Given): Finding | undefined {
  const trials = requestsOf(history, obeyLoad)
  const fill = requestsOf(history, fillLoad)
  const fillOf = (index: number): RequestEvent[] => fill.filter((one) => sentAt(one) >= (trials[index - 1]?.endedAtMs ?? 0) && sentAt(one) <= sentAt(trials[index]!))
  const asked = trials.filter((one, index) => one.status !== undefined && one.status < 500 && (acknowledged(one) || !mayHaveTakenItsPlace(fillOf(index))))
  const evidence = [requestEvidence({ note: 'requests sent as told by Retry-After; accepted', measured: asked.filter(acknowledged).length, unit: 'requests' }, asked)]
  const needed = numberThreshold(thresholds, 'obeyed')
  const refused = asked.filter((one) => !acknowledged(one)).length
  if (asked.length > 0 && (asked.length - refused) / asked.length < numberThreshold(thresholds, 'obeyed_success_min')) {
    return failed(`${counted(refused, 'request')} of ${asked.length} sent as told by Retry-After was refused again`, evidence)
  }
  return asked.length < needed ? inconclusive(`Retry-After was obeyed ${counted(asked.length, 'time')}, needs ${needed}: the limit of ${limit.quota} was not reached again, or gave no time`, evidence) : undefined
}

/** What was under way with the last request that was refused, and was accepted, may have taken the place that Retry-After had promised. */
function mayHaveTakenItsPlace(fill: readonly RequestEvent[]): boolean {
  const refusedFromMs = greatestOf(fill.filter((one) => one.status === 429).map(sentAt))
  return fill.some((one) => acknowledged(one) && one.endedAtMs > refusedFromMs)
}

function whole({ limit, offered, spans }: Given): Finding {
  const refused = offered.filter((one) => one.status === 429).length
  if (refused === 0) return inconclusive('nothing was refused', perWindow(offered, spans))
  const { most } = acceptedIn(offered, limit.windowMs)
  return passed(`of ${offered.length} requests at twice the quota ${refused} were refused with 429 and a Retry-After that is true, at most ${most} were accepted in any window of ${limit.windowMs} ms with a quota of ${limit.quota}`, perWindow(offered, spans), { strength: strengthOf(refused) })
}
