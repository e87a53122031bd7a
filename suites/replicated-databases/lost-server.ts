import { failed, inconclusive, passed, strengthOf, type Evidence, type Finding } from '../../core/check.js'
import { counted, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { interventionsOf, isIdleReset, isUnserved, observationsOf, requestsOf, type Intervention } from '../../core/reading.js'
import { slowAnswersMax } from '../monitoring/slow-answers.js'
import { outcomesText, requestEvidence } from '../../core/checks/worst-finding.js'
import { succeeded, undisturbed } from './judging.js'
import { lossLabel, released, type Loss } from './names.js'

/** The absence of one server, as it was recorded and witnessed. */
export interface Absence {
  readonly server: string
  readonly loss: Loss
  readonly issuedAtMs: number
  /** From here on it was away. */
  readonly fromMs: number
  /** It may have answered again after this. */
  readonly toMs: number
  /** When it had been given back for certain; undefined: that did not come about. */
  readonly backAtMs: number | undefined
  readonly witness: string
}

/** How the server was lost in this way, or what is missing of it. */
export function absenceOf(history: History, server: string, loss: Loss): Absence | string {
  const fault = interventionsOf(history, loss === 'killed' ? 'hold' : 'fault-dependency', lossLabel(server, loss))[0]
  if (fault === undefined) return `${server} was never lost (${loss})`
  const { witnessedAtMs, issuedAtMs, acknowledgedAtMs, undoneAtMs, witness } = fault
  if (witnessedAtMs === undefined || acknowledgedAtMs === undefined) return `the loss of ${server} (${loss}) was not witnessed${fault.error === undefined ? '' : `: ${fault.error}`}`
  const toMs = releaseOf(history, server, fault)
  if (toMs === undefined) return `the absence of ${server} (${loss}) did not reach its end`
  // A connection is held or refused from the acknowledgement on, whenever somebody noticed; a process is dead when it was seen to be.
  const fromMs = loss === 'killed' ? witnessedAtMs : acknowledgedAtMs
  if (witnessedAtMs > toMs) return `the loss of ${server} (${loss}) was witnessed only after its end`
  return { server, loss, issuedAtMs, fromMs, toMs, backAtMs: undoneAtMs, witness: witness ?? '' }
}

const releaseOf = (history: History, server: string, { issuedAtMs }: Intervention): number | undefined =>
  observationsOf(history, released, server).find((one) => one.atMs >= issuedAtMs)?.atMs

const baselineMs = 1_000
const requestsMin = 50

export interface ReadsDuringAbsence {
  readonly load: string
  /** After this long the reads must succeed. */
  readonly graceMs: number
  /** How many of so many reads may fail then. */
  readonly failuresMax: (reads: number) => number
  readonly p99MsMax?: number
  /** Least duration of the absence. */
  readonly outageMs: number
}

/** Judges the reads of one load from the end of the grace period to the return of the server. */
export function judgeReads(history: History, absence: Absence, wanted: ReadsDuringAbsence): Finding {
  const all = requestsOf(history, wanted.load)
  const { server, loss, issuedAtMs, fromMs, toMs } = absence
  const before = all.filter((one) => one.plannedAtMs >= issuedAtMs - baselineMs && one.endedAtMs < issuedAtMs)
  const failedBefore = before.filter(isUnserved).length
  if (before.filter(succeeded).length === 0) return inconclusive(`no read succeeded right before ${server} was lost (${loss})`)
  if (failedBefore > 0) return inconclusive(`${failedBefore} reads failed in the second before ${server} was lost (${loss})`)
  const graceEndMs = fromMs + wanted.graceMs
  const window = { fromMs: issuedAtMs, toMs }
  return undisturbed(history, window, (usable) => {
    const judged = all.filter((one) => one.plannedAtMs >= graceEndMs && one.plannedAtMs <= toMs && one.outcome !== 'cancelled' && !isIdleReset(one) && usable(one))
    const within = all.filter((one) => one.plannedAtMs >= issuedAtMs && one.plannedAtMs < graceEndMs)
    return judgeAfterGrace({ judged, within }, absence, wanted)
  })
}

function judgeAfterGrace({ judged, within }: { readonly judged: readonly RequestEvent[]; readonly within: readonly RequestEvent[] }, { server, loss, fromMs, toMs, witness }: Absence, wanted: ReadsDuringAbsence): Finding {
  const lost = judged.filter((one) => !succeeded(one))
  const allowed = wanted.failuresMax(judged.length)
  const slow = wanted.p99MsMax === undefined ? [] : judged.filter((one) => latencyMs(one) > (wanted.p99MsMax ?? 0))
  const slowest = Math.round(Math.max(0, greatestOf(judged.map(latencyMs))))
  const evidence: Evidence[] = [
    { note: `witness of the loss of ${server} (${loss}): ${witness}` },
    requestEvidence({ note: `reads without ${server} (${loss}) that failed after ${spanned(wanted.graceMs)}: ${outcomesText(lost) || 'none'} of ${judged.length}`, measured: lost.length, allowed, unit: 'requests' }, lost),
    { note: `reads that failed before that, from the loss on, of ${within.length}`, measured: within.filter((one) => !succeeded(one) && one.outcome !== 'cancelled').length, unit: 'requests' },
    { note: `slowest read without ${server} (${loss}) after ${spanned(wanted.graceMs)}`, measured: slowest, ...(wanted.p99MsMax === undefined ? {} : { allowed: wanted.p99MsMax }), unit: 'ms' },
  ]
  if (lost.length > allowed && judged.length > 0) return failed(`${lost.length} of ${counted(judged.length, 'read')} failed more than ${spanned(wanted.graceMs)} after ${server} was lost (${loss}): ${outcomesText(lost)}`, evidence)
  if (slow.length > slowAnswersMax(judged.length)) return failed(`${slow.length} of ${counted(judged.length, 'read')} took longer than ${wanted.p99MsMax} ms while ${server} was lost (${loss})`, evidence)
  if (toMs - fromMs < 0.9 * wanted.outageMs) return inconclusive(`${server} was away (${loss}) for ${spanned(toMs - fromMs)} only, needs ${spanned(wanted.outageMs)}`, evidence)
  if (judged.length < requestsMin) return inconclusive(`${judged.length} reads were sent between failover and the return of ${server} (${loss}), needs ${requestsMin}`, evidence)
  return passed(`${judged.length - lost.length} of ${judged.length} reads succeeded while ${server} was lost (${loss})`, evidence, lost.length === 0 ? { strength: strengthOf(judged.length) } : {})
}

/** From the planned instant: a client that waits does not care whose queue it waits in. */
export const latencyMs = (request: RequestEvent): number => request.endedAtMs - request.plannedAtMs
