import { intervention, request } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent, RequestEvent } from '../../core/history.js'
import type { Requirement, ThresholdValues } from '../../core/requirement.js'
import { thresholdValues } from '../../core/requirement.js'
import { lossLabel, released, type Loss } from './names.js'
import type { CountersObservation, DatabasePlan } from './servers.js'

/** Short ways to write a history of a database with the servers `primary` and `replica`. Times in ms. */

export const plan: DatabasePlan = { primary: 'primary', replicas: ['replica'], counters: true, lookUp: true, replay: true, maxLagMs: 1_000, valueRead: true, staleMarker: true }
export const planFact = (more: Partial<DatabasePlan> = {}): HistoryEvent => ({ kind: 'fact', name: 'database-plan', value: { ...plan, ...more }, atMs: 0 })
export const valuesOf = (requirement: Requirement, overrides: ThresholdValues = {}): ThresholdValues => thresholdValues(requirement, 'quick', overrides)

export const counters = (server: string, when: string, [reads, writes, refused]: readonly [number, number, number], atMs = 0): HistoryEvent => {
  const value: CountersObservation = { when, counters: { reads, writes, refused } }
  return { kind: 'observation', probe: 'database-counters', target: server, atMs, value }
}

/** A question to a server that began at `sentAtMs` and took 100 ms; `held` undefined: it could not be asked. */
export const holding = (server: string, why: string, at: { readonly sentAtMs: number; readonly asked: readonly string[]; readonly held?: readonly string[] }): HistoryEvent => ({
  kind: 'observation',
  probe: 'held-keys',
  target: server,
  atMs: at.sentAtMs + 100,
  value: { why, ...at },
})

export const many = (count: number, one: (index: number) => RequestEvent | readonly RequestEvent[]): RequestEvent[] => Array.from({ length: count }, (_, index) => one(index)).flat()

/** A loss from `fromMs` on, witnessed 50 ms later, with the release at `toMs`. */
export function lossOf(server: string, loss: Loss, at: { readonly fromMs: number; readonly toMs: number; readonly witnessed?: boolean }): HistoryEvent[] {
  const { fromMs, toMs, witnessed = true } = at
  return [
    ...intervention({ name: loss === 'killed' ? 'hold' : 'fault-dependency', target: server, label: lossLabel(server, loss), issuedAtMs: fromMs - 10, acknowledgedAtMs: fromMs, ...(witnessed ? { witnessedAtMs: fromMs + 50 } : {}), undoneAtMs: toMs + 5 }),
    { kind: 'observation', probe: released, target: server, atMs: toMs, value: { loss } },
  ]
}

export const sent = (atMs: number, more: Partial<RequestEvent> & { readonly load: string }): RequestEvent => request(atMs, { via: 'balancer', ...more })
export const stalled = (atMs: number): HistoryEvent => ({ kind: 'observation', probe: 'event-loop-delay', target: 'harness', atMs, value: { maxMs: 3_000, p99Ms: 3_000, windowMs: 100 } })
export const controlLost = (atMs: number): RequestEvent => request(atMs, { load: 'null-control', outcome: 'timeout' })
