import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import { eventsOf, type History } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, observationsOf, type Intervention } from '../../core/reading.js'
import type { ReadValue } from '../../core/procedure.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { drainSpan, isFinding, landing, missingReturn, type DrainSpan } from './drain-span.js'
import { jobLedger, type JobEntry } from './job-ledger.js'
import { notLanded } from './landed.js'
import { jobsRunningProbe, labels } from './names.js'
import { completeLimitMs } from './queued-jobs.js'

/** A stall of ours beyond this may have made something late that was not. */
const stallMs = 2_000

/** Every job that was accepted was done exactly once (or at least once, where that is declared), although a worker drained and stopped. */
export const check: Check = {
  id: 'queued-work-survives-a-drain',
  requirement: 'DRAIN-10',
  evaluate(history, thresholds) {
    const queue = factOf(history, 'queue') as DeclaredQueue | undefined
    if (queue === undefined) return inconclusive('no job was queued')
    const span = drainSpan(history, labels.behindBalancer)
    if (isFinding(span)) return span
    const jobs = jobLedger(history)
    const seen: Seen = { queue, span, jobs, running: runningAtDrain(history, span, queue), stop: stopAfter(history, span) }
    const evidence = evidenceOf(seen)
    return violation(history, seen, { thresholds, evidence }) ?? doubt(history, seen, { thresholds, evidence }) ?? pass(seen, evidence)
  },
}

interface DeclaredQueue {
  readonly durationMs: number
  readonly redeliveryMs: number
  readonly delivery: 'exactly-once' | 'at-least-once'
}
interface Seen {
  readonly queue: DeclaredQueue
  readonly span: DrainSpan
  readonly jobs: readonly JobEntry[]
  /** Jobs that the replica had taken and not done when it was told to drain; undefined when that was not read in time. */
  readonly running: number | undefined
  readonly stop: Intervention | undefined
}
interface Terms {
  readonly thresholds: ThresholdValues
  readonly evidence: readonly Evidence[]
}

/**
 * The last reading before the drain, if it is so recent that what ran then was still running; or the first one after it, which shows the
 * same from the other side. The larger one holds.
 */
function runningAtDrain(history: History, { target, issuedAtMs, acknowledgedAtMs }: DrainSpan, { durationMs }: DeclaredQueue): number | undefined {
  const readings = observationsOf(history, jobsRunningProbe, target)
  const before = readings.findLast((one) => one.atMs <= issuedAtMs && issuedAtMs - one.atMs <= durationMs / 2)
  const after = readings.find((one) => (one.sentAtMs ?? one.atMs) >= acknowledgedAtMs && one.atMs <= acknowledgedAtMs + durationMs)
  const values = [before, after].map((one) => (one?.value as ReadValue | undefined)?.value).filter((value) => typeof value === 'number')
  return values.length === 0 ? undefined : greatestOf(values)
}

const stopAfter = (history: History, { target, issuedAtMs }: DrainSpan): Intervention | undefined =>
  interventionsOf(history, 'stop').find((one) => one.target === target && one.issuedAtMs > issuedAtMs)

/** A job was done when it was read, or it had its time. */
function overdue({ queue, jobs }: Seen, thresholds: ThresholdValues): readonly JobEntry[] {
  const limitMs = completeLimitMs(numberThreshold(thresholds, 'complete_within_s'), queue, jobs.length)
  return jobs.filter((job) => job.acceptedAtMs !== undefined && job.count === 0 && (job.readAtMs ?? 0) >= job.acceptedAtMs + limitMs * 0.95)
}

function duplicatedBeyond({ queue, jobs, running }: Seen, thresholds: ThresholdValues): { readonly duplicated: readonly JobEntry[]; readonly allowed: number } {
  const duplicated = jobs.filter((job) => (job.count ?? 0) > 1)
  // Declared to happen at least once: what was running at the drain may be done again, and nothing else.
  const allowed = queue.delivery === 'at-least-once' ? (running ?? duplicated.length) : numberThreshold(thresholds, 'duplicates_max')
  return { duplicated, allowed }
}

function violation(history: History, seen: Seen, { thresholds, evidence }: Terms): Finding | undefined {
  const lost = overdue(seen, thresholds)
  const { duplicated, allowed } = duplicatedBeyond(seen, thresholds)
  const lostMax = numberThreshold(thresholds, 'lost_max')
  const total = seen.jobs.filter(({ acceptedAtMs }) => acceptedAtMs !== undefined).length
  const said = [
    ...(lost.length > lostMax ? [`${lost.length} of ${counted(total, 'accepted job')} were never done (allowed ${lostMax})`] : []),
    ...(duplicated.length > allowed ? [`${counted(duplicated.length, 'job was', 'jobs were')} done more than once (allowed ${allowed}, ${seen.queue.delivery.replaceAll('-', ' ')} is declared)`] : []),
  ]
  if (said.length === 0) return undefined
  const shown = [...lost, ...(duplicated.length > allowed ? duplicated : [])].map(({ request }) => request).slice(0, 50)
  // Nothing of ours does a job twice; but a job that is only late may be late because of us.
  const disturbed = duplicated.length > allowed ? null : disturbedHarness(history, spanOfJobs(seen), stallMs)
  return disturbed ?? failed(`${listed(said)} after ${seen.span.target} had been drained and stopped with jobs in progress`, [{ note: 'jobs that were not done exactly once', measured: shown.length, allowed: 0, unit: 'count', requests: shown }, ...evidence])
}

const spanOfJobs = ({ span, jobs }: Seen) => ({ fromMs: span.issuedAtMs, toMs: Math.max(span.acknowledgedAtMs, greatestOf(jobs.map(({ readAtMs = 0 }) => readAtMs))) })

function doubt(history: History, seen: Seen, { thresholds, evidence }: Terms): Finding | undefined {
  const { queue, span, jobs, running, stop } = seen
  const accepted = jobs.filter(({ acceptedAtMs }) => acceptedAtMs !== undefined)
  const needed = numberThreshold(thresholds, 'jobs')
  const runningMin = numberThreshold(thresholds, 'running_at_drain_min')
  const settledAtMs = Math.max(span.acknowledgedAtMs, stop?.acknowledgedAtMs ?? 0) + queue.redeliveryMs
  const unread = accepted.filter(({ count }) => count === undefined).length
  const undone = accepted.filter(({ count }) => count === 0).length
  const early = accepted.filter(({ count, readAtMs = 0 }) => count !== undefined && readAtMs < settledAtMs).length
  const reasons = [
    notLanded(history, span),
    missingReturn(history, span.target, span.acknowledgedAtMs),
    ...(accepted.length < needed ? [`only ${counted(accepted.length, 'job')} of ${needed} were accepted`] : []),
    ...(running === undefined ? [`it is not known how many jobs ran on ${span.target} when it was told to drain`] : []),
    ...(running !== undefined && running < runningMin ? [`only ${counted(running, 'job')} of ${runningMin} ran on ${span.target} when it was told to drain`] : []),
    ...(stop?.witnessedAtMs === undefined ? [`${span.target} was not seen to stop after its drain`] : []),
    ...(unread > 0 ? [`it could not be read whether ${counted(unread, 'job was', 'jobs were')} done`] : []),
    ...(undone > 0 ? [`${counted(undone, 'job was', 'jobs were')} not done yet when last read`] : []),
    ...(early > 0 ? [`${counted(early, 'job')} may still be done again: last read before ${spanned(queue.redeliveryMs)} had passed since the stop`] : []),
    ...([...eventsOf(history, 'incomplete')].length > 0 ? ['the reading of the jobs did not reach its end'] : []),
  ].filter((reason) => reason !== undefined)
  return reasons.length === 0 ? undefined : inconclusive(listed(reasons), evidence)
}

function pass({ jobs, running, span, queue }: Seen, evidence: readonly Evidence[]): Finding {
  const accepted = jobs.filter(({ acceptedAtMs }) => acceptedAtMs !== undefined)
  const again = accepted.filter(({ count = 0 }) => count > 1).length
  const how = queue.delivery === 'exactly-once' ? 'exactly once' : `at least once (${again} of them again)`
  return passed(`all ${accepted.length} accepted jobs were done ${how}, ${running} of which were running on ${span.target} when it was told to drain`, evidence, { strength: strengthOf(running ?? 0) })
}

function evidenceOf({ span, jobs, running }: Seen): Evidence[] {
  const counts = new Map<string, number>()
  for (const { count, acceptedAtMs } of jobs) {
    const state = `${acceptedAtMs === undefined ? 'not certainly accepted, ' : ''}${count === undefined ? 'not read' : count === 0 ? 'not done' : count === 1 ? 'done once' : 'done more than once'}`
    counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  return [
    landing(span),
    ...(running === undefined ? [] : [{ note: `jobs running on ${span.target} when it was told to drain, as it said itself`, measured: running, unit: 'count' as const }]),
    ...[...counts].map(([state, count]) => ({ note: `jobs ${state}`, measured: count, unit: 'count' as const })),
  ]
}
