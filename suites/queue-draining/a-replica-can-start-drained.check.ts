import { failed, inconclusive, passed, strengthOf, type Check, type Evidence } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { ProbeSample } from '../../core/checks/readiness-samples.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, interventionsOf, isUnserved, numberFact, requestsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { drainedStart, type DrainedStart } from './drained-start.js'
import { labels, loads } from './names.js'
import { probeSamples } from './probe-samples.js'
import { answered, idsOf, judgeable, talliedOutcomes } from './wording.js'

const stallMs = 1_000
const probesMin = 10

/** A replica that was started drained can be tested directly, gets nothing from the balancer, and then enters the rotation. */
export const check: Check = {
  id: 'a-replica-can-start-drained',
  requirement: 'DRAIN-09',
  evaluate(history, thresholds) {
    const start = drainedStart(history)
    if (typeof start === 'string') return inconclusive(start)
    const seen = whatWasSeen(history, start)
    const evidence = evidenceOf(seen)
    const faults = faultsIn(seen, thresholds)
    const window = { fromMs: start.issuedAtMs, toMs: seen.untilMs }
    if (faults.length > 0) return disturbedHarness(history, window, stallMs) ?? failed(`${start.target}, started in drained state, ${listed(faults)}`, evidence)
    const missing = missingIn(history, seen, thresholds)
    if (missing.length > 0) return inconclusive(listed(missing), evidence)
    return disturbedHarness(history, window, stallMs) ?? passed(
      `${start.target} started drained: ${counted(seen.direct.length, 'direct request')} succeeded in ${spanned(seen.watchedMs)} while readiness failed and the balancer sent nothing, and it answered through the balancer ${spanned(Math.max(0, (seen.enteredAtMs ?? 0) - (seen.undrain?.acknowledgedAtMs ?? 0)))} after the undrain`,
      evidence,
      { strength: strengthOf(seen.direct.length) },
    )
  },
}

interface Seen {
  readonly start: DrainedStart
  readonly undrain: Intervention | undefined
  /** The first direct request that succeeded, to the undrain. */
  readonly servesAtMs: number | undefined
  readonly watchedMs: number
  /** Direct requests in that span. */
  readonly direct: readonly RequestEvent[]
  /** From the start to the undrain. */
  readonly readiness: readonly ProbeSample[]
  readonly liveness: readonly ProbeSample[]
  /** Through the balancer, sent between the start and the undrain: what reached the replica, what may have, and how many others answered. */
  readonly balanced: readonly RequestEvent[]
  readonly untold: readonly RequestEvent[]
  readonly others: number
  readonly enteredAtMs: number | undefined
  readonly boots: ReadonlySet<string>
  readonly untilMs: number
}

function whatWasSeen(history: History, start: DrainedStart): Seen {
  const { target, issuedAtMs } = start
  const undrain = interventionsOf(history, 'undrain', labels.startedDrained).find((one) => one.target === target)
  // What comes when it was taken back is another one.
  const takenBackAtMs = start.by === 'platform' ? leastOf(interventionsOf(history, 'rollOut').filter((one) => one.issuedAtMs > issuedAtMs).map((one) => one.issuedAtMs)) : Infinity
  const endMs = undrain?.issuedAtMs ?? takenBackAtMs
  const isIts = ({ boot }: { readonly boot?: string | undefined }): boolean => boot === undefined || !start.boots.before.has(boot)
  const sent = requestsOf(history, loads.startedDrained).filter((one) => one.via === target && judgeable(one) && isIts(one) && sentMs(one) < endMs)
  const servesAtMs = sent.find(answered)?.endedAtMs
  const direct = servesAtMs === undefined ? [] : sent.filter((one) => one.endedAtMs >= servesAtMs)
  const between = (samples: readonly ProbeSample[]): ProbeSample[] => samples.filter((one) => one.sentAtMs >= issuedAtMs && one.atMs <= endMs && isIts(one))
  // Whatever became of it: a replica that is to get nothing may also refuse what it gets.
  const background = requestsOf(history, loads.background)
  const whileDrained = background.filter((one) => sentMs(one) > start.fromMs && sentMs(one) < endMs)
  const isAnothers = (one: RequestEvent): boolean => one.boot !== undefined && start.boots.before.has(one.boot)
  const reachedIt = (one: RequestEvent): boolean =>
    start.by === 'platform' ? one.boot !== undefined && (start.boots.since.has(one.boot) || (one.instance === target && !isAnothers(one))) : one.instance === target
  // From then on a name alone may be that of the one before, which goes on for a while.
  const isUntold = (one: RequestEvent): boolean => (one.instance === undefined && isUnserved(one)) || (start.by === 'platform' && one.instance === target && one.boot === undefined)
  const served = background.filter((one) => one.instance !== undefined && answered(one))
  const entered = served.find((one) => one.instance === target && isIts(one) && sentMs(one) >= endMs && sentMs(one) < takenBackAtMs)
  const readiness = between(probeSamples(history, 'readiness', target))
  const isOfIt = (one: Intervention): boolean => one.target === target || (start.by === 'platform' && one.name === 'rollOut')
  const later = interventionsOf(history).filter((one) => isOfIt(one) && one.issuedAtMs > (undrain?.issuedAtMs ?? issuedAtMs)).map((one) => one.issuedAtMs)
  const untilMs = Math.min(Math.min(Infinity, leastOf(later)), Math.max(issuedAtMs, greatestOf(served.map((one) => one.endedAtMs)), greatestOf(sent.map((one) => one.endedAtMs))))
  return {
    start, undrain, servesAtMs, direct, readiness, untilMs,
    watchedMs: servesAtMs === undefined ? 0 : (undrain?.issuedAtMs ?? direct.at(-1)?.endedAtMs ?? servesAtMs) - servesAtMs,
    liveness: servesAtMs === undefined ? [] : between(probeSamples(history, 'liveness', target)).filter((one) => one.sentAtMs >= servesAtMs),
    balanced: whileDrained.filter(reachedIt),
    untold: whileDrained.filter(isUntold),
    others: whileDrained.filter((one) => one.instance !== undefined && answered(one) && !reachedIt(one) && (start.by !== 'platform' || (one.boot !== undefined && sentMs(one) >= issuedAtMs))).length,
    enteredAtMs: entered === undefined ? undefined : sentMs(entered),
    boots: new Set([...readiness.flatMap(({ boot }) => boot ?? []), ...(entered?.boot === undefined ? [] : [entered.boot])]),
  }
}

const sentMs = (request: RequestEvent): number => request.sentAtMs ?? request.plannedAtMs

function faultsIn(seen: Seen, thresholds: ThresholdValues): string[] {
  const { readiness, liveness, direct, balanced, undrain, enteredAtMs, untilMs, boots } = seen
  const passing = readiness.filter(({ outcome }) => outcome === 'pass').length
  const dead = liveness.filter(({ outcome }) => outcome !== 'pass').length
  const broken = direct.filter((one) => !answered(one))
  const allowed = numberThreshold(thresholds, 'lb_requests_max')
  const limitMs = numberThreshold(thresholds, 'enters_rotation_within_s') * 1_000
  const acknowledgedAtMs = undrain?.acknowledgedAtMs
  const afterMs = acknowledgedAtMs === undefined ? 0 : (enteredAtMs ?? untilMs) - acknowledgedAtMs
  return [
    ...(passing > 0 ? [`reported ready ${counted(passing, 'time')} before its drain was undone`] : []),
    ...(dead > 0 ? [`failed ${dead} of ${counted(liveness.length, 'liveness probe')} while it was drained`] : []),
    ...(broken.length > 0 ? [`failed ${broken.length} of ${counted(direct.length, 'direct request')} (${talliedOutcomes(broken)})`] : []),
    ...(balanced.length > allowed ? [`got ${counted(balanced.length, 'request')} through the balancer while it was drained (allowed ${allowed})`] : []),
    ...(afterMs > limitMs ? [`${enteredAtMs === undefined ? 'had not answered' : 'answered only'} ${spanned(afterMs)} after the undrain through the balancer (allowed ${spanned(limitMs)})`] : []),
    ...(boots.size > 1 ? ['was another process when it entered the rotation'] : []),
  ]
}

function missingIn(history: History, seen: Seen, thresholds: ThresholdValues): string[] {
  const { start, undrain, servesAtMs, watchedMs, direct, readiness, liveness, untold, others, enteredAtMs } = seen
  const { target } = start
  const neededMs = 2 * (numberFact(history, 'returnWindowMs') ?? Infinity)
  const directMin = numberThreshold(thresholds, 'direct_ok_min')
  const explicit = readiness.filter(({ outcome, sentAtMs }) => outcome === 'fail' && sentAtMs >= (servesAtMs ?? Infinity)).length
  return [
    ...(start.by === 'platform' && start.boots.since.size === 0 ? [`answers do not say which process of ${target} gave them`] : []),
    ...(start.witnessedAtMs === undefined ? [`${target} was not seen to start${start.error === undefined ? '' : `: ${start.error}`}`] : []),
    ...(servesAtMs === undefined ? [`${target} served no direct request`] : []),
    ...(watchedMs < neededMs ? [`${target} was watched for only ${spanned(watchedMs)}, less than two return windows of the balancer`] : []),
    ...(direct.length < directMin ? [`only ${counted(direct.length, 'direct request')} of ${directMin} were sent`] : []),
    ...(explicit < probesMin ? [`only ${counted(explicit, 'failing readiness answer')} of ${probesMin} were seen`] : []),
    ...(liveness.length < probesMin ? [`only ${counted(liveness.length, 'liveness answer')} of ${probesMin} were seen`] : []),
    ...(untold.length > 0 ? [`${counted(untold.length, 'request')} through the balancer may have reached ${target}: they failed, or do not say which process answered`] : []),
    ...(others < directMin ? [`only ${counted(others, 'request')} through the balancer said who answered`] : []),
    ...(undrain?.acknowledgedAtMs === undefined ? [`the undrain of ${target} was not acknowledged${undrain?.error === undefined ? '' : `: ${undrain.error}`}`] : []),
    ...(enteredAtMs === undefined ? [`${target} was not seen to answer through the balancer afterwards`] : []),
  ]
}

function evidenceOf({ start, readiness, liveness, direct, balanced, others, enteredAtMs, undrain }: Seen): Evidence[] {
  const failing = direct.filter((one) => !answered(one))
  return [
    { note: `${start.target} while it was drained: readiness passed`, measured: readiness.filter(({ outcome }) => outcome === 'pass').length, allowed: 0, unit: 'count' },
    { note: 'liveness probes that failed meanwhile', measured: liveness.filter(({ outcome }) => outcome !== 'pass').length, allowed: 0, unit: 'count' },
    { note: `direct requests that failed, of ${direct.length}`, measured: failing.length, allowed: 0, unit: 'requests', requests: idsOf(failing) },
    { note: `requests through the balancer that reached it, while ${others} reached others`, measured: balanced.length, allowed: 0, unit: 'requests', requests: idsOf(balanced) },
    ...(enteredAtMs === undefined || undrain?.acknowledgedAtMs === undefined ? [] : [{ note: 'first answer through the balancer, after the undrain', measured: Math.max(0, Math.round(enteredAtMs - undrain.acknowledgedAtMs)), unit: 'ms' as const }]),
  ]
}
