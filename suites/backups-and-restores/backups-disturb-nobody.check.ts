import { failed, inconclusive, passed, strengthOf, evidenceRequestsMax, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, isIdleReset, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { judgeLatency } from './latency.js'
import { durationMs, liveBackupsOf, type LiveBackup } from './live-backups.js'
import { starvedMachine, troubledBefore } from '../../core/checks/starved-machine.js'
import { loads, wasCut, wasOk } from './vocabulary.js'

/** Of the requests in a window the harness may have given up this share. */
const givenUpMax = 0.01

interface Measured extends LiveBackup {
  readonly span: Window
  /** Requests of users whose lifetime overlaps the backup. */
  readonly during: readonly RequestEvent[]
  readonly before: readonly RequestEvent[]
  /** The longest time in the span in which no write was acknowledged. */
  readonly writeGap: Window
  /** Writes that were planned in it and not given up by us: without any, nobody knows whether it is a stall. */
  readonly askedInGap: number
}

/** BKUP-01: no failed request, no stall of writes and no slow answers while a backup runs. */
export const backupsDisturbNobody: Check = {
  id: 'backups-run-while-users-read-and-write',
  requirement: 'BKUP-01',
  evaluate(history, thresholds) {
    const backups = liveBackupsOf(history)
    if (backups.length === 0) return inconclusive('no backup was taken')
    const cut = backups.find(({ intervention }) => wasCut(intervention))
    if (cut !== undefined) return inconclusive(`the backup ${cut.label} did not reach its end`)
    const refused = backups.find(({ ok }) => !ok)
    if (refused !== undefined) return failed(`the backup ${refused.label} did not succeed while the service was running: ${refused.intervention.error ?? 'it never ended'}`)
    const missing = backups.find(({ artifact }) => (artifact?.bytes ?? 0) === 0)
    if (missing !== undefined) return failed(`the backup ${missing.label} reported success, and there is no file or an empty one`)
    const measured = backups.map((backup) => measure(history, backup))
    const loss = lossIn(history, measured, thresholds)
    if (loss !== undefined) return loss
    const long = measured.filter(({ span }) => durationMs(span) >= numberThreshold(thresholds, 'backup_min_duration_s') * 1_000)
    if (long.length === 0) {
      const longestMs = greatestOf(measured.map(({ span }) => durationMs(span)))
      return inconclusive(`the longest backup took ${Math.round(longestMs)} ms, too short to show a stall: at least ${numberThreshold(thresholds, 'backup_min_duration_s')} s are needed`)
    }
    return judge(history, long, thresholds)
  },
}

function measure(history: History, backup: LiveBackup): Measured {
  const span = backup.window ?? { fromMs: 0, toMs: 0 }
  const users = requestsOf(history, loads.users)
  const during = users.filter((one) => one.plannedAtMs <= span.toMs && one.endedAtMs >= span.fromMs)
  const before = backup.steady === undefined ? [] : requestsOf(history, loads.users, backup.steady).filter((one) => one.endedAtMs < span.fromMs)
  const writeGap = longestWriteGap(users, span)
  const askedInGap = users.filter((one) => isWrite(one) && one.outcome !== 'cancelled' && one.plannedAtMs > writeGap.fromMs && one.plannedAtMs < writeGap.toMs).length
  return { ...backup, span, during, before, writeGap, askedInGap }
}

const isWrite = ({ method }: RequestEvent): boolean => !['GET', 'HEAD'].includes(method)

function longestWriteGap(users: readonly RequestEvent[], { fromMs, toMs }: Window): Window {
  const ends = users.filter((one) => isWrite(one) && wasOk(one) && one.endedAtMs >= fromMs && one.endedAtMs <= toMs).map((one) => one.endedAtMs)
  const marks = [fromMs, ...ends.sort((a, b) => a - b), toMs]
  const gaps = marks.slice(1).map((at, index) => ({ fromMs: marks[index] ?? at, toMs: at }))
  return gaps.reduce((longest, gap) => (durationMs(gap) > durationMs(longest) ? gap : longest), { fromMs, toMs: fromMs })
}

function lossIn(history: History, measured: readonly Measured[], thresholds: ThresholdValues): Finding | undefined {
  for (const { label, during, before, span } of measured) {
    const lost = during.filter((one) => !wasOk(one) && one.outcome !== 'cancelled' && !isIdleReset(one))
    if (lost.length <= numberThreshold(thresholds, 'failed_max')) continue
    const starved = starvedMachine(history, span)
    if (starved !== null) return starved
    const already = troubledBefore([...before.filter((one) => !wasOk(one) && !isIdleReset(one)), ...lost], span.fromMs)
    if (already.length > 0) return inconclusive(`${already.length} requests failed before the backup ${label} too, or had been without an answer for long when it began`)
    return failed(`${lost.length} of ${during.length} requests failed while the backup ${label} ran (${[...new Set(lost.map(({ outcome }) => outcome))].join(', ')})`, [requestEvidence('failed while the backup ran', lost)])
  }
  return undefined
}

function judge(history: History, measured: readonly Measured[], thresholds: ThresholdValues): Finding {
  const gapMax = numberThreshold(thresholds, 'write_stall_ms_max')
  const stalled = [...measured].sort((a, b) => durationMs(b.writeGap) - durationMs(a.writeGap))[0]
  const gapMs = stalled === undefined ? 0 : durationMs(stalled.writeGap)
  const gap: Evidence = { note: `longest time without an acknowledged write during a backup (${stalled?.label ?? ''})`, measured: Math.round(gapMs), allowed: gapMax, unit: 'ms' }
  const during = measured.flatMap((one) => one.during)
  for (const { span } of measured) {
    const disturbed = disturbedHarness(history, span, gapMax / 4)
    if (disturbed !== null) return disturbed
  }
  if (gapMs > gapMax && stalled?.askedInGap === 0) return inconclusive(`no write was sent for ${Math.round(gapMs)} ms while the backup ${stalled.label} ran, so that none could be acknowledged`, [gap])
  if (gapMs > gapMax) return worstStarved(history, measured) ?? failed(`no write was acknowledged for ${Math.round(gapMs)} ms while the backup ${stalled?.label ?? ''} ran, at most ${gapMax} ms are allowed`, [gap])
  const doubt = doubtsOf(measured, thresholds)
  if (doubt !== undefined) return inconclusive(doubt, [gap])
  const latency = judgeLatency({ during, before: measured.flatMap((one) => one.before), what: 'the backups' }, thresholds)
  const starved = latency.outcome === 'failed' ? worstStarved(history, measured) : null
  if (starved !== null) return starved
  if (latency.outcome !== 'passed') return { outcome: latency.outcome === 'failed' ? 'failed' : 'inconclusive', summary: latency.summary, evidence: [...latency.evidence, gap] }
  const sizes = measured.map(({ label, artifact, span }): Evidence => ({ note: `the backup ${label}: ${artifact?.bytes ?? 0} bytes, SHA-256 ${artifact?.sha256.slice(0, 16) ?? ''}`, measured: Math.round(durationMs(span)), unit: 'ms' }))
  return passed(`none of ${during.length} requests failed during ${counted(measured.length, 'backup')}, writes never stopped for more than ${gap.measured ?? 0} ms`, [gap, ...latency.evidence, ...sizes], { strength: strengthOf(during.length) })
}

const worstStarved = (history: History, measured: readonly Measured[]): Finding | null => measured.map(({ span }) => starvedMachine(history, span)).find((one) => one !== null) ?? null

function doubtsOf(measured: readonly Measured[], thresholds: ThresholdValues): string | undefined {
  const writesMin = numberThreshold(thresholds, 'writes_during_min')
  for (const { label, during } of measured) {
    const writes = during.filter((one) => isWrite(one) && wasOk(one)).length
    if (writes < writesMin) return `${counted(writes, 'write')} fell into the backup ${label}, at least ${writesMin} are needed`
    const givenUp = during.filter(({ outcome }) => outcome === 'cancelled').length
    if (givenUp > during.length * givenUpMax) return `the harness gave up ${givenUp} of ${during.length} requests during the backup ${label}`
  }
  return undefined
}

const requestEvidence = (note: string, requests: readonly RequestEvent[]): Evidence => ({ note, measured: requests.length, unit: 'requests', requests: requests.slice(0, evidenceRequestsMax).map(({ id }) => id) })
