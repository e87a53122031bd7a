import { inconclusive, type Finding } from './check.js'
import { greatestOf } from './extremes.js'
import { starvationText, starvedEjection, worstStarvation } from './processor-waits.js'
import { eventsOf, selected, type History, type ObservationEvent, type RequestEvent, type RequestOutcome, type WitnessEvent } from './history.js'

/** Ways of reading a history that most checks need. All pure, all in one pass each. */

/** An intervention with its phases put together. Times that are missing did not happen. */
export interface Intervention {
  readonly id: number
  readonly name: string
  readonly target: string
  readonly label: string | undefined
  readonly issuedAtMs: number
  readonly acknowledgedAtMs: number | undefined
  readonly witnessedAtMs: number | undefined
  readonly undoneAtMs: number | undefined
  readonly witness: string | undefined
  readonly error: string | undefined
  readonly detail: Readonly<Record<string, unknown>>
}

export function interventionsOf(history: History, name?: string, label?: string): Intervention[] {
  const byId = new Map<number, { -readonly [K in keyof Intervention]: Intervention[K] }>()
  for (const event of eventsOf(history, 'intervention')) {
    const known = byId.get(event.id)
    const one = known ?? {
      id: event.id,
      name: event.name,
      target: event.target,
      label: event.label,
      issuedAtMs: event.atMs,
      acknowledgedAtMs: undefined,
      witnessedAtMs: undefined,
      undoneAtMs: undefined,
      witness: undefined,
      error: undefined,
      detail: {},
    }
    byId.set(event.id, one)
    if (event.phase === 'acknowledged') one.acknowledgedAtMs = event.atMs
    if (event.phase === 'witnessed') one.witnessedAtMs = event.atMs
    if (event.phase === 'undone') one.undoneAtMs = event.atMs
    if (event.witness !== undefined) one.witness = event.witness
    if (event.error !== undefined) one.error = event.error
    if (event.detail !== undefined) one.detail = { ...one.detail, ...event.detail }
  }
  return [...byId.values()].filter(
    (one) => (name === undefined || one.name === name) && (label === undefined || one.label === label),
  )
}

export interface Window {
  readonly fromMs: number
  readonly toMs: number
}
export const inWindow = (atMs: number, window: Window): boolean => atMs >= window.fromMs && atMs <= window.toMs

/** Requests of one load, by the time they were planned (intended send time) when a window is given. */
export const requestsOf = (history: History, load?: string, window?: Window): RequestEvent[] => [...eachRequestOf(history, load, window)]

/** The same, one after the other: for who looks at each once and keeps none, since a long run sends millions. */
export function* eachRequestOf(history: History, load?: string, window?: Window): Generator<RequestEvent> {
  for (const event of selected(history, { kind: 'request', load, fromMs: window?.fromMs, toMs: window?.toMs })) {
    if (event.kind !== 'request') continue
    if (load !== undefined && event.load !== load) continue
    if (window !== undefined && !inWindow(event.plannedAtMs, window)) continue
    yield event
  }
}

export function observationsOf(history: History, probe: string, target?: string, window?: Window): ObservationEvent[] {
  const found: ObservationEvent[] = []
  for (const event of eventsOf(history, 'observation')) {
    if (event.probe !== probe) continue
    if (target !== undefined && event.target !== target) continue
    if (window !== undefined && !inWindow(event.sentAtMs ?? event.atMs, window)) continue
    found.push(event)
  }
  return found
}

/** The value of a fact, or undefined. The last one recorded holds. */
export function factOf(history: History, name: string): unknown {
  let value: unknown
  for (const event of eventsOf(history, 'fact')) if (event.name === name) value = event.value
  return value
}
export function numberFact(history: History, name: string): number | undefined {
  const value = factOf(history, name)
  return typeof value === 'number' ? value : undefined
}

/** Witnesses of a group; a later event for the same request (with effects) replaces the earlier one. */
export function witnessesOf(history: History, group: string): WitnessEvent[] {
  const byRequest = new Map<number, WitnessEvent>()
  for (const event of eventsOf(history, 'witness')) if (event.group === group) byRequest.set(event.request, event)
  return [...byRequest.values()]
}

/** The instant a phase was opened, or undefined. */
export function phaseAtMs(history: History, name: string): number | undefined {
  for (const event of eventsOf(history, 'phase')) if (event.name === name) return event.atMs
  return undefined
}

const lossOutcomes: ReadonlySet<RequestOutcome> = new Set([
  'refused', 'reset-before-send', 'reset-in-flight', 'closed-in-flight', 'truncated', 'timeout', 'error-status', 'wrong-content',
])
/**
 * Counts as a failed request for a client of the balancer. An idle reset is counted apart for what may be retried and is a failure for what may not
 * (RFC 9110 9.2.2); `polite-refusal` is a failure only where zero refusals are promised, so callers decide.
 */
export function countsAsLost(request: RequestEvent): boolean {
  if (request.outcome === 'reset-idle') return !retriable(request)
  return lossOutcomes.has(request.outcome)
}
/** A client was not served: lost, or turned away, where zero refusals are promised. */
export const isUnserved = (request: RequestEvent): boolean => countsAsLost(request) || request.outcome === 'polite-refusal'

/** May be sent again by a client without knowing whether it was applied (RFC 9110 9.2.2). */
export const retriable = (request: RequestEvent): boolean => ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'].includes(request.method)

/**
 * A connection that had been idle was closed as a request was sent on it, which any client may send again: an artefact of
 * keep-alive that is no failure, and shows no service either.
 */
export const isIdleReset = (request: RequestEvent): boolean => request.outcome === 'reset-idle' && retriable(request)

/** How the harness itself fared in a window: its longest stall, and the null control beside the traffic. */
export interface HarnessHealth {
  readonly stallMsMax: number
  readonly controlRequests: number
  readonly controlFailed: number
  /** The longest answer of the null control that was under way in the window, from its planned send time. */
  readonly controlSlowestMs: number
}
export function harnessHealth(history: History, window: Window): HarnessHealth {
  let stallMsMax = 0
  for (const event of observationsOf(history, 'event-loop-delay', 'harness')) {
    const value = event.value as { readonly maxMs?: number; readonly windowMs?: number }
    const fromMs = event.atMs - (value.windowMs ?? 0) - (value.maxMs ?? 0)
    if (event.atMs < window.fromMs || fromMs > window.toMs) continue
    stallMsMax = Math.max(stallMsMax, value.maxMs ?? 0)
  }
  const control = requestsOf(history, 'null-control', window)
  const underWay = requestsOf(history, 'null-control').filter((one) => one.outcome === 'ok' && one.plannedAtMs <= window.toMs && one.endedAtMs >= window.fromMs)
  return {
    stallMsMax,
    controlRequests: control.length,
    controlFailed: control.filter(countsAsLost).length,
    controlSlowestMs: Math.max(0, greatestOf(underWay.map((one) => one.endedAtMs - one.plannedAtMs))),
  }
}

/** A single slow answer of the echo server that is shorter than this is ordinary on a shared machine; quantiles of many are compared elsewhere. */
const controlMsMin = 500

/**
 * The finding to return when the harness, or the machine that it shares with the service, was too disturbed to judge this
 * window, else null. A limit that is given in time is only doubtful when a stall, or an answer of our own echo server,
 * is large against it: what had to wait that long for a processor is nobody's slowness.
 */
export function disturbedHarness(history: History, window: Window, limitMs: number): Finding | null {
  const health = harnessHealth(history, window)
  if (health.controlFailed > 0) {
    return inconclusive(
      `the null control failed too: ${health.controlFailed} of ${health.controlRequests} requests to our own echo server were lost in the window`,
    )
  }
  if (health.stallMsMax > limitMs) {
    return inconclusive(`the harness stalled for ${Math.round(health.stallMsMax)} ms in the window, more than the ${Math.round(limitMs)} ms that can be told apart`, [
      { note: 'longest stall of the event loop of the harness', measured: Math.round(health.stallMsMax), allowed: Math.round(limitMs), unit: 'ms' },
    ])
  }
  const starvedMs = Math.max(limitMs, controlMsMin)
  if (health.controlSlowestMs > starvedMs) {
    return inconclusive(`the machine was starved: our own echo server needed ${Math.round(health.controlSlowestMs)} ms for an answer in the window, more than the ${Math.round(starvedMs)} ms that can be told apart`, [
      { note: 'slowest answer of the null control', measured: Math.round(health.controlSlowestMs), allowed: Math.round(starvedMs), unit: 'ms' },
    ])
  }
  return starvedReplica(history, window, starvedMs)
}

/** Whoever was taken out this long before a window may still have been missing in it. */
const ejectedBeforeMs = 1_000

/** A kernel that shares the machine by groups, as with containers, may serve our echo server well and starve a replica. */
export function starvedReplica(history: History, window: Window, limitMs: number): Finding | null {
  const worst = worstStarvation(history, window)
  if (worst !== undefined && worst.waitedMs > limitMs) {
    return inconclusive(`the machine was starved: ${starvationText(worst)}, more than the ${Math.round(limitMs)} ms that can be told apart`, [
      { note: `time that ${worst.target} waited for a processor`, measured: Math.round(worst.waitedMs), allowed: Math.round(limitMs), unit: 'ms' },
    ])
  }
  const ejected = starvedEjection(history, { fromMs: window.fromMs - ejectedBeforeMs, toMs: window.toMs })
  return ejected === undefined ? null : inconclusive(`the machine was starved: ${starvationText(ejected)}, and the balancer took it out because its answer was late`)
}

/** Names of the operations that change nothing, so that no effect of theirs can be read. */
export function effectlessOperations(history: History): ReadonlySet<string> {
  const operations = factOf(history, 'operations') as readonly { readonly name: string; readonly mutates: boolean }[] | undefined
  return new Set((operations ?? []).filter(({ mutates }) => !mutates).map(({ name }) => name))
}

/** The first event of the platform with this name about the target from then on. */
export function platformAtMs(history: History, name: string, target: string, fromMs: number): number | undefined {
  for (const event of eventsOf(history, 'platform')) {
    if (event.name === name && event.target === target && event.atMs >= fromMs) return event.atMs
  }
  return undefined
}
