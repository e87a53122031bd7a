import { evidenceRequestsMax, failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { spanned } from '../../core/checks/counted.js'
import { lowerLimit95 } from '../../core/checks/proportion.js'
import { greatestOf } from '../../core/extremes.js'
import { eventsOf, type History, type RequestEvent } from '../../core/history.js'
import { ledgerOf, whyUnread } from '../../core/ledger.js'
import { factOf, isIdleReset, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { outcomesText, requestEvidence, worstFinding } from '../../core/checks/worst-finding.js'
import { succeeded, undisturbed } from './judging.js'
import { absenceOf, type Absence } from './lost-server.js'
import { losses, readBack, writesWithoutPrimary } from './names.js'

const requirement = 'DEGR-07'
const slowShareMax = 0.05

/** The balancer refuses for the service when every instance has left the rotation: what the client gets is a refusal, explicit and quick. */
const refusedByBalancer = 'made by the balancer: no-backend-up'

/** An answer that says no. A connection that broke, or that the balancer found broken, says nothing. */
const isExplicit = ({ status, outcome, detail = '' }: RequestEvent): boolean =>
  status !== undefined && status >= 400 && (outcome === 'polite-refusal' || (outcome === 'error-status' && (!detail.startsWith('made by the balancer') || detail === refusedByBalancer)))

export const noWriteIsAcknowledgedAndLost: Check = {
  id: 'no-write-is-acknowledged-and-lost-while-the-data-owner-is-away',
  requirement,
  evaluate(history, thresholds) {
    const allowed = numberThreshold(thresholds, 'false_ack_max')
    const server = factOf(history, 'data-owner')
    if (typeof server !== 'string') return inconclusive('no owner of data was lost')
    const absences = losses.map((loss) => absenceOf(history, server, loss))
    const entries = ledgerOf(history, { writes: writesWithoutPrimary, reads: readBack })
    const acknowledged = entries.filter((one) => one.acknowledgedAtMs !== undefined)
    const lost = acknowledged.filter((one) => one.state === 'lost')
    const during = (atMs: number | undefined): boolean => absences.some((one) => typeof one !== 'string' && atMs !== undefined && atMs >= one.issuedAtMs && atMs <= one.toMs)
    const evidence: Evidence[] = [
      { note: 'writes that were acknowledged while the owner of the data was away', measured: acknowledged.filter((one) => during(one.acknowledgedAtMs)).length, unit: 'count' },
      { note: `acknowledged writes that were not there in the end${lost[0] === undefined ? '' : `; the strong read of ${lost[0].key} found ${lost[0].found}`}`, measured: lost.length, allowed, unit: 'count', requests: lost.flatMap((one) => one.requests).slice(0, evidenceRequestsMax) },
    ]
    const cut = [...eventsOf(history, 'incomplete')].length > 0
    const open = absences.find((one) => typeof one === 'string')
    if (lost.length > allowed && !cut && absences.some((one) => typeof one !== 'string')) {
      return failed(`${lost.length} acknowledged writes are lost, ${lost.filter((one) => during(one.acknowledgedAtMs)).length} of them acknowledged while ${server} was away`, evidence)
    }
    if (lost.length > allowed) return inconclusive(`${lost.length} acknowledged writes are missing, but ${open ?? 'the exercise did not reach its end'}`, evidence)
    if (typeof open === 'string') return inconclusive(open, evidence)
    const unread = acknowledged.filter((one) => one.state === 'unread').length
    if (unread > 0) return inconclusive(`${unread} of ${acknowledged.length} acknowledged writes could not be read in the end${whyUnread(history, readBack)}`, evidence)
    if (acknowledged.length === 0) return inconclusive(`no write was acknowledged before or after ${server} was away`, evidence)
    return passed(`all ${acknowledged.length} acknowledged writes were there in the end`, evidence, { strength: strengthOf(acknowledged.length) })
  },
}

export const writesAreRefusedHonestly: Check = {
  id: 'writes-are-refused-explicitly-and-quickly',
  requirement,
  evaluate: (history, thresholds) => eachAbsence(history, (absence) => judgeRefusals(history, absence, thresholds)),
}

export const writesWorkAgain: Check = {
  id: 'writes-work-again-in-time',
  requirement,
  evaluate: (history, thresholds) => eachAbsence(history, (absence) => judgeReturn(history, absence, thresholds)),
}

function eachAbsence(history: History, judge: (absence: Absence) => Finding): Finding {
  const server = factOf(history, 'data-owner')
  if (typeof server !== 'string') return inconclusive('no owner of data was lost')
  return worstFinding(
    losses.map((loss) => {
      const absence = absenceOf(history, server, loss)
      return typeof absence === 'string' ? inconclusive(absence) : judge(absence)
    }),
  )
}

function judgeRefusals(history: History, absence: Absence, thresholds: ThresholdValues): Finding {
  const { server, loss, fromMs, toMs, issuedAtMs } = absence
  const needed = numberThreshold(thresholds, 'writes')
  const limitMs = numberThreshold(thresholds, 'refusal_p95_ms_max')
  const ratioMin = numberThreshold(thresholds, 'explicit_ratio_min')
  return undisturbed(history, { fromMs: issuedAtMs, toMs }, (usable) => {
    // Sent late in the absence, a write may be answered by a server that is back: that is no refusal, and counts for neither.
    const writes = requestsOf(history, writesWithoutPrimary).filter((one) => one.plannedAtMs >= fromMs && one.plannedAtMs <= toMs && one.outcome !== 'cancelled' && !isIdleReset(one) && usable(one))
    const refused = writes.filter((one) => !succeeded(one))
    const silent = refused.filter((one) => !isExplicit(one))
    const slow = refused.filter((one) => latencyMs(one) > limitMs)
    const allowedSilent = Math.floor((1 - ratioMin) * refused.length + 1e-9)
    const evidence: Evidence[] = [
      { note: `writes while ${server} was away (${loss}): ${outcomesText(writes) || 'none'}; ${absence.witness}`, measured: writes.length, unit: 'requests' },
      requestEvidence({ note: 'of the writes that were not acknowledged, those without an explicit refusal', measured: silent.length, allowed: allowedSilent, unit: 'requests' }, silent),
      requestEvidence({ note: `slowest of ${refused.length} refusals (${slow.length} above the limit for 95 %)`, measured: Math.round(Math.max(0, greatestOf(refused.map(latencyMs)))), allowed: limitMs, unit: 'ms' }, slow),
    ]
    const when = `while ${server} was away (${loss})`
    if (silent.length > allowedSilent) return failed(`${silent.length} of ${refused.length} writes got no explicit refusal ${when}: ${outcomesText(silent)}`, evidence)
    if (lowerLimit95(slow.length, refused.length) > slowShareMax) return failed(`${slow.length} of ${refused.length} refusals took longer than ${spanned(limitMs)} ${when}`, evidence)
    if (writes.length < needed) return inconclusive(`${writes.length} writes were sent ${when}, needs ${needed}`, evidence)
    if (slow.length > slowShareMax * refused.length) return inconclusive(`${slow.length} of ${refused.length} refusals took longer than ${spanned(limitMs)} ${when}: too few to speak of the 95th percentile`, evidence)
    if (refused.length === 0) return passed(`every one of ${writes.length} writes was acknowledged ${when}; whether they are there is for the reading back to say`, evidence)
    return passed(`${refused.length - silent.length} of ${refused.length} writes were refused explicitly ${when}, the slowest after ${spanned(greatestOf(refused.map(latencyMs)))}`, evidence, { strength: strengthOf(refused.length) })
  })
}

const latencyMs = (request: RequestEvent): number => request.endedAtMs - (request.sentAtMs ?? request.plannedAtMs)

function judgeReturn(history: History, { server, loss, toMs, backAtMs }: Absence, thresholds: ThresholdValues): Finding {
  const limitMs = numberThreshold(thresholds, 'write_recovery_within_s') * 1_000
  const after = requestsOf(history, writesWithoutPrimary).filter((one) => one.plannedAtMs >= toMs && one.outcome !== 'cancelled')
  const first = after.find(succeeded)
  if (backAtMs === undefined) return inconclusive(`${server} was not brought back (${loss})`)
  const tookMs = Math.max(0, (first?.endedAtMs ?? 0) - backAtMs)
  if (first !== undefined && tookMs <= limitMs) return passed(`a write was acknowledged ${spanned(tookMs)} after ${server} was back (${loss})`)
  const watchedMs = Math.max(0, (after.at(-1)?.endedAtMs ?? backAtMs) - backAtMs)
  if (first === undefined && watchedMs < limitMs) return inconclusive(`no write was acknowledged in ${spanned(watchedMs)} after the return of ${server} (${loss}), ${spanned(limitMs)} are allowed`)
  return undisturbed(history, { fromMs: toMs, toMs: backAtMs + limitMs }, () => failed(`no write was acknowledged within ${spanned(limitMs)} after ${server} was back (${loss})`, [requestEvidence({ note: 'writes after the return' }, after.slice(-10))]))
}
