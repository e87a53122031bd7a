import { failed, inconclusive, notApplicable, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import type { DatabaseCounters } from '../../core/declarations/database.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, interventionsOf, inWindow, isUnserved, observationsOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { outcomesText, requestEvidence, worstFinding } from '../../core/checks/worst-finding.js'
import { spanOf, succeeded, undisturbed } from './judging.js'
import { lossLabel, markerWrites, moments, mutations, mutationsWithoutReplicas, released } from './names.js'
import { planOf } from './plan.js'
import type { CountersObservation, DatabasePlan } from './servers.js'

const requirement = 'REPL-01'

export const mutationsSucceed: Check = {
  id: 'mutations-succeed-with-and-without-read-replicas',
  requirement,
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return inconclusive('no mutation was sent')
    const sent = requestsOf(history, mutations)
    const absence = absenceOf(history, plan)
    const without = typeof absence === 'string' ? [] : requestsOf(history, mutationsWithoutReplicas).filter((one) => inWindow(one.plannedAtMs, absence) && one.endedAtMs <= absence.toMs)
    return worstFinding([
      judgeArm(history, sent, { name: 'with read replicas', thresholds }),
      typeof absence === 'string' ? inconclusive(absence) : judgeArm(history, without, { name: 'while every read replica was down', thresholds }),
    ])
  },
}

/** From the death of the last read replica to the release of the first, or what is missing of it. */
function absenceOf(history: History, plan: DatabasePlan): { readonly fromMs: number; readonly toMs: number } | string {
  const trials = requestsOf(history, mutationsWithoutReplicas)
  const firstAtMs = trials[0]?.plannedAtMs
  if (firstAtMs === undefined) return 'no mutation was sent without read replicas'
  const spans = plan.replicas.map((server) => {
    const hold = interventionsOf(history, 'hold', lossLabel(server, 'killed')).findLast((one) => one.issuedAtMs <= firstAtMs)
    const fromMs = hold?.witnessedAtMs
    const toMs = observationsOf(history, released, server).find((one) => fromMs !== undefined && one.atMs >= fromMs)?.atMs
    return fromMs === undefined || toMs === undefined ? server : { fromMs, toMs }
  })
  const unseen = spans.find((one) => typeof one === 'string')
  if (typeof unseen === 'string') return `the death of ${unseen} was not witnessed, or it did not reach its end`
  const whole = spans.filter((one) => typeof one !== 'string')
  return { fromMs: greatestOf(whole.map((one) => one.fromMs)), toMs: leastOf(whole.map((one) => one.toMs)) }
}

function judgeArm(history: History, requests: readonly RequestEvent[], { name, thresholds }: { readonly name: string; readonly thresholds: ThresholdValues }): Finding {
  const operations = (factOf(history, 'mutations') as readonly string[] | undefined) ?? []
  const needed = numberThreshold(thresholds, 'per_operation')
  const failuresMax = numberThreshold(thresholds, 'failures_max')
  if (operations.length === 0 || requests.length === 0) return inconclusive(`no mutation was sent ${name}`)
  return undisturbed(history, spanOf(requests), (usable) => {
    const judged = requests.filter((one) => one.outcome !== 'cancelled' && usable(one))
    const lost = judged.filter((one) => isUnserved(one) || !succeeded(one))
    const evidence = operations.map((operation): Evidence => {
      const own = judged.filter((one) => one.operation === operation)
      const broken = own.filter((one) => lost.includes(one))
      return requestEvidence({ note: `${operation} ${name}: ${own.length} sent, failed${broken.length === 0 ? ' none' : `: ${outcomesText(broken)}`}`, measured: broken.length, allowed: failuresMax, unit: 'requests' }, broken)
    })
    if (lost.length > failuresMax) {
      const broken = [...new Set(lost.map((one) => one.operation))].join(', ')
      return failed(`${lost.length} of ${judged.length} mutations failed ${name} (${broken})`, evidence)
    }
    const few = operations.find((operation) => judged.filter((one) => one.operation === operation).length < needed)
    if (few !== undefined) return inconclusive(`${few} was sent ${judged.filter((one) => one.operation === few).length} times ${name}, needs ${needed}`, evidence)
    return passed(`all ${judged.length} mutations succeeded ${name}`, evidence, { strength: strengthOf(judged.length) })
  })
}

export const replicasSeeNoWrite: Check = {
  id: 'read-replicas-see-no-write',
  requirement,
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return inconclusive('no mutation was sent')
    if (!plan.counters) return notApplicable('the servers of the database have no declared counters')
    const sent = requestsOf(history, mutations).filter((one) => one.sentAtMs !== undefined)
    if (sent.length === 0) return inconclusive('no mutation was sent between the readings of the counters')
    const findings = plan.replicas.map((server) => judgeReplica(history, server, { sent: sent.length, thresholds }))
    return worstFinding([...findings, judgePrimary(history, plan, numberThreshold(thresholds, 'writes_counted_ratio_min'))])
  },
}

/** What grew on a server between two moments, or undefined when one reading is missing. */
export function growth(history: History, server: string, [from, to]: readonly [string, string]): (DatabaseCounters & { readonly spanMs: number }) | undefined {
  const at = (when: string): { readonly atMs: number; readonly counters: DatabaseCounters } | undefined => {
    const event = observationsOf(history, 'database-counters', server).find((one) => (one.value as CountersObservation).when === when)
    const counters = (event?.value as CountersObservation | undefined)?.counters
    return event === undefined || counters === undefined ? undefined : { atMs: event.atMs, counters }
  }
  const before = at(from)
  const after = at(to)
  if (before === undefined || after === undefined) return undefined
  const grown = (name: keyof DatabaseCounters): number => after.counters[name] - before.counters[name]
  return { reads: grown('reads'), writes: grown('writes'), refused: grown('refused'), spanMs: after.atMs - before.atMs }
}

function judgeReplica(history: History, server: string, { sent, thresholds }: { readonly sent: number; readonly thresholds: ThresholdValues }): Finding {
  const reading = growth(history, server, [moments.beforeReads, moments.afterReads])
  const mutating = growth(history, server, [moments.afterReads, moments.afterMutations])
  if (reading === undefined || mutating === undefined) return inconclusive(`the counters of ${server} could not be read`)
  const allowed = numberThreshold(thresholds, 'writes_seen_by_replicas_max')
  const evidence: Evidence[] = [
    { note: `changes that clients made on ${server}`, measured: mutating.writes, allowed, unit: 'count' },
    { note: `statements that ${server} refused during ${sent} mutations (${reading.refused} while it was only read from)`, measured: mutating.refused, allowed, unit: 'count' },
  ]
  if (mutating.writes > allowed) return failed(`${mutating.writes} changes were made on ${server}, which is a read replica`, evidence)
  if (mutating.refused <= allowed) {
    // A server that was set back has forgotten what it refused.
    const setBack = Math.min(mutating.reads, mutating.writes, mutating.refused) < 0
    return setBack ? inconclusive(`the counters of ${server} went backwards`, evidence) : passed(`${server} saw and refused none of ${sent} mutations`, evidence)
  }
  // What the service writes by itself is refused all the time, then: only what comes with the mutations and is as many as they are is theirs.
  const byItself = reading.spanMs > 0 ? (reading.refused * mutating.spanMs) / reading.spanMs : Infinity
  const withMutations = mutating.refused - byItself
  if (reading.refused > 0 && withMutations < numberThreshold(thresholds, 'writes_counted_ratio_min') * sent) {
    return inconclusive(`${server} refused ${mutating.refused} statements during the mutations, and ${reading.refused} while it was only read from`, evidence)
  }
  if (reading.refused > 0) {
    return failed(`${server}, a read replica, refused ${mutating.refused} statements during ${sent} mutations, where at most ${Math.ceil(byItself)} came without them`, evidence)
  }
  if (mutating.refused < numberThreshold(thresholds, 'refused_ratio_min') * sent) return inconclusive(`${server} refused ${mutating.refused} statements, too few to be sure that they were among ${sent} mutations`, evidence)
  return failed(`${server}, a read replica, refused ${mutating.refused} statements during ${sent} mutations and none while it was only read from`, evidence)
}

/** The counters must be able to show a write at all. */
function judgePrimary(history: History, plan: DatabasePlan, countedShareMin: number): Finding {
  const acknowledged = [...requestsOf(history, mutations), ...requestsOf(history, markerWrites)].filter(succeeded).length
  const found = plan.primary === null ? undefined : growth(history, plan.primary, [moments.afterReads, moments.afterMutations])
  if (found === undefined) return inconclusive('the counters of the primary could not be read')
  const evidence: Evidence[] = [{ note: `changes that ${plan.primary} counted for ${acknowledged} acknowledged mutations`, measured: found.writes, unit: 'count' }]
  if (acknowledged === 0 || found.writes < countedShareMin * acknowledged) return inconclusive(`the primary counted ${found.writes} changes for ${acknowledged} acknowledged mutations: the counters do not show writes`, evidence)
  return passed(`the primary counted ${found.writes} changes for ${acknowledged} acknowledged mutations`, evidence)
}
