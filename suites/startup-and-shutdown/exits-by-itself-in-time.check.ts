import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { readinessSamples } from '../../core/checks/readiness-samples.js'
import type { StopResult } from '../../core/driver.js'
import { greatestOf } from '../../core/extremes.js'
import { eventsOf, type History, type PlatformEvent } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, observationsOf, requestsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { exitCodeOf } from '../../core/checks/exit-code.js'

/** What the platform promises a process that it stops. Declared by the descriptor; the thresholds are the usual values. */
interface StopTerms {
  readonly graceMs: number
  readonly limitMs: number
  readonly allowedExitCodes: readonly number[]
  readonly survivorsMax: number
}

interface Stop {
  readonly intervention: Intervention
  readonly label: string
  readonly result: StopResult | undefined
  readonly endedAtMs: number // Infinity: not seen
  readonly faults: readonly string[]
}

function termsOf(history: History, thresholds: ThresholdValues): StopTerms {
  const declared = factOf(history, 'stop') as { readonly graceMs?: number; readonly allowedExitCodes?: readonly number[] } | undefined
  const graceMs = declared?.graceMs ?? numberThreshold(thresholds, 'grace_s') * 1_000
  const usual = thresholds['allowed_exit_codes']
  return {
    graceMs,
    limitMs: graceMs * numberThreshold(thresholds, 'stop_within_grace_ratio'),
    allowedExitCodes: declared?.allowedExitCodes ?? (typeof usual === 'number' ? [usual] : (usual ?? [])),
    survivorsMax: numberThreshold(thresholds, 'survivors_max'),
  }
}

function stopsOf(history: History, terms: StopTerms): Stop[] {
  const interventions = interventionsOf(history, 'stop')
  return interventions.map((intervention, index) => {
    const next = interventions.slice(index + 1).find((other) => other.target === intervention.target)
    const window = { fromMs: intervention.issuedAtMs, toMs: next?.issuedAtMs ?? Infinity }
    const seen = observationsOf(history, 'stop-result', intervention.target, window)[0]
    const result = seen?.value as StopResult | undefined
    return { intervention, label: intervention.label ?? 'a stop', result, endedAtMs: seen?.atMs ?? Infinity, faults: result === undefined ? [] : faultsOf(result, terms) }
  })
}

function faultsOf(result: StopResult, terms: StopTerms): string[] {
  const exitCode = exitCodeOf(result)
  return [
    ...(result.killed ? [`did not exit within its grace period of ${spanned(terms.graceMs)} and had to be killed`] : []),
    ...(!result.killed && result.durationMs > terms.limitMs ? [`took ${spanned(result.durationMs)} of the ${spanned(terms.limitMs)} allowed`] : []),
    ...(!result.killed && exitCode !== undefined && !terms.allowedExitCodes.includes(exitCode) ? [`exited with ${result.signal ?? `code ${exitCode}`}, allowed are ${terms.allowedExitCodes.join(', ')}`] : []),
    ...(result.survivors.length > terms.survivorsMax ? [`left ${counted(result.survivors.length, 'process', 'processes')} behind (${result.survivors.join(', ')})`] : []),
  ]
}

/** A stop that was merely slow may have been slow because of us; nothing of ours makes a process ignore a signal. */
function doubtOf(history: History, { intervention, result }: Stop, terms: StopTerms): string | undefined {
  if (result === undefined || result.killed || result.durationMs <= terms.limitMs || faultsOf({ ...result, durationMs: 0 }, terms).length > 0) return undefined
  const window = { fromMs: intervention.issuedAtMs, toMs: intervention.issuedAtMs + result.durationMs }
  return disturbedHarness(history, window, terms.limitMs / 10)?.summary
}

/** The instance was seen to work just before it was told to stop, and no process of it ended since. */
function wasUp(history: History, { intervention }: Stop): boolean {
  const last = readinessSamples(history, intervention.target).findLast((sample) => sample.atMs <= intervention.issuedAtMs)
  if (last?.outcome !== 'pass') return false
  return !processEvents(history, intervention).some((event) => event.name === 'process-exited' && event.atMs >= last.sentAtMs)
}

/** Its process had ended before it was told to stop: how it ended is no answer to our stop. */
const hadExited = (history: History, { intervention }: Stop): boolean => processEvents(history, intervention).at(-1)?.name === 'process-exited'

/** Starts and exits of the target that the platform reported before the intervention, by time. */
function processEvents(history: History, { target, issuedAtMs }: Intervention): PlatformEvent[] {
  const found: PlatformEvent[] = []
  for (const event of eventsOf(history, 'platform')) {
    if (event.target === target && event.atMs < issuedAtMs && (event.name === 'process-started' || event.name === 'process-exited')) found.push(event)
  }
  return found.sort((a, b) => a.atMs - b.atMs)
}

const isLoaded = ({ intervention }: Stop): boolean => intervention.label?.startsWith('stop-loaded') === true

/** Requests of its own load that the instance answered in the last second before it was told to stop. */
function answeredBefore(history: History, { intervention, label }: Stop): number {
  const { issuedAtMs } = intervention
  return requestsOf(history, label).filter(({ outcome, endedAtMs }) => (outcome === 'ok' || outcome === 'degraded') && endedAtMs <= issuedAtMs && endedAtMs >= issuedAtMs - 1_000).length
}

/** The load of the request that is half sent when the signal of this stop comes. */
export const underWayLoad = (label: string): string => `${label}-under-way`

/**
 * What is known of that request. The signal came before the result was recorded, by as much as the stop took or more; where
 * the request ended sooner than that, the stop had been asked for and the signal may have come later.
 */
type HalfSent = 'out at the signal' | 'out when the stop was asked for' | 'not taken by the instance' | 'not known'

function halfSentOf(history: History, { intervention: { issuedAtMs }, label, result, endedAtMs }: Stop): HalfSent | undefined {
  if (factOf(history, underWayLoad(label)) !== true) return undefined
  const request = requestsOf(history, underWayLoad(label)).sort((a, b) => a.plannedAtMs - b.plannedAtMs)[0]
  if (request === undefined || request.outcome === 'cancelled') return 'not known'
  if (request.sentAtMs === undefined) return request.outcome === 'timeout' ? 'not known' : 'not taken by the instance'
  if (request.sentAtMs > issuedAtMs) return 'not known'
  if (request.endedAtMs > endedAtMs - (result?.durationMs ?? 0)) return 'out at the signal'
  if (request.endedAtMs > issuedAtMs) return 'out when the stop was asked for'
  return request.outcome === 'timeout' ? 'not known' : 'not taken by the instance'
}

function missingIn(history: History, stop: Stop, thresholds: ThresholdValues): string | undefined {
  const { intervention, label, result } = stop
  if (intervention.witnessedAtMs === undefined || result === undefined) return `${label} was not witnessed: ${intervention.error ?? 'how the process ended was not seen'}`
  if (!result.killed && exitCodeOf(result) === undefined) return `the exit code of ${label} could not be observed`
  if (hadExited(history, stop)) return `${intervention.target} had exited by itself before ${label}`
  if (!wasUp(history, stop)) return `${intervention.target} was not ready before ${label}`
  if (!isLoaded(stop)) return undefined
  const needed = numberThreshold(thresholds, 'load_requests_min')
  const answered = answeredBefore(history, stop)
  if (answered < needed) return `only ${counted(answered, 'request')} of ${needed} were answered in the last second before ${label}`
  return halfSentOf(history, stop) === 'not known' ? `what became of the request that was half sent at ${label} is not known` : undefined
}

function missingStops(stops: readonly Stop[], thresholds: ThresholdValues): string[] {
  const needed = numberThreshold(thresholds, 'stops')
  const loadedNeeded = numberThreshold(thresholds, 'loaded_stops')
  const loaded = stops.filter(isLoaded).length
  return [
    ...(stops.length < needed ? [`only ${counted(stops.length, 'stop')} of ${needed} took place`] : []),
    ...(loaded < loadedNeeded ? [`only ${loaded} of ${counted(loadedNeeded, 'stop')} under load took place`] : []),
  ]
}

function evidenceOf(history: History, stop: Stop, terms: StopTerms): Evidence[] {
  const { label, intervention, result, faults } = stop
  if (result === undefined) return []
  const ending = faults.length > 0 ? listed(faults) : `exited with ${result.signal ?? `code ${result.exitCode}`}`
  const halfSent = halfSentOf(history, stop)
  const request = halfSent === undefined ? '' : `; half of a request: ${halfSent}`
  return [{ note: `${label} of ${intervention.target}: ${ending}${request}`, measured: Math.round(result.durationMs), allowed: Math.round(terms.limitMs), unit: 'ms' }]
}

function evaluate(history: History, thresholds: ThresholdValues): Finding {
  const terms = termsOf(history, thresholds)
  const stops = stopsOf(history, terms)
  if (stops.length === 0) return inconclusive('no instance was stopped')
  const evidence = stops.flatMap((stop) => evidenceOf(history, stop, terms))
  const doubts = stops.map((stop) => doubtOf(history, stop, terms))
  const bad = stops.filter((stop, index) => stop.faults.length > 0 && doubts[index] === undefined && stop.intervention.witnessedAtMs !== undefined && !hadExited(history, stop))
  if (bad.length > 0) {
    return failed(`${bad.length} of ${counted(stops.length, 'stop')} went wrong: on ${bad[0]?.label} ${bad[0]?.intervention.target} ${listed(bad[0]?.faults ?? [])}`, evidence)
  }
  const reasons = [...doubts.filter((doubt) => doubt !== undefined), ...stops.flatMap((stop) => missingIn(history, stop, thresholds) ?? []), ...missingStops(stops, thresholds)]
  if (reasons.length > 0) return inconclusive(listed(reasons), evidence)
  const slowestMs = greatestOf(stops.map((stop) => stop.result?.durationMs ?? 0))
  const outAtSignal = stops.filter((stop) => halfSentOf(history, stop) === 'out at the signal').length
  const underWay = outAtSignal === 0 ? '' : ` and ${outAtSignal} with a request half sent`
  const how = `all of ${counted(stops.length, 'stop')}, ${stops.filter(isLoaded).length} of them under load${underWay}, the slowest in ${spanned(slowestMs)} of ${spanned(terms.limitMs)}`
  return passed(
    `exited by itself with an allowed code and nothing left behind in ${how}`,
    evidence,
    { strength: strengthOf(stops.length) },
  )
}

export const exitsByItselfInTime: Check = { id: 'exits-by-itself-in-time', requirement: 'START-04', evaluate }
