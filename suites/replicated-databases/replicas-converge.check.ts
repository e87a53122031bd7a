import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { stallMsMax } from '../../core/checks/calm.js'
import { requestEvidence, worstFinding } from '../../core/checks/worst-finding.js'
import { spanOf, succeeded } from './judging.js'
import { markerWrites, questions } from './names.js'
import { holdingsOf, planOf, type Holding } from './plan.js'

/** When one marker arrived at one replica, as exactly as that can be known. */
interface Arrival {
  readonly write: RequestEvent
  /** A question that was asked later than the bound did not find it. */
  readonly late: boolean
  /** It was there when asked within the bound, by a question that did not take longer than the bound itself. */
  readonly inTime: boolean
  /** Missing in the last question, which was asked after the time for convergence. */
  readonly never: boolean
  /** From the acknowledgement to the end of the question that found it first. */
  readonly tookMs: number | undefined
}

export const replicasConverge: Check = {
  id: 'every-marker-arrives-at-every-replica-in-time',
  requirement: 'REPL-03',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    const markers = requestsOf(history, markerWrites).filter((one) => succeeded(one) && one.key !== undefined)
    if (plan === undefined || plan.replicas.length === 0) return inconclusive('no marker was followed to a read replica')
    const needed = numberThreshold(thresholds, 'markers')
    const finding = worstFinding(plan.replicas.map((server) => judgeReplica(history, { server, markers, boundMs: plan.maxLagMs, thresholds })))
    if (finding.outcome !== 'passed') return finding
    if (markers.length < needed) return inconclusive(`${markers.length} markers were acknowledged, needs ${needed}`, finding.evidence)
    return confirmed(history, plan.primary, markers) ?? finding
  },
}

/** The primary must hold what the replicas are asked for, or nothing could be missing on them. */
function confirmed(history: History, primary: string | null, markers: readonly RequestEvent[]): Finding | undefined {
  const last = holdingsOf(history, questions.lastMarkers).find((one) => one.server === primary)
  const missing = markers.filter(({ key = '' }) => last?.held?.has(key) !== true).length
  return missing === 0 ? undefined : inconclusive(`the primary was not seen to hold ${missing} of ${markers.length} markers`)
}

interface Question {
  readonly server: string
  readonly markers: readonly RequestEvent[]
  readonly boundMs: number
  readonly thresholds: ThresholdValues
}

function judgeReplica(history: History, { server, markers, boundMs, thresholds }: Question): Finding {
  const convergenceMs = numberThreshold(thresholds, 'convergence_s') * 1_000
  const holdings = [...holdingsOf(history, questions.markers), ...holdingsOf(history, questions.lastMarkers)].filter((one) => one.server === server && one.held !== undefined)
  if (holdings.length === 0 || markers.length === 0) return inconclusive(`${server} was never asked for markers`)
  const onPrimary = new Set(holdingsOf(history, questions.lastMarkers).filter((one) => one.server === planOf(history)?.primary).flatMap((one) => [...(one.held ?? [])]))
  const arrivals = markers.map((write) => arrivalOf(write, holdings, { boundMs, convergenceMs }))
  const never = arrivals.filter((one) => one.never && onPrimary.has(one.write.key ?? ''))
  // Missing on the primary as well it is a lost write, which is for other requirements.
  const late = arrivals.filter((one) => one.late && (one.tookMs !== undefined || onPrimary.has(one.write.key ?? '')))
  const allowedLate = Math.floor((1 - numberThreshold(thresholds, 'lag_percentile')) * arrivals.length + 1e-9)
  const neverMax = numberThreshold(thresholds, 'never_visible_max')
  const evidence = evidenceOf(server, { arrivals, never, late, holdings, boundMs, neverMax, allowedLate })
  if (never.length > neverMax) return failed(`${never.length} of ${markers.length} acknowledged markers never arrived at ${server}; the primary has them`, evidence)
  if (late.length > allowedLate) {
    const doubt = disturbedHarness(history, spanOf(markers), Math.min(stallMsMax, boundMs / 2))
    return doubt ?? failed(`${late.length} of ${markers.length} markers were not yet at ${server} ${spanned(boundMs)} after they were acknowledged`, evidence)
  }
  const open = arrivals.filter((one) => !one.inTime && !one.late).length
  const gone = arrivals.filter((one) => one.never).length
  if (gone > 0) return inconclusive(`${gone} markers never arrived at ${server}, and the primary was not seen to hold them`, evidence)
  if (open > allowedLate) return inconclusive(`${server} was not asked often or quickly enough: of ${open} of ${markers.length} markers it is not known whether they arrived within ${spanned(boundMs)}`, evidence)
  return passed(`${markers.length - late.length} of ${markers.length} markers were at ${server} within ${spanned(boundMs)}, as exactly as it can be asked`, evidence, late.length === 0 ? { strength: strengthOf(markers.length) } : {})
}

function arrivalOf(write: RequestEvent, holdings: readonly Holding[], { boundMs, convergenceMs }: { readonly boundMs: number; readonly convergenceMs: number }): Arrival {
  const key = write.key ?? ''
  const asked = holdings.filter((one) => one.sentAtMs >= write.endedAtMs && one.asked.includes(key)).sort((a, b) => a.sentAtMs - b.sentAtMs)
  const dueAtMs = write.endedAtMs + boundMs
  const missed = asked.filter((one) => one.held?.has(key) !== true)
  const found = asked.find((one) => one.held?.has(key))
  const last = asked.at(-1)
  return {
    write,
    late: missed.some((one) => one.sentAtMs > dueAtMs),
    inTime: found !== undefined && found.sentAtMs <= dueAtMs && found.atMs - found.sentAtMs <= boundMs && !missed.some((one) => one.sentAtMs > dueAtMs),
    never: last !== undefined && last.held?.has(key) !== true && last.sentAtMs >= write.endedAtMs + convergenceMs,
    tookMs: found === undefined ? undefined : found.atMs - write.endedAtMs,
  }
}

interface Told {
  readonly arrivals: readonly Arrival[]
  readonly never: readonly Arrival[]
  readonly late: readonly Arrival[]
  readonly holdings: readonly Holding[]
  readonly boundMs: number
  readonly neverMax: number
  readonly allowedLate: number
}
function evidenceOf(server: string, told: Told): Evidence[] {
  const slowest = Math.round(Math.max(0, greatestOf(told.arrivals.flatMap(({ tookMs }) => tookMs ?? []))))
  const resolution = Math.round(greatestOf(told.holdings.map((one) => one.atMs - one.sentAtMs)))
  const missing = told.never.slice(0, 3).map(({ write }) => write.key ?? '')
  return [
    { note: `slowest arrival at ${server} that was seen, to the end of a question of up to ${resolution} ms`, measured: slowest, allowed: told.boundMs + resolution, unit: 'ms' },
    requestEvidence({ note: `markers not yet at ${server} when the bound had passed`, measured: told.late.length, allowed: told.allowedLate, unit: 'count' }, told.late.map(({ write }) => write)),
    requestEvidence({ note: `markers that never arrived at ${server}${missing.length === 0 ? '' : `, such as ${listed(missing)}`}`, measured: told.never.length, allowed: told.neverMax, unit: 'count' }, told.never.map(({ write }) => write)),
  ]
}
