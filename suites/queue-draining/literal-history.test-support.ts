import type { HistoryEvent, InterventionEvent, ProofGrade, RequestEvent, RequestOutcome } from '../../core/history.js'
import { labels, loads, returnedProbe, type Returned } from './names.js'

/** Short ways to write literal histories, for the tests of this suite. */

let lastId = 0

/** One request that took 5 ms, unless said otherwise. */
export function request(load: string, plannedAtMs: number, more: Partial<RequestEvent> = {}): RequestEvent {
  lastId += 1
  return { kind: 'request', id: lastId, load, operation: 'write', method: 'POST', via: 'balancer', plannedAtMs, sentAtMs: plannedAtMs, endedAtMs: plannedAtMs + 5, outcome: 'ok', ...more }
}

export interface Stream {
  readonly fromMs: number
  readonly toMs: number
  readonly everyMs: number
}
/** `make` for every planned instant, the end excluded. */
export function every<T>({ fromMs, toMs, everyMs }: Stream, make: (atMs: number, index: number) => T): T[] {
  const made: T[] = []
  for (let atMs = fromMs; atMs < toMs; atMs += everyMs) made.push(make(atMs, made.length))
  return made
}

export const nullControl = (stream: Stream, outcome: RequestOutcome = 'ok'): RequestEvent[] =>
  every(stream, (atMs) => request('null-control', atMs, { via: 'echo', method: 'GET', outcome }))

export interface Procedure {
  readonly target: string
  readonly label?: string
  readonly issuedAtMs: number
  readonly acknowledgedAtMs?: number
  readonly witnessedAtMs?: number
  readonly error?: string
  readonly detail?: Readonly<Record<string, unknown>>
}
/** The phases of one intervention. */
export function intervention(name: string, { target, label, issuedAtMs, acknowledgedAtMs, witnessedAtMs, error, detail }: Procedure): InterventionEvent[] {
  lastId += 1
  const base = { kind: 'intervention', id: lastId, name, target, ...(label === undefined ? {} : { label }) } as const
  return [
    { ...base, phase: 'issued', atMs: issuedAtMs },
    ...(acknowledgedAtMs === undefined ? [] : [{ ...base, phase: 'acknowledged', atMs: acknowledgedAtMs, ...(detail === undefined ? {} : { detail }) } as const]),
    ...(witnessedAtMs === undefined ? [] : [{ ...base, phase: 'witnessed', atMs: witnessedAtMs, witness: 'seen' } as const]),
    ...(error === undefined ? [] : [{ ...base, phase: 'failed', atMs: issuedAtMs + 1, error } as const]),
  ]
}

export interface WitnessSpec {
  readonly group: string
  readonly instance: string
  readonly provenAtMs: number
  readonly endedAtMs: number
  readonly outcome?: RequestOutcome
  readonly proof?: ProofGrade
  readonly via?: string
  readonly effects?: number | undefined
  readonly operation?: string
  readonly status?: number
}
/** A request with the proof that it was executing. */
export function witness({ group, instance, provenAtMs, endedAtMs, outcome = 'ok', proof = 'A', via = instance, effects, operation = 'slow', status }: WitnessSpec): HistoryEvent[] {
  const sent = request(loads.witness, provenAtMs - 50, { operation, via, instance, endedAtMs, outcome, ...(status === undefined ? {} : { status }) })
  return [sent, { kind: 'witness', request: sent.id, group, instance, proof, provenAtMs, ...(effects === undefined ? {} : { effects }) }]
}

export const sample = (probe: 'readiness' | 'liveness', target: string, atMs: number, outcome: string, boot = 'boot-1'): HistoryEvent => ({
  kind: 'observation',
  probe,
  target,
  sentAtMs: atMs,
  atMs: atMs + 3,
  value: outcome === 'pass' || outcome === 'fail' ? { outcome, status: outcome === 'pass' ? 200 : 503, boot } : { outcome },
})

export const platform = (name: string, target: string, atMs: number): HistoryEvent => ({ kind: 'platform', name, target, atMs })
export const fact = (name: string, value: unknown): HistoryEvent => ({ kind: 'fact', name, value, atMs: 0 })
export const returned = (target: string, atMs: number, value: Returned = { ready: true, inRotation: true }): HistoryEvent => ({ kind: 'observation', probe: returnedProbe, target, atMs, value })
export const stall = (atMs: number, maxMs: number): HistoryEvent => ({ kind: 'observation', probe: 'event-loop-delay', target: 'harness', atMs, value: { maxMs, p99Ms: maxMs, windowMs: 100 } })

/** The drain behind the balancer that most of the tests judge: instance-0, issued at 2000, acknowledged at 2010. */
export const drained: HistoryEvent[] = intervention('drain', { target: 'instance-0', label: labels.behindBalancer, issuedAtMs: 2_000, acknowledgedAtMs: 2_010, witnessedAtMs: 2_100 })
export const unacknowledged: HistoryEvent[] = intervention('drain', { target: 'instance-0', label: labels.behindBalancer, issuedAtMs: 2_000, error: 'ECONNREFUSED' })
