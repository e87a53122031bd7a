import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, interventionsOf, numberFact, requestsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { durationMs, liveBackupsOf } from './live-backups.js'
import { comparisonOf, restorationOf } from './restored-copy.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import { frozenLabel, interventions, loads, wasCut, wasOk } from './vocabulary.js'

/** A harness that was kept waiting for longer than this says that the whole machine was. */
const stallMsMax = 500

/** BKUP-09: with the primary frozen a backup is completed, and it is whole. */
export const backupsComeFromTheReplica: Check = {
  id: 'a-backup-needs-no-primary',
  requirement: 'BKUP-09',
  evaluate(history, thresholds) {
    const [backup] = interventionsOf(history, interventions.create, frozenLabel)
    const [freeze] = interventionsOf(history, 'freeze', frozenLabel)
    if (backup === undefined || freeze?.acknowledgedAtMs === undefined) return inconclusive('no backup was taken while the primary was frozen')
    if (wasCut(backup)) return inconclusive('the backup with the primary frozen did not reach its end')
    const usual = liveBackupsOf(history).flatMap(({ ok, window }) => (ok && window !== undefined ? [durationMs(window)] : []))
    if (usual.length === 0) return inconclusive('no backup succeeded with the primary at work either')
    const thawed = notFrozen(history, backup)
    if (thawed !== undefined) return inconclusive(thawed)
    return judge(history, backup, { usualMs: greatestOf(usual), thresholds })
  },
}

/** Why the primary cannot be said to have been frozen all the time. */
function notFrozen(history: History, backup: Intervention): string | undefined {
  const endMs = endOf(backup)
  const writes = requestsOf(history, loads.whileFrozen).filter(({ outcome }) => outcome !== 'cancelled')
  const acknowledged = writes.filter((one) => wasOk(one) && one.endedAtMs >= backup.issuedAtMs && one.endedAtMs <= endMs)
  if (acknowledged.length > 0) return `${acknowledged.length} writes were acknowledged during the backup: the primary was not frozen`
  const before = writes.some((one) => !wasOk(one) && one.endedAtMs <= backup.issuedAtMs)
  const late = writes.some((one) => !wasOk(one) && one.plannedAtMs >= (backup.issuedAtMs + endMs) / 2)
  return before && late ? undefined : 'that the primary was frozen before and throughout the backup was not seen in writes that failed'
}

const endOf = (backup: Intervention): number => backup.acknowledgedAtMs ?? backup.issuedAtMs + (typeof backup.detail['tookMs'] === 'number' ? backup.detail['tookMs'] : 0)

function judge(history: History, backup: Intervention, { usualMs, thresholds }: { readonly usualMs: number; readonly thresholds: ThresholdValues }): Finding {
  const tookMs = endOf(backup) - backup.issuedAtMs
  const allowedMs = usualMs * numberThreshold(thresholds, 'complete_within_factor')
  const evidence: Evidence[] = [{ note: `duration of the backup with the primary frozen, ${Math.round(usualMs)} ms before`, measured: Math.round(tookMs), allowed: Math.round(allowedMs), unit: 'ms' }]
  if (backup.acknowledgedAtMs === undefined) return failed(`with the primary frozen the backup did not succeed: ${backup.error ?? 'it never ended'}`, evidence)
  if (backup.witness === undefined) return failed('with the primary frozen the backup reported success, and there is no file or an empty one', evidence)
  const disturbed = tookMs > allowedMs ? disturbedHarness(history, { fromMs: backup.issuedAtMs, toMs: endOf(backup) }, stallMsMax) ?? starvedMachine(history, { fromMs: backup.issuedAtMs, toMs: endOf(backup) }) : null
  if (disturbed !== null) return disturbed
  if (tookMs > allowedMs) return failed(`with the primary frozen the backup took ${Math.round(tookMs)} ms, at most ${Math.round(allowedMs)} ms are allowed`, evidence)
  const restoration = restorationOf(history, frozenLabel)
  if (restoration.state === 'refused') return failed(`a backup was taken with the primary frozen, but ${restoration.why}`, evidence)
  if (restoration.state !== 'restored') return inconclusive(restoration.why, evidence)
  return judgeContent(history, backup, evidence)
}

function judgeContent(history: History, backup: Intervention, evidence: readonly Evidence[]): Finding {
  const comparison = comparisonOf(history, frozenLabel)
  const beforeMs = backup.issuedAtMs - (numberFact(history, 'staleness-ms') ?? 0)
  const promised = [...(comparison?.records ?? []), ...(comparison?.marks ?? [])].filter((one) => one.acknowledgedAtMs < beforeMs)
  const missing = promised.filter(({ reading }) => reading === 'absent')
  if (missing.length > 0) return failed(`${missing.length} of ${promised.length} records are missing in the backup that was taken with the primary frozen`, evidence)
  const unread = promised.filter(({ reading }) => reading === 'unread')
  if (promised.length === 0 || unread.length > 0) return inconclusive(`${unread.length} of ${promised.length} records could be looked for in that backup`, evidence)
  return passed(`the backup was completed with the primary frozen and holds all ${promised.length} records`, evidence)
}
