import { failed, inconclusive, passed, strengthOf, evidenceRequestsMax, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { numberFact } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { liveBackupsOf, type LiveBackup } from './live-backups.js'
import { comparisonOf, restorationOf, type Compared, type Comparison } from './restored-copy.js'

/** BKUP-03: what was acknowledged before a backup is in it, as it was written, and nothing else. */
export const restoredBackupsAreFaithful: Check = {
  id: 'a-restored-backup-is-complete-and-faithful',
  requirement: 'BKUP-03',
  evaluate(history, thresholds) {
    const backups = liveBackupsOf(history).filter(({ ok }) => ok)
    if (backups.length === 0) return inconclusive('no backup was taken')
    const findings = backups.map((backup) => judgeOne(history, backup, thresholds))
    return findings.find(({ outcome }) => outcome === 'failed') ?? findings.find(({ outcome }) => outcome === 'inconclusive') ?? findings[0] ?? inconclusive('no backup was restored')
  },
}

function judgeOne(history: History, backup: LiveBackup, thresholds: ThresholdValues): Finding {
  const { label } = backup
  const restoration = restorationOf(history, label)
  if (restoration.state === 'refused') return failed(restoration.why)
  const comparison = comparisonOf(history, label)
  if (comparison === undefined) return inconclusive('no corpus was written')
  if (restoration.state === 'not-tried') return inconclusive(restoration.why)
  // What is older than this must be in the backup, what was acknowledged later may be.
  const beforeMs = backup.intervention.issuedAtMs - (numberFact(history, 'staleness-ms') ?? 0)
  const promised = [...comparison.records, ...comparison.marks].filter((one) => one.acknowledgedAtMs < beforeMs)
  const violations = violationsOf(comparison, promised, { beforeMs, thresholds })
  const point = recoveryPoint(comparison, backup.intervention.issuedAtMs)
  if (violations.length > 0) return failed(`the restored backup ${label} is not what was backed up: ${listed(violations.map(({ text }) => text))}`, [...violations.map(({ evidence }) => evidence), ...point])
  if (restoration.state !== 'restored') return inconclusive(restoration.why)
  return doubtsOf(comparison, promised, { beforeMs, thresholds }) ?? passed(
    `all ${promised.length} records from before the backup came back as they were written, ${counted(comparison.deleted.length, 'deleted one')} stayed deleted; the restore took ${Math.round(restoration.tookMs)} ms`,
    [...point, { note: 'duration of the restore (recovery time)', measured: Math.round(restoration.tookMs), unit: 'ms' }],
    { strength: strengthOf(promised.length) },
  )
}

interface Limits {
  readonly beforeMs: number
  readonly thresholds: ThresholdValues
}
interface Violation {
  readonly text: string
  readonly evidence: Evidence
}

function violationsOf({ records, marks, deleted, unexpected }: Comparison, promised: readonly Compared[], { beforeMs, thresholds }: Limits): Violation[] {
  const found: Violation[] = []
  const add = (what: string, key: string, compared: readonly Compared[]): void => {
    if (compared.length <= numberThreshold(thresholds, key)) return
    const kinds = [...new Set(compared.map(({ kind }) => kind))]
    const requests = compared.flatMap(({ request }) => (request === undefined ? [] : [request.id])).slice(0, evidenceRequestsMax)
    found.push({ text: `${compared.length} ${what} (${kinds.slice(0, 5).join(', ')})`, evidence: { note: `${what}: ${compared.slice(0, 5).map((one) => `${one.key} ${one.request?.detail ?? ''}`.trim()).join('; ')}`, measured: compared.length, allowed: 0, unit: 'count', requests } })
  }
  add('missing', 'missing_max', promised.filter(({ reading }) => reading === 'absent'))
  add('altered', 'altered_max', [...records, ...marks].filter(({ reading }) => reading === 'altered'))
  add('resurrected', 'resurrected_max', deleted.filter((one) => one.acknowledgedAtMs < beforeMs && (one.reading === 'same' || one.reading === 'altered')))
  if ((unexpected?.length ?? 0) > numberThreshold(thresholds, 'unexpected_max')) {
    found.push({ text: `${unexpected?.length ?? 0} unexpected`, evidence: { note: `never written: ${unexpected?.slice(0, 5).join(', ') ?? ''}`, measured: unexpected?.length ?? 0, allowed: 0, unit: 'count' } })
  }
  return found
}

function doubtsOf({ deleted, unexpected, marks, records }: Comparison, promised: readonly Compared[], { beforeMs, thresholds }: Limits): Finding | undefined {
  const unread = [...promised, ...deleted].filter(({ reading }) => reading === 'unread')
  if (unread.length > 0) return inconclusive(`${unread.length} of ${promised.length + deleted.length} records could not be read in the restored copy`)
  const corpus = records.filter((one) => one.acknowledgedAtMs < beforeMs).length
  const corpusMin = numberThreshold(thresholds, 'corpus')
  if (corpus < corpusMin) return inconclusive(`${counted(corpus, 'record')} of the corpus had been acknowledged before the backup, at least ${corpusMin} are needed`)
  if (deleted.length < numberThreshold(thresholds, 'deleted')) return inconclusive(`${counted(deleted.length, 'record')} had been deleted before the backup, at least ${numberThreshold(thresholds, 'deleted')} are needed`)
  if (!marks.some((one) => one.acknowledgedAtMs < beforeMs)) return inconclusive('no fresh record was written right before the backup')
  if (unexpected === undefined) return inconclusive('the restored copy could not be listed')
  return undefined
}

/** How much older than the start of the backup the newest record is that came back. */
function recoveryPoint({ marks }: Comparison, startMs: number): Evidence[] {
  const restored = marks.filter((one) => one.reading === 'same').map((one) => one.acknowledgedAtMs)
  if (restored.length === 0) return []
  return [{ note: 'the newest record that came back was acknowledged so long before the backup began (recovery point)', measured: Math.round(Math.max(0, startMs - greatestOf(restored))), unit: 'ms' }]
}
