import { evidenceRequestsMax, failed, inconclusive, passed, strengthOf, type Check, type Evidence, type EvidenceGrade, type Finding } from '../../core/check.js'
import { comebackOf } from '../../core/checks/comeback.js'
import { judgeComebacks, type ExpectedComeback } from '../../core/checks/comeback-judgement.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { ledgerOf, whyUnread, type LedgerEntry } from '../../core/ledger.js'
import { factOf, numberFact } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { doubtOfLoss, powerLossesOf, type PowerLoss } from './power-losses.js'
import { gradeEvidence, restartPolicySentence } from './restarts.js'
import { comebackLimitMs } from './time-limits.js'
import { undeclaredContainers } from './undeclared-containers.js'

const lastSecondMs = 1_000

/** After every component lost power at once, the service is back without a hand, whatever order they started in, with all that it had acknowledged. */
export const recoversInAnyStartOrder: Check = { id: 'recovers-from-power-loss-in-any-start-order', requirement: 'START-08', evaluate }

interface Judged {
  readonly losses: readonly PowerLoss[]
  readonly entries: readonly LedgerEntry[]
  readonly evidence: readonly Evidence[]
  readonly grade: { readonly grade?: EvidenceGrade }
}

function evaluate(history: History, thresholds: ThresholdValues): Finding {
  const losses = powerLossesOf(history)
  if (losses.length === 0) return inconclusive('the power was never cut')
  const limitMs = comebackLimitMs(numberThreshold(thresholds, 'ready_within_s'), numberFact(history, 'startTimeoutMs'))
  const instances = namesIn(history, 'instances')
  const usable = losses.filter((loss) => doubtOfLoss(history, loss) === undefined)
  const { failures, doubts, back, slowestMs } = judgeComebacks(history, usable.flatMap((loss) => expectedAfter(history, loss, { instances, limitMs })))
  const entries = ledgerOf(history, { writes: 'writes', reads: 'reconcile' }).filter(({ acknowledgedAtMs: at }) => at !== undefined && losses.some((loss) => at <= loss.issuedAtMs))
  const evidence = [...losses.flatMap(orderEvidence), ...ledgerEvidence(entries), ...failures, ...back, ...gradeEvidence(history)]
  const judged: Judged = { losses, entries, evidence, grade: gradeOf(history) }
  const faults = faultsIn(judged, { failures, limitMs, policy: restartPolicySentence(history), lostMax: numberThreshold(thresholds, 'lost_max') })
  if (faults !== undefined) return faults
  const reasons = [...losses.flatMap((loss) => doubtOfLoss(history, loss) ?? []), ...doubts, ...undeclaredContainers(history), ...missingIn(history, judged, thresholds), ...(instances.length === 0 ? ['no instance of the service is known'] : [])]
  if (reasons.length > 0) return inconclusive(listed(reasons), evidence, judged.grade)
  return passed(
    `all instances were back by themselves after ${counted(losses.length, 'power loss', 'power losses')} (${listed(losses.map(({ order }) => order))}), the slowest ${spanned(slowestMs)} after the boot, and none of ${entries.length} acknowledged writes was lost`,
    evidence,
    { strength: strengthOf(entries.length), ...judged.grade },
  )
}

function namesIn(history: History, fact: string): readonly string[] {
  const names = factOf(history, fact)
  return Array.isArray(names) ? (names as string[]) : []
}

function gradeOf(history: History): { readonly grade?: EvidenceGrade } {
  const grade = factOf(history, 'rebootGrade')
  return grade === 'demonstrated' || grade === 'simulated' ? { grade } : {}
}

/** The limit is extended by the time until the last component was started: before that nobody could expect it to be ready. */
function expectedAfter(history: History, loss: PowerLoss, { instances, limitMs }: { readonly instances: readonly string[]; readonly limitMs: number }): ExpectedComeback[] {
  const { issuedAtMs, untilMs, label, bootedAtMs: fromMs } = loss
  const extendedMs = limitMs + loss.lastStartedAtMs - fromMs
  return instances.map((instance) => ({
    what: `${instance} after ${label}`,
    fromMs,
    limitMs: extendedMs,
    comeback: comebackOf(history, { instance, issuedAtMs, fromMs, untilMs, limitMs: extendedMs, load: `after-${label}` }),
  }))
}

interface Faults {
  readonly failures: readonly Evidence[]
  readonly limitMs: number
  readonly policy: string
  readonly lostMax: number
}

function faultsIn({ losses, entries, evidence, grade }: Judged, { failures, limitMs, policy, lostMax }: Faults): Finding | undefined {
  const lost = entries.filter(({ state }) => state === 'lost')
  const cut = losses.some((loss) => loss.witnessed)
  const said = [
    ...(failures.length > 0 ? [`${counted(failures.length, 'instance was', 'instances were')} not back within ${spanned(limitMs)} of the start of the last component: ${failures[0]?.note}${policy}`] : []),
    ...(cut && lost.length > lostMax ? [`${lost.length} of ${entries.length} writes that had been acknowledged before the power was cut were lost (allowed ${lostMax})`] : []),
  ]
  return said.length === 0 ? undefined : failed(`after a power loss ${listed(said)}`, evidence, grade)
}

function missingIn(history: History, { losses, entries }: Judged, thresholds: ThresholdValues): string[] {
  const orders = numberThreshold(thresholds, 'orders')
  const acknowledgedMin = numberThreshold(thresholds, 'acked_last_second_min')
  const unread = entries.filter(({ state }) => state === 'unread').length
  const few = losses.flatMap(({ label, issuedAtMs }) => {
    const count = entries.filter(({ acknowledgedAtMs: at }) => at !== undefined && at <= issuedAtMs && at >= issuedAtMs - lastSecondMs).length
    return count < acknowledgedMin ? [`only ${counted(count, 'write')} of ${acknowledgedMin} were acknowledged in the last second before ${label}`] : []
  })
  return [
    ...(losses.length < orders ? [`only ${losses.length} of ${counted(orders, 'start order')} took place`] : []),
    ...few,
    ...(unread > 0 ? [`${unread} of ${entries.length} acknowledged writes could not be read afterwards${whyUnread(history, 'reconcile')}`] : []),
  ]
}

function orderEvidence({ label, starts, bootedAtMs }: PowerLoss): Evidence[] {
  const order = [...starts].map(([target, atMs]) => `${target} +${spanned(Math.max(0, atMs - bootedAtMs))}`).join(', ')
  return [{ note: `${label}: started ${order || 'nothing'}` }]
}

function ledgerEvidence(entries: readonly LedgerEntry[]): Evidence[] {
  const lost = entries.filter(({ state }) => state === 'lost')
  const shown = lost.length === 0 ? {} : { requests: lost.flatMap(({ requests }) => requests).slice(0, evidenceRequestsMax) }
  return [{ note: `of ${entries.length} writes acknowledged before a power loss, lost${lost.length === 0 ? '' : ` (the strong read of ${lost[0]?.key} found ${lost[0]?.found})`}`, measured: lost.length, unit: 'count', ...shown }]
}
