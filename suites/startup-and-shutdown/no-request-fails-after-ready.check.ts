import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, evidenceRequestsMax, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { readinessSamples, type ProbeSample } from '../../core/checks/readiness-samples.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, requestsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'

/** A stall of the harness that can make a request fail by itself, and how near to the request trouble of ours counts. */
const stallMsMax = 1_000
const disturbanceNearMs = 250

/** One start: the race between readiness and real requests, all of them sent to the instance directly. */
interface Race {
  readonly start: Intervention
  readonly label: string
  readonly ready: ProbeSample | undefined
  /** Sent after the first passing readiness answer had arrived. */
  readonly requests: readonly RequestEvent[]
  readonly failures: readonly RequestEvent[]
  /** Timed out while the harness itself still delayed the dependency: says nothing about readiness. */
  readonly delayedByUs: number
  /** Timed out behind a delay of which nothing shows that it was ever taken back: may be ours or the service's. */
  readonly delayedForEver: number
  /** Given up by the harness: any of them could have failed. */
  readonly cancelled: number
  readonly slowed: boolean
}

const sentAtMs = (request: RequestEvent): number => request.sentAtMs ?? request.plannedAtMs
const succeeded = ({ outcome }: RequestEvent): boolean => outcome === 'ok' || outcome === 'degraded'

function raceOf(history: History, start: Intervention): Race {
  const label = start.label ?? ''
  const stopAtMs = interventionsOf(history, 'stop').find((stop) => stop.target === start.target && stop.issuedAtMs > start.issuedAtMs)?.issuedAtMs ?? Infinity
  const samples = readinessSamples(history, start.target, { fromMs: start.issuedAtMs, toMs: stopAtMs })
  const ready = samples.find((sample) => sample.outcome === 'pass')
  const delay = interventionsOf(history, 'fault-dependency', start.label).find((fault) => fault.witnessedAtMs !== undefined)
  const behindDelay = (request: RequestEvent): boolean =>
    delay !== undefined && request.outcome === 'timeout' && sentAtMs(request) <= (delay.undoneAtMs ?? Infinity)
  const sent = ready === undefined ? [] : requestsOf(history, label).filter((one) => sentAtMs(one) > ready.atMs && sentAtMs(one) < stopAtMs)
  const after = sent.filter((one) => one.outcome !== 'cancelled')
  const requests = after.filter((request) => !behindDelay(request))
  const delayed = after.length - requests.length
  return {
    start,
    label,
    ready,
    requests,
    failures: requests.filter((request) => !succeeded(request)),
    delayedByUs: delay?.undoneAtMs === undefined ? 0 : delayed,
    delayedForEver: delay?.undoneAtMs === undefined ? delayed : 0,
    cancelled: sent.length - after.length,
    slowed: delay !== undefined,
  }
}

function evidenceOf({ start, label, ready, requests, failures, delayedByUs, slowed }: Race): Evidence {
  const tookMs = (ready?.atMs ?? start.issuedAtMs) - start.issuedAtMs
  const excluded = delayedByUs === 0 ? '' : `, ${delayedByUs} timed out behind our own delay and are not counted`
  const outcomes = failures.length === 0 ? '' : ` (${[...new Set(failures.map((one) => (one.status === undefined ? one.outcome : `status ${one.status}`)))].join(', ')})`
  return {
    note: `${label} of ${start.target}${slowed ? ' with a delayed dependency' : ''}: ready after ${spanned(tookMs)}, ${failures.length} of ${requests.length} requests sent afterwards failed${outcomes}${excluded}`,
    measured: failures.length,
    unit: 'requests',
    requests: failures.slice(0, evidenceRequestsMax).map((one) => one.id),
  }
}

/** What keeps one race from being judged as won, or undefined. */
function missingIn(race: Race, thresholds: ThresholdValues): string | undefined {
  const { label, start, ready, requests, cancelled, delayedForEver } = race
  if (start.witnessedAtMs === undefined) return `${label} was not witnessed: ${start.error ?? 'no new process was seen'}`
  if (ready === undefined) return `readiness of ${start.target} never passed after ${label}`
  if (cancelled > 0) return `${counted(cancelled, 'request')} after ready in ${label} had to be cancelled by the harness`
  if (delayedForEver > 0) return `${counted(delayedForEver, 'request')} timed out after ready in ${label}, behind a delay of ours that was not seen to be taken back`
  const needed = numberThreshold(thresholds, 'requests_after_ready_min')
  if (requests.length < needed) return `only ${counted(requests.length, 'request')} of ${needed} were sent after ready in ${label}`
  const firstWithinMs = numberThreshold(thresholds, 'first_request_within_ms')
  const first = leastOf(requests.map(sentAtMs)) - ready.atMs
  return first > firstWithinMs ? `the first request after ready in ${label} was sent only after ${spanned(first)}, so an early failure could not be seen` : undefined
}

function missingStarts(history: History, races: readonly Race[], thresholds: ThresholdValues): string[] {
  const starts = numberThreshold(thresholds, 'starts')
  const slowedStarts = numberThreshold(thresholds, 'slowed_starts')
  const slowed = races.filter((race) => race.slowed).length
  return [
    ...(races.length < starts ? [`only ${counted(races.length, 'start')} of ${starts} took place`] : []),
    ...(canBeSlowed(history) && slowed < slowedStarts ? [`a dependency was seen to be delayed in only ${slowed} of ${counted(slowedStarts, 'slowed start')}`] : []),
  ]
}

const canBeSlowed = (history: History): boolean => {
  const delayable = factOf(history, 'delayableDependencies')
  return !Array.isArray(delayable) || delayable.length > 0
}

function evaluate(history: History, thresholds: ThresholdValues): Finding {
  const races = interventionsOf(history, 'start').map((start) => raceOf(history, start))
  if (races.length === 0) return inconclusive('no instance was started')
  const evidence = races.filter((race) => race.ready !== undefined).map(evidenceOf)
  const allowed = numberThreshold(thresholds, 'failed_after_ready_max')
  const witnessed = races.filter((race) => race.start.witnessedAtMs !== undefined)
  const failures = witnessed.flatMap((race) => race.failures)
  const requests = witnessed.reduce((sum, race) => sum + race.requests.length, 0)
  if (failures.length > allowed) {
    const doubt = explained(history, failures)
    if (doubt !== undefined) return inconclusive(doubt, evidence)
    const firstFailing = witnessed.find((race) => race.failures.length > 0)
    const earliest = firstFailing?.failures[0]
    const sinceReadyMs = earliest === undefined ? 0 : sentAtMs(earliest) - (firstFailing?.ready?.atMs ?? 0)
    return failed(
      `${failures.length} of ${requests} requests failed after readiness had passed (allowed ${allowed}), the first one sent ${spanned(sinceReadyMs)} after it`,
      evidence.map((one) => ({ ...one, allowed })),
    )
  }
  const reasons = [...races.flatMap((race) => missingIn(race, thresholds) ?? []), ...missingStarts(history, races, thresholds)]
  if (reasons.length > 0) return inconclusive(listed(reasons), evidence)
  const slowed = races.filter((race) => race.slowed).length
  const slowedText = canBeSlowed(history) ? `${slowed} of them with a delayed dependency` : 'none of them slowed, because no hard dependency of it can be delayed'
  return passed(`none of ${requests} requests failed after readiness had passed, in ${counted(races.length, 'start')}, ${slowedText}`, evidence, { strength: strengthOf(requests) })
}

/** An answer of the service needs no excuse; a request without one may have failed because of us. */
function explained(history: History, failures: readonly RequestEvent[]): string | undefined {
  if (failures.some((one) => one.status !== undefined)) return undefined
  const window = {
    fromMs: leastOf(failures.map((one) => one.plannedAtMs)) - disturbanceNearMs,
    toMs: greatestOf(failures.map((one) => one.endedAtMs)) + disturbanceNearMs,
  }
  return disturbedHarness(history, window, stallMsMax)?.summary
}

export const noRequestFailsAfterReady: Check = { id: 'no-request-fails-after-ready', requirement: 'START-03', evaluate }
