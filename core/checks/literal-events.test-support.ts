import type { HistoryEvent, InterventionEvent, RequestEvent, RequestOutcome } from '../history.js'

/** Short ways to write events of a literal history in tests. Times are ms from the start of the scenario. */

let lastId = 0

export function request(atMs: number, more: Partial<RequestEvent> & { readonly load: string }): RequestEvent {
  const outcome: RequestOutcome = more.outcome ?? 'ok'
  const sent = outcome === 'refused' ? {} : { sentAtMs: atMs }
  const status = more.status ?? (outcome === 'ok' ? 200 : undefined)
  return { kind: 'request', id: ++lastId, operation: 'read', method: 'GET', via: 'r1', plannedAtMs: atMs, endedAtMs: atMs + 5, ...sent, ...(status === undefined ? {} : { status }), ...more, outcome }
}

/** Requests of one load at a steady pace, `toMs` excluded. */
export function requests(span: { readonly fromMs: number; readonly toMs: number; readonly everyMs: number }, more: Partial<RequestEvent> & { readonly load: string }): RequestEvent[] {
  const found: RequestEvent[] = []
  for (let atMs = span.fromMs; atMs < span.toMs; atMs += span.everyMs) found.push(request(atMs, more))
  return found
}

export const ready = (atMs: number, outcome: 'pass' | 'fail' | 'refused' | 'timeout' | 'reset', boot?: string, target = 'r1'): HistoryEvent => ({
  kind: 'observation',
  probe: 'readiness',
  target,
  sentAtMs: atMs - 2,
  atMs,
  value: { outcome, ...(outcome === 'pass' ? { status: 200 } : {}), ...(boot === undefined ? {} : { boot }) },
})

/** Readiness answers at a steady pace, `toMs` excluded. */
export function readies(span: { readonly fromMs: number; readonly toMs: number; readonly everyMs: number }, ...answer: [outcome: 'pass' | 'fail' | 'refused' | 'timeout' | 'reset', boot?: string, target?: string]): HistoryEvent[] {
  const found: HistoryEvent[] = []
  for (let atMs = span.fromMs; atMs < span.toMs; atMs += span.everyMs) found.push(ready(atMs, ...answer))
  return found
}

export interface LiteralIntervention {
  readonly name: string
  readonly target?: string
  readonly label: string
  readonly issuedAtMs: number
  readonly acknowledgedAtMs?: number
  readonly witnessedAtMs?: number
  readonly undoneAtMs?: number
  readonly detail?: Readonly<Record<string, unknown>>
}

/** All phases of one intervention; a time that is not given did not happen. */
export function intervention(one: LiteralIntervention): HistoryEvent[] {
  const id = ++lastId
  const event = (phase: InterventionEvent['phase'], atMs: number | undefined, more: Partial<InterventionEvent> = {}): HistoryEvent[] =>
    atMs === undefined ? [] : [{ kind: 'intervention', id, name: one.name, target: one.target ?? 'r1', label: one.label, phase, atMs, ...more }]
  return [
    ...event('issued', one.issuedAtMs, one.detail === undefined ? {} : { detail: one.detail }),
    ...event('acknowledged', one.acknowledgedAtMs),
    ...event('witnessed', one.witnessedAtMs, { witness: 'seen' }),
    ...event('undone', one.undoneAtMs),
  ]
}

export const fact = (name: string, value: unknown): HistoryEvent => ({ kind: 'fact', name, value, atMs: 0 })
export const platform = (atMs: number, name: string, target = 'r1', detail: Readonly<Record<string, unknown>> = {}): HistoryEvent => ({ kind: 'platform', name, target, atMs, detail })
export const stall = (atMs: number, maxMs: number): HistoryEvent => ({ kind: 'observation', probe: 'event-loop-delay', target: 'harness', atMs, value: { maxMs, p99Ms: maxMs, windowMs: 100 } })
