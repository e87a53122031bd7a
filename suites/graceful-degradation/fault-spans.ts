import { leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, interventionsOf, isIdleReset, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { degradationFact, degradationLoad, release, type DeclaredDegradation, type FaultKind } from './names.js'

/** One soft component made unfit in one way, as it was recorded. Times in ms of the scenario. */
export interface FaultSpan {
  readonly component: string
  readonly kind: FaultKind
  readonly issuedAtMs: number
  /** From here on the fault was in force. */
  readonly fromMs: number
  /** Until here it was, for certain. */
  readonly toMs: number
  readonly undoneAtMs: number | undefined
  readonly witness: string | undefined
}

export function declaredOf(history: History): DeclaredDegradation | undefined {
  const fact = factOf(history, degradationFact)
  return typeof fact === 'object' && fact !== null ? (fact as DeclaredDegradation) : undefined
}

/** Faults of soft components that reached their end, in order. */
export function faultSpans(history: History, declared: DeclaredDegradation): FaultSpan[] {
  return interventionsOf(history, 'fault-dependency').flatMap((one): FaultSpan[] => {
    if (declared.dependents[one.target] === undefined || one.acknowledgedAtMs === undefined) return []
    const fromMs = one.acknowledgedAtMs
    const released = observationsOf(history, release, one.target).find((event) => event.atMs >= fromMs)
    if (released === undefined) return []
    const { kind } = one.detail['fault'] as { readonly kind: FaultKind }
    return [{ component: one.target, kind, issuedAtMs: one.issuedAtMs, fromMs, toMs: released.atMs, undoneAtMs: one.undoneAtMs, witness: one.witness }]
  })
}

/** From the first request on until the first fault of all. */
export function calmBefore(history: History, declared: DeclaredDegradation): Window {
  const first = leastOf(interventionsOf(history, 'fault-dependency').filter((one) => declared.dependents[one.target] !== undefined).map((one) => one.issuedAtMs))
  return { fromMs: 0, toMs: first }
}

/** Requests of the load planned while the fault was in force, for some operations; what the harness gave up and what may be sent again is left out. */
export function requestsIn(history: History, window: Window, operations: readonly string[]): RequestEvent[] {
  return requestsOf(history, degradationLoad, window).filter((one) => operations.includes(one.operation) && one.outcome !== 'cancelled' && !isIdleReset(one))
}

/** Operations that use the component: alone, or as a part of a composite answer. */
export function operationsUsing(declared: DeclaredDegradation, component: string): readonly string[] {
  const { composite } = declared
  const asPart = composite !== undefined && composite.parts.some((part) => part.component === component) ? [composite.operation] : []
  return [...(declared.dependents[component] ?? []), ...asPart]
}

/**
 * The power control: why it cannot be said that the component mattered while it was away. A dependency that nobody uses, or
 * for which a cache stands in all the time, can be lost without harm, which shows nothing; nor do a few stray failures show it.
 */
export function withoutEffect(history: History, declared: DeclaredDegradation, { span, affectedShareMin, slowMs = Infinity }: { readonly span: FaultSpan; readonly affectedShareMin: number; readonly slowMs?: number }): string | undefined {
  const { component } = span
  const operations = operationsUsing(declared, component)
  // An answer from a cache is as good as a fresh one for as long as is declared.
  const using = requestsIn(history, { fromMs: span.fromMs + declared.cachedForMs, toMs: span.toMs }, operations)
  if (using.length === 0) return `no request used ${component} while it was away`
  const affected = using.filter((one) => one.outcome !== 'ok' || latencyMs(one) > slowMs).length
  if (affected === 0 || affected < affectedShareMin * using.length) return `${using.length - affected} of ${using.length} requests that should use ${component} were answered in full without it: it is not used, or a cache stood in for the whole outage`
  const before = requestsIn(history, calmBefore(history, declared), operations)
  return before.some((one) => one.outcome === 'ok') ? undefined : `no request that uses ${component} was answered in full before it was taken away`
}

/** From the planned instant; no answer is later than any limit. */
export const latencyMs = (request: RequestEvent): number =>
  request.outcome === 'ok' || request.outcome === 'degraded' || request.status !== undefined ? request.endedAtMs - request.plannedAtMs : Infinity

/** Why a span says nothing, or undefined. */
export function doubtAbout(span: FaultSpan, needsMs: number): string | undefined {
  const { component, kind, fromMs, toMs, witness } = span
  if (witness === undefined) return `that ${component} was away (${kind}) was not witnessed: the service made no connection to it`
  if (toMs - fromMs < needsMs * 0.9) return `${component} was away (${kind}) for ${Math.round(toMs - fromMs)} ms only, needs ${Math.round(needsMs)} ms`
  return undefined
}
