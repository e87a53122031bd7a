import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, retriable } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { drainSpan, isFinding, landing, type DrainSpan } from './drain-span.js'
import { labels } from './names.js'
import { connectionsAcross, type Connection } from './persistent-connections.js'
import { idsOf, percent, talliedOutcomes } from './wording.js'

/** Beyond this stall of ours a reset of an idle connection cannot be told from one of a request in flight. */
const stallMs = 1_000

/** Idle resets that a race may cost: this share of the connections, and one at least. */
const racesMax = 0.1

const toldInTime = ({ toldMs }: Connection, limitMs: number): boolean => toldMs !== undefined && toldMs <= limitMs
/** Never told, and reset while idle: as good as told only where it is a rare race. */
const racedUntold = ({ toldMs, idleResets }: Connection): boolean => toldMs === undefined && idleResets.length > 0

/** Every persistent connection is told to close in time, and none is reset with a request on it. */
export const check: Check = {
  id: 'keep-alive-connections-are-wound-down',
  requirement: 'DRAIN-06',
  evaluate(history, thresholds) {
    const span = drainSpan(history, labels.behindBalancer)
    if (isFinding(span)) return span
    const limitMs = numberThreshold(thresholds, 'wound_down_within_s') * 1_000
    const connections = connectionsAcross(history, span, limitMs)
    const evidence = evidenceOf(span, connections, limitMs)
    return violation({ connections, span, thresholds, history, limitMs }, evidence) ?? doubt({ connections, span, thresholds, limitMs }, evidence) ?? pass(connections, limitMs, evidence)
  },
}

interface Seen {
  readonly connections: readonly Connection[]
  readonly span: DrainSpan
  readonly thresholds: ThresholdValues
  readonly limitMs: number
}

function violation({ connections, span, thresholds, history, limitMs }: Seen & { readonly history: History }, evidence: readonly Evidence[]): Finding | undefined {
  const pinned = connections.filter((one) => one.pinned.length > 0)
  const untold = connections.filter((one) => one.closedUntold)
  const cut = connections.flatMap((one) => one.cut)
  const onPost = connections.flatMap((one) => one.idleResets.filter((request) => !retriable(request)))
  const idleMax = numberThreshold(thresholds, 'reset_idle_per_connection_max')
  const tooOften = connections.filter((one) => one.idleResets.filter(retriable).length > idleMax)
  const raced = connections.filter(racedUntold)
  const said: string[] = []
  if (pinned.length > 0) said.push(`${pinned.length} of ${connections.length} were still served without a word ${spanned(limitMs)} after the drain was acknowledged`)
  if (connections.length > 0 && 1 - untold.length / connections.length < numberThreshold(thresholds, 'told_to_close_ratio_min')) {
    said.push(`${untold.length} of ${connections.length} were closed between two requests without being told in an answer`)
  }
  if (cut.length > 0) said.push(`${counted(cut.length, 'request')} on them ${cut.length === 1 ? 'was' : 'were'} cut in flight (${talliedOutcomes(cut)})`)
  if (onPost.length > numberThreshold(thresholds, 'reset_nonidempotent_max')) said.push(`${counted(onPost.length, 'idle reset')} hit a request that must not be repeated`)
  if (tooOften.length > 0) said.push(`${tooOften.length} had more than ${counted(idleMax, 'idle reset')}`)
  if (raced.length > Math.max(1, racesMax * connections.length)) said.push(`${raced.length} of ${connections.length} were reset while idle without being told, more than a race explains`)
  if (said.length === 0) return undefined
  const shown = [...pinned.flatMap((one) => one.pinned.slice(0, 1)), ...cut, ...onPost, ...raced.flatMap((one) => one.idleResets.slice(0, 1))]
  return (
    disturbedHarness(history, { fromMs: span.issuedAtMs, toMs: span.endedAtMs }, stallMs) ??
    failed(`of the persistent connections to ${span.target}, ${listed(said)}`, [
      { note: 'requests that show it', measured: shown.length, allowed: 0, unit: 'requests', requests: idsOf(shown) },
      ...evidence,
    ])
  )
}

function doubt({ connections, span, thresholds, limitMs }: Seen, evidence: readonly Evidence[]): Finding | undefined {
  const needed = numberThreshold(thresholds, 'connections')
  if (connections.length < needed) {
    return inconclusive(`only ${counted(connections.length, 'persistent connection was', 'persistent connections were')} alive when the drain of ${span.target} began, needs ${needed}`, evidence)
  }
  const told = connections.filter((one) => toldInTime(one, limitMs))
  const late = connections.filter((one) => one.toldMs !== undefined && !toldInTime(one, limitMs))
  const excused = told.length === 0 ? [] : connections.filter(racedUntold)
  const ratio = (told.length + excused.length) / connections.length
  if (ratio >= numberThreshold(thresholds, 'told_to_close_ratio_min')) return undefined
  if (late.length > 0) {
    return inconclusive(`${late.length} of ${connections.length} persistent connections were told to close only ${spanned(greatestOf(late.map((one) => one.toldMs ?? 0)))} after the acknowledgement (allowed ${spanned(limitMs)}), with nothing else answered on them after the limit`, evidence)
  }
  const open = connections.filter((one) => one.toldMs === undefined && one.servedUntilTheEnd)
  if (open.length > 0) {
    return inconclusive(`${open.length} of ${connections.length} persistent connections were still open after ${spanned(span.endedAtMs - span.acknowledgedAtMs)}, and were not watched for the ${spanned(limitMs)} that are allowed`, evidence)
  }
  return inconclusive(`${connections.length - told.length - excused.length} of ${connections.length} persistent connections ended without being told, and nobody knows how`, evidence)
}

function pass(connections: readonly Connection[], limitMs: number, evidence: readonly Evidence[]): Finding {
  const told = connections.flatMap((one) => one.toldMs ?? [])
  return passed(
    `${told.length} of ${connections.length} persistent connections were told to close, the last within ${spanned(Math.max(0, greatestOf(told)))} of the drain (allowed ${spanned(limitMs)}), and none lost a request`,
    evidence,
    { strength: strengthOf(connections.length) },
  )
}

function evidenceOf(span: DrainSpan, connections: readonly Connection[], limitMs: number): Evidence[] {
  const told = connections.flatMap((one) => one.toldMs ?? [])
  const idle = connections.flatMap((one) => one.idleResets)
  return [
    landing(span),
    { note: `persistent connections alive when the drain began, of which ${told.length === 0 ? 'none' : percent(told.length / connections.length)} were told to close`, measured: connections.length, unit: 'count' },
    ...(told.length === 0 ? [] : [{ note: 'the last connection was told to close, after the acknowledgement', measured: Math.round(Math.max(0, greatestOf(told))), allowed: limitMs, unit: 'ms' as const }]),
    ...(idle.length === 0 ? [] : [{ note: 'connections that were reset while idle', measured: idle.length, unit: 'count' as const, requests: idsOf(idle) }]),
    { note: 'requests served on these connections after the acknowledgement', measured: connections.reduce((sum, one) => sum + one.servedAfter, 0), unit: 'requests' },
  ]
}
