import { evidenceRequestsMax, failed, inconclusive, passed, strengthOf, type Check, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import { leastOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, isUnserved, numberFact, observationsOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { roleLoad, roleObservation, type RoleEdge } from './names.js'
import { startsIn, succeeds } from './swap-record.js'

const requestsMin = 30
const stallMsMax = 1_000

/** SWAP-04: a member that was swapped in fills its role alone when the others are taken away. */
export const newcomersAreUsed: Check = {
  id: 'newcomers-are-used',
  requirement: 'SWAP-04',
  evaluate(history, thresholds) {
    const roles = [...new Set(observationsOf(history, roleObservation).map((event) => event.target))]
    if (roles.length === 0) return inconclusive('no role was left to a newcomer alone')
    const findings = roles.map((role) => judgeRole(history, role, thresholds))
    const decisive = findings.find(({ outcome }) => outcome === 'failed') ?? findings.find(({ outcome }) => outcome === 'inconclusive')
    if (decisive !== undefined) return decisive
    const n = findings.reduce((sum, one) => sum + (one.strength?.n ?? 0), 0)
    return passed(findings.map(({ summary }) => summary).join('; '), [], { strength: strengthOf(n) })
  },
}

function judgeRole(history: History, role: string, thresholds: ThresholdValues): Finding {
  const edges = observationsOf(history, roleObservation, role).map((event) => ({ ...(event.value as RoleEdge), atMs: event.atMs }))
  const at = (edge: RoleEdge['edge']): number | undefined => edges.find((one) => one.edge === edge)?.atMs
  const [beginMs, aloneMs, releaseMs] = [at('begin'), at('alone'), at('release')]
  const windowMs = numberFact(history, 'ejectWindowMs')
  if (beginMs === undefined || aloneMs === undefined || releaseMs === undefined || windowMs === undefined) return inconclusive(`the time without the other members of ${role} did not reach its end`)
  const { newcomer, others } = edges[0]!
  const unproven = whyUnproven(history, { newcomer, others, beginMs, aloneMs, releaseMs })
  if (unproven !== undefined) return inconclusive(unproven)
  const load = requestsOf(history, roleLoad(role)).filter(({ outcome }) => outcome !== 'cancelled')
  const before = load.filter((one) => one.plannedAtMs >= beginMs && one.endedAtMs < firstStopMs(history, others, beginMs))
  if (before.length === 0 || before.some(isUnserved)) return inconclusive(`the operations of ${role} did not work before the other members were taken away: ${before.filter(isUnserved).length} of ${before.length} failed`)
  const alone = load.filter((one) => one.plannedAtMs >= aloneMs + windowMs && one.plannedAtMs <= releaseMs && one.endedAtMs <= releaseMs)
  const lost = alone.filter(isUnserved)
  if (lost.length > numberThreshold(thresholds, 'failures_after_window_max')) {
    const evidence = { note: `requests that failed while ${newcomer} had to fill ${role} alone`, measured: lost.length, unit: 'requests' as const, requests: lost.slice(0, evidenceRequestsMax).map(({ id }) => id) }
    return disturbedHarness(history, { fromMs: beginMs, toMs: releaseMs }, stallMsMax) ?? failed(`${newcomer} was swapped in and did not fill the role ${role}: ${lost.length} of ${alone.length} requests failed without ${listed(others)}`, [evidence])
  }
  const served = alone.filter(succeeds).length
  if (served < requestsMin || served < 0.99 * alone.length) return inconclusive(`${counted(served, 'request')} of ${alone.length} were served by ${newcomer} alone, needs ${requestsMin} and 99 %`)
  return passed(`${newcomer} filled the role ${role} alone after it was swapped in: none of ${served} requests failed`, [], { strength: strengthOf(served) })
}

const firstStopMs = (history: History, others: readonly string[], fromMs: number): number =>
  leastOf(interventionsOf(history, 'stop').filter((one) => others.includes(one.target) && one.issuedAtMs >= fromMs).map(({ issuedAtMs }) => issuedAtMs))

interface Alone {
  readonly newcomer: string
  readonly others: readonly string[]
  readonly beginMs: number
  readonly aloneMs: number
  readonly releaseMs: number
}

/** Why it is not shown that the newcomer is new, or that it was alone. */
function whyUnproven(history: History, { newcomer, others, beginMs, aloneMs, releaseMs }: Alone): string | undefined {
  const swapped = interventionsOf(history, 'replace-component').findLast((one) => one.target === newcomer && one.witnessedAtMs !== undefined && one.witnessedAtMs <= beginMs)
  if (swapped === undefined) return `${newcomer} was not seen to be swapped in before`
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  const fresh = startsIn(history, instances, { fromMs: swapped.issuedAtMs, toMs: releaseMs })
  if (fresh.length > 0) return `${listed(fresh)} started after ${newcomer} was swapped in, and knew it from its start`
  if (others.length === 0) return `the role has ${newcomer} as its only member`
  const stops = interventionsOf(history, 'stop')
  const running = others.filter((other) => !stops.some((one) => one.target === other && one.issuedAtMs >= beginMs && one.witnessedAtMs !== undefined && one.witnessedAtMs <= aloneMs))
  if (running.length > 0) return `the stop of ${listed(running)} was not witnessed`
  const early = startsIn(history, others, { fromMs: aloneMs, toMs: releaseMs })
  return early.length === 0 ? undefined : `${listed(early)} was started again too early`
}
