import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, eventsOfPlatform, isIdleReset, observationsOf, requestsOf, type Window } from './reading-events.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { judgeLatency } from './latency.js'
import { idsOf, liveRestoreOf, overlaps, overtaken, readsOf, type LiveRestore, type Read } from './live-restores.js'
import { starvedMachine, troubledBefore } from '../../core/checks/starved-machine.js'
import { interventions, loads, wasCut, wasOk, type Span } from './vocabulary.js'

const label = 'namespace'
interface NamespaceDamage {
  readonly modified: readonly string[]
  readonly deleted: readonly string[]
  readonly created: readonly string[]
}

/** BKUP-05: one namespace is as in the backup again, and nobody else noticed. */
export const restoresRunLive: Check = {
  id: 'a-restore-runs-while-the-service-runs',
  requirement: 'BKUP-05',
  evaluate(history, thresholds) {
    const restore = liveRestoreOf(history, interventions.live, label)
    if (restore === undefined) return inconclusive('no live restore was made')
    const damage = observationsOf(history, 'namespace-damage').at(-1)?.value as NamespaceDamage | undefined
    if (damage === undefined || damage.modified.length === 0 || damage.created.length === 0) return inconclusive('there was no damage to restore')
    if (wasCut(restore.intervention)) return inconclusive('the live restore did not reach its end')
    if (!restore.ok) return failed(`the live restore did not succeed: ${restore.intervention.error ?? 'it never ended'}`)
    return judgePart(history, damage) ?? judgeBystanders(history, restore, thresholds)
  },
}

/** What of the restored part is not as it was in the backup. */
function judgePart(history: History, damage: NamespaceDamage): Finding | undefined {
  const records = readsOf(history, 'namespace-after')
  const created = readsOf(history, 'namespace-created-after')
  const wrong = records.filter(({ reading }) => reading === 'absent' || reading === 'altered')
  const left = created.filter(({ reading }) => reading === 'same' || reading === 'altered')
  if (wrong.length > 0) return failed(`after the restore ${wrong.length} of ${records.length} records of the namespace are not as they were in the backup`, [evidenceOf('not as they were', wrong)])
  if (left.length > 0) return failed(`after the restore ${left.length} of ${created.length} records are there that came after the backup`, [evidenceOf('came after the backup', left)])
  const unread = [...records, ...created].filter(({ reading }) => reading === 'unread')
  if (records.length === 0 || unread.length > 0) return inconclusive(`${unread.length} of ${records.length + created.length} records of the namespace could not be read after the restore`)
  const seen = new Set([...records, ...created].map(({ key }) => key))
  return [...damage.modified, ...damage.deleted, ...damage.created].every((key) => seen.has(key)) ? undefined : inconclusive('not every damaged record was read after the restore')
}

const evidenceOf = (note: string, reads: readonly Read[]): Evidence => ({ note: `${note}: ${reads.slice(0, 5).map(({ key }) => key).join(', ')}`, measured: reads.length, allowed: 0, unit: 'count', requests: idsOf(reads) })

function judgeBystanders(history: History, { intervention, window }: LiveRestore, thresholds: ThresholdValues): Finding {
  const span = observationsOf(history, 'steady-traffic', label).at(-1)?.value as Span | undefined
  const users = requestsOf(history, loads.users)
  const during = [...users, ...requestsOf(history, 'bystander-records')].filter(overlaps(window))
  const before = span === undefined ? [] : users.filter((one) => one.plannedAtMs >= span.fromMs && one.endedAtMs <= Math.min(span.toMs, window.fromMs))
  const violation = lossIn(history, { during, before, window }, thresholds) ?? lostRecords(history, thresholds) ?? restartIn(history, { users, window }, thresholds)
  if (violation !== undefined) return violation
  const durationMs = window.toMs - window.fromMs
  const minMs = numberThreshold(thresholds, 'restore_min_duration_s') * 1_000
  const needed = numberThreshold(thresholds, 'requests_during_min')
  if (durationMs < minMs && during.length < needed) return inconclusive(`the restore took ${Math.round(durationMs)} ms and ${during.length} requests of others overlapped it: at least ${minMs} ms or ${needed} requests are needed`)
  if (intervention.witness === undefined) return inconclusive('the restore said that it succeeded, and was not seen to mend a record')
  const written = requestsOf(history, 'bystander-records').filter((one) => wasOk(one) && overlaps(window)(one)).length
  if (written === 0) return inconclusive('no write of others was acknowledged during the restore')
  const latency = judgeLatency({ during: during.filter(({ load }) => load === loads.users), before, what: 'the restore' }, thresholds)
  if (latency.outcome === 'failed') return disturbedHarness(history, window, numberThreshold(thresholds, 'p99_slack_ms')) ?? starvedMachine(history, window) ?? failed(latency.summary, latency.evidence)
  if (latency.outcome === 'inconclusive') return inconclusive(latency.summary, latency.evidence)
  const slow: Evidence = { note: latency.summary }
  const given = during.filter(({ outcome }) => outcome === 'cancelled').length
  if (given > during.length / 100) return inconclusive(`the harness gave up ${given} of ${during.length} requests during the restore`)
  return passed(
    `the namespace is as in the backup; of ${during.length} requests of others none failed, and every one of ${readsOf(history, 'bystander-records-after').length} records holds its last acknowledged value`,
    [slow, ...latency.evidence, { note: 'duration of the restore', measured: Math.round(durationMs), unit: 'ms' }],
    { strength: strengthOf(during.length) },
  )
}

function lossIn(history: History, { during, before, window }: { readonly during: readonly RequestEvent[]; readonly before: readonly RequestEvent[]; readonly window: Window }, thresholds: ThresholdValues): Finding | undefined {
  const lost = during.filter((one) => !wasOk(one) && one.outcome !== 'cancelled' && !isIdleReset(one))
  if (lost.length <= numberThreshold(thresholds, 'bystander_failed_max')) return undefined
  const starved = starvedMachine(history, window)
  if (starved !== null) return starved
  const already = troubledBefore([...before.filter((one) => !wasOk(one) && !isIdleReset(one)), ...lost], window.fromMs)
  if (already.length > 0) return inconclusive(`${already.length} requests failed before the restore too, or had been without an answer for long when it began`)
  return failed(`${lost.length} of ${during.length} requests of others failed during the restore (${[...new Set(lost.map(({ outcome, status }) => `${outcome}${status === undefined ? '' : ` ${status}`}`))].join(', ')})`, [
    { note: 'failed during the restore', measured: lost.length, allowed: numberThreshold(thresholds, 'bystander_failed_max'), unit: 'requests', requests: lost.slice(0, 50).map(({ id }) => id) },
  ])
}

function lostRecords(history: History, thresholds: ThresholdValues): Finding | undefined {
  const reads = readsOf(history, 'bystander-records-after')
  const late = overtaken(history, reads, ['bystander-records'])
  const lost = reads.filter((one) => (one.reading === 'absent' || one.reading === 'altered') && !late.includes(one))
  if (lost.length > numberThreshold(thresholds, 'bystander_lost_max')) return failed(`${lost.length} of ${reads.length} records of others lost their last acknowledged value`, [evidenceOf('not the last acknowledged value', lost)])
  if (late.length > 0) return inconclusive(`a write of ${late.length} records of others got no answer, and may have landed after the one that was last acknowledged`, [evidenceOf('may have been overtaken', late)])
  const unread = reads.filter(({ reading }) => reading === 'unread')
  if (reads.length === 0 || unread.length > 0) return inconclusive(`${unread.length} of ${reads.length} records of others could not be read after the restore`)
  return undefined
}

/** A replica that another boot answered for during or after the restore, or that was started meanwhile. */
function restartIn(history: History, { users, window }: { readonly users: readonly RequestEvent[]; readonly window: Window }, thresholds: ThresholdValues): Finding | undefined {
  const started = eventsOfPlatform(history, 'process-started').filter(({ atMs }) => atMs >= window.fromMs && atMs <= window.toMs + 500)
  const boots = new Map<string, Set<string>>()
  for (const { instance, boot } of users) if (instance !== undefined && boot !== undefined) boots.set(instance, (boots.get(instance) ?? new Set()).add(boot))
  const rebooted = [...boots].filter(([, seen]) => seen.size > 1).map(([instance]) => instance)
  const restarts = new Set([...rebooted, ...started.map(({ target }) => target)])
  if (restarts.size <= numberThreshold(thresholds, 'restarts_max')) return undefined
  return failed(`the restore restarted ${[...restarts].join(', ')}`)
}
