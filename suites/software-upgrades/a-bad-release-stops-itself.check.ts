import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { readinessSamples } from '../../core/checks/readiness-samples.js'
import { eventsOf, type History, type InstanceId } from '../../core/history.js'
import type { ReadValue } from '../../core/procedure.js'
import { disturbedHarness, factOf, observationsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { answered, failureEvidence } from './failed-requests.js'
import { labels, loads, probes } from './names.js'
import { instancesOf, replicaVersions, rollOutSpan, type RollOutSpan } from './roll-out-span.js'
import { shortages, unreadyRuns } from './unready-runs.js'

/** A release that never becomes ready is on few replicas when its roll-out ends with a failure, clients notice nothing, and it can be taken back. */
export const aBadReleaseStopsItself: Check = {
  id: 'a-bad-release-stops-itself',
  requirement: 'UPGR-05',
  evaluate(history, thresholds) {
    const releases = (factOf(history, 'bad-releases') as readonly string[] | undefined) ?? []
    if (releases.length === 0) return inconclusive('no bad release was rolled out')
    const findings = releases.map((release) => judgeRelease(history, thresholds, release))
    const worst = findings.find((one) => one.outcome === 'failed') ?? findings.find((one) => one.outcome !== 'passed')
    if (worst !== undefined) return worst
    const { requests } = answered(history, trafficLoads, rollOutSpan(history, labels.bad(releases[0]!))?.fromMs ?? 0)
    if (requests.length < numberThreshold(thresholds, 'requests_min')) return inconclusive(`only ${requests.length} of at least ${numberThreshold(thresholds, 'requests_min')} requests were sent`)
    return passed(`${listed(findings.map((one) => one.summary))}; none of ${requests.length} requests failed`, findings.flatMap((one) => one.evidence), { strength: strengthOf(requests.length) })
  },
}

const trafficLoads = [loads.reads('bad'), loads.writes('bad'), loads.inFlight('bad')]

function judgeRelease(history: History, thresholds: ThresholdValues, release: string): Finding {
  const limit = (key: string): number => numberThreshold(thresholds, key)
  const span = rollOutSpan(history, labels.bad(release))
  if (span === undefined) return inconclusive(`${release} was not rolled out, or its roll-out was not seen to end`)
  const recovery = rollOutSpan(history, labels.recovery(release))
  const toMs = recovery?.toMs ?? span.toMs
  const bad = badReplicas(history, span, recovery?.fromMs ?? Infinity)
  if (bad.becameReady.length > 0) return inconclusive(`${release} became ready on ${listed(bad.becameReady)}: it is not bad`)
  const failures = answered(history, trafficLoads, span.fromMs).failures.filter((one) => one.plannedAtMs <= toMs)
  if (failures.length > limit('failed_max')) return failed(`${failures.length} requests failed while ${release} was rolled out and taken back`, [failureEvidence('failed requests through the balancer', failures)])
  return spreadVerdict(history, { span, toMs, bad: bad.seen }, thresholds) ?? haltVerdict(span, limit('halt_within_s')) ?? recoveryVerdict(history, release, recovery) ?? seenVerdict(history, { span, toMs, bad: bad.seen })
}

interface Spread {
  readonly span: RollOutSpan
  /** End of the recovery. */
  readonly toMs: number
  readonly bad: readonly InstanceId[]
}

/** Replicas that said they run the bad release, and those of them that were ready with it. */
function badReplicas(history: History, span: RollOutSpan, untilMs: number): { readonly seen: readonly InstanceId[]; readonly becameReady: readonly InstanceId[] } {
  const seen = instancesOf(history).flatMap((instance) => {
    const readings = observationsOf(history, probes.version, instance, { fromMs: span.fromMs, toMs: untilMs }).map((event) => event.value as ReadValue)
    const boots = readings.filter(({ outcome, value }) => outcome === 'read' && String(value) === span.reads).map(({ boot }) => boot)
    return boots.length === 0 ? [] : [{ instance, boots: new Set(boots) }]
  })
  const ready = seen.filter(({ instance, boots }) => readinessSamples(history, instance).some(({ outcome, boot }) => outcome === 'pass' && boot !== undefined && boots.has(boot)))
  return { seen: seen.map((one) => one.instance), becameReady: ready.map((one) => one.instance) }
}

function spreadVerdict(history: History, { span, toMs, bad }: Spread, thresholds: ThresholdValues): Finding | null {
  const allowed = numberThreshold(thresholds, 'bad_replicas_max')
  const displaced = span.end.displaced ?? 0
  if (displaced > allowed) return failed(`${span.release} took the place of ${counted(displaced, 'replica')}, as the platform counts them`, [{ note: 'replicas of the bad release instead of those of before', measured: displaced, allowed, unit: 'count' }])
  if (bad.length > allowed) return failed(`${span.release} spread to ${counted(bad.length, 'replica')} (${listed(bad)})`, [{ note: 'replicas on the bad release', measured: bad.length, allowed, unit: 'count' }])
  const missingMax = (factOf(history, 'upgrade') as { readonly maxUnavailable?: number } | undefined)?.maxUnavailable ?? 1
  const window = { fromMs: span.fromMs, toMs }
  const short = shortages(unreadyRuns(history, instancesOf(history), window), missingMax, numberThreshold(thresholds, 'shortage_ms_min'))
  if (short[0] === undefined) return null
  const { missing } = short[0]
  return disturbedHarness(history, window, numberThreshold(thresholds, 'shortage_ms_min')) ?? failed(`${listed(missing)} were away at the same time while ${span.release} was rolled out`, [{ note: 'replicas that were not ready', measured: missing.length, allowed: missingMax, unit: 'count' }])
}

function haltVerdict(span: RollOutSpan, haltWithinS: number): Finding | null {
  const { end, release } = span
  if (end.ok) return failed(`the roll-out of ${release} reported success`)
  if (end.cause === 'intervention') return inconclusive(`the harness could not carry on the roll-out of ${release}: ${end.error ?? ''}`)
  const tookMs = span.toMs - span.fromMs
  return tookMs >= haltWithinS * 1_000 ? failed(`the roll-out of ${release} had not halted after ${spanned(tookMs)}`, [{ note: 'time until the roll-out ended', measured: Math.round(tookMs), allowed: haltWithinS * 1_000, unit: 'ms' }]) : null
}

function recoveryVerdict(history: History, release: string, recovery: RollOutSpan | undefined): Finding | null {
  if (recovery === undefined) return inconclusive(`whether ${release} can be taken back was not seen`)
  if (!recovery.end.ok) {
    const said = `${release} could not be taken back: ${recovery.end.error ?? 'no reason given'}`
    return recovery.end.cause === 'intervention' ? inconclusive(said) : failed(said)
  }
  const off = replicaVersions(history, recovery).filter(({ after }) => after?.version !== recovery.reads)
  if (off.length > 0) {
    const known = off.filter(({ after }) => after !== undefined)
    return known.length > 0 ? failed(`${listed(known.map((one) => one.instance))} did not return from ${release}`) : inconclusive(`the version of ${listed(off.map((one) => one.instance))} after ${release} could not be read`)
  }
  for (const gate of eventsOf(history, 'gate')) if (gate.name === labels.recovery(release) && gate.passed) return null
  return inconclusive(`steady state was not seen again after ${release}`)
}

function seenVerdict(history: History, { span, toMs, bad }: Spread): Finding {
  const reached = span.end.reached ?? 0
  if (bad.length === 0 && reached === 0) return inconclusive(`${span.release} was not seen on any replica`)
  const doubtful = answered(history, trafficLoads, span.fromMs).doubtful.filter((one) => one.plannedAtMs <= toMs)
  if (doubtful.length > 0) return inconclusive(`${counted(doubtful.length, 'request')} failed while the harness was disturbed`)
  const evidence: Evidence[] = [{ note: `${span.release}: the roll-out ended with "${(span.end.error ?? '').slice(-160)}"`, measured: Math.round(span.toMs - span.fromMs), unit: 'ms' }]
  return passed(`${span.release} got to ${bad.length === 0 ? `${counted(reached, 'replica')}, as the platform counts them,` : listed(bad)} and was halted after ${spanned(span.toMs - span.fromMs)}`, evidence)
}
