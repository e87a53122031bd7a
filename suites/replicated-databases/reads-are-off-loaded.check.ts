import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { lowerLimit95 } from '../../core/checks/proportion.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { stallMsMax } from '../../core/checks/calm.js'
import { spanOf, succeeded } from './judging.js'
import { growth } from './mutations-go-to-the-primary.check.js'
import { countedReads, lastCountedReads, moments, ordinaryReads, questions } from './names.js'
import { notCaughtUp, pauseOf, planOf, readingsOf } from './plan.js'
import type { DatabasePlan } from './servers.js'

const onPurpose = 'new values may have been read on the primary because the reader had just written them, which a service may promise; counters of the database would tell'

/** How many of how many reads were answered by read replicas: `most` and `least` where that can be counted in two ways. */
interface Share {
  readonly least: number
  readonly most: number
  readonly of: number
  readonly how: string
}

export const readsAreOffLoaded: Check = {
  id: 'read-replicas-answer-most-reads',
  requirement: 'REPL-02',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return inconclusive('no read was counted')
    const counted = plan.counters ? shareByCounters(history, plan, thresholds) : 'the servers of the database have no declared counters'
    const shown = plan.replay && plan.lookUp ? shareByValues(history, plan, thresholds) : 'replay cannot be stopped'
    // A service may send its writers to the primary on purpose, so where reads are counted it is the counters that decide, and only they can fail it.
    const decisive = typeof counted === 'string' && !plan.counters ? shown : counted
    const evidence = [counted, shown].filter((one) => typeof one !== 'string').map(evidenceOf)
    if (typeof decisive === 'string') return inconclusive(decisive, evidence)
    const shareMin = numberThreshold(thresholds, 'replica_share_min')
    const limit = lowerLimit95(decisive.least, decisive.of)
    const between = decisive.least === decisive.most ? `${decisive.least}` : `${decisive.least} to ${decisive.most}`
    const said = `read replicas answered ${between} of ${decisive.of} reads (${decisive.how}), at least ${(100 * limit).toFixed(1)} % with 95 % confidence`
    const measure: Evidence = { note: 'lower 95 % confidence limit of the share', measured: Number(limit.toFixed(3)), allowed: shareMin, unit: 'ratio' }
    if (limit >= shareMin) return passed(said, [measure, ...evidence])
    if (lowerLimit95(decisive.most, decisive.of) >= shareMin) return inconclusive(`${said}: the counters are too inexact to tell`, [measure, ...evidence])
    if (!plan.counters) return inconclusive(`${said}: ${onPurpose}`, [measure, ...evidence])
    return doubtOfFailure(history) ?? failed(`${said}, needs ${100 * shareMin} %`, [measure, ...evidence])
  },
}

const evidenceOf = ({ least, of, how }: Share): Evidence => ({ note: `reads answered by read replicas of ${of} (${how})`, measured: least, unit: 'requests' })

/** A replica that was starved together with the harness is rightly avoided. */
function doubtOfFailure(history: History): Finding | null {
  const requests = [...requestsOf(history, countedReads), ...requestsOf(history, ordinaryReads)]
  return requests.length === 0 ? null : disturbedHarness(history, spanOf(requests), stallMsMax)
}

function shareByCounters(history: History, plan: DatabasePlan, thresholds: ThresholdValues): Share | string {
  const behind = notCaughtUp(history, plan, questions.caughtUpBeforeReads) ?? notCaughtUp(history, plan, questions.caughtUpAfterReads)
  if (behind !== undefined) return behind
  const sent = [...requestsOf(history, countedReads), ...requestsOf(history, lastCountedReads)].filter(succeeded).length
  const needed = numberThreshold(thresholds, 'counted_reads')
  if (sent < needed) return `${sent} reads were answered between the readings of the counters, needs ${needed}`
  const of = (server: string): number | undefined => readsOf(history, server)
  const onPrimary = plan.primary === null ? undefined : of(plan.primary)
  const onReplicas = plan.replicas.map(of)
  if (onPrimary === undefined || onReplicas.some((one) => one === undefined)) return 'the counters of a server of the database could not be read'
  const replicated = onReplicas.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  const total = replicated + onPrimary
  if (onPrimary < 0 || replicated < 0 || total < numberThreshold(thresholds, 'reads_counted_ratio_min') * sent) return `the servers counted ${Math.round(replicated)} and ${Math.round(onPrimary)} reads for ${sent} that were sent: the counters do not show them`
  // A request may cost several readings of tables, so their share counts; and servers may count late, so what the replicas counted of all
  // that was sent counts as well.
  const ways = [Math.round((sent * replicated) / total), Math.min(sent, Math.round(replicated))]
  const how = `${Math.round(replicated)} readings of tables counted on ${plan.replicas.join(' and ')}, ${Math.round(onPrimary)} on ${plan.primary}, without what they count when nothing is sent`
  return { least: leastOf(ways), most: greatestOf(ways), of: sent, how }
}

/** What a server counted while reads were sent, without what it counts in the same time when none are. Negative: it was set back. */
function readsOf(history: History, server: string): number | undefined {
  const reading = growth(history, server, [moments.beforeReads, moments.afterReads])
  const quiet = growth(history, server, [moments.beforeQuiet, moments.beforeReads])
  if (reading === undefined || quiet === undefined || quiet.spanMs <= 0) return undefined
  if (reading.reads < 0 || quiet.reads < 0) return -1
  return Math.max(0, reading.reads - (quiet.reads * reading.spanMs) / quiet.spanMs)
}

function shareByValues(history: History, plan: DatabasePlan, thresholds: ThresholdValues): Share | string {
  if (!plan.valueRead) return 'the declared ordinary read does not say where the value stands'
  const pause = pauseOf(history, plan)
  if (typeof pause === 'string') return pause
  const read = readingsOf(history, ordinaryReads).filter((one) => one.request.plannedAtMs >= pause.fromMs && one.request.endedAtMs <= pause.fromMs + plan.maxLagMs && one.saw !== 'none')
  const needed = numberThreshold(thresholds, 'keys')
  if (read.length < needed) return `${read.length} overwritten keys were read within the declared lag, needs ${needed}`
  const old = read.filter((one) => one.saw === 'old').length
  return { least: old, most: old, of: read.length, how: 'old values while replay was stopped' }
}
