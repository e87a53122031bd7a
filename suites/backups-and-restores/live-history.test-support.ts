import { fact, request, requests } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent, InterventionEvent, RequestEvent } from '../../core/history.js'
import { thresholdValues, type RequirementId, type ThresholdValues } from '../../core/requirement.js'
import { requirements } from './requirements/index.js'
import { frozenLabel, interventions, loads, restoredLoads, type Transfer } from './vocabulary.js'

/** A literal history of the whole live scenario: one backup from 5 s to 7.5 s, restored and read back. Everything is as it should be. */

export const backupSpan = { fromMs: 5_000, toMs: 7_500 }
export const thresholdsOf = (id: RequirementId): ThresholdValues => thresholdValues(requirements.find((one) => one.id === id)!, 'quick')

let ids = 1_000
export function performed(one: { readonly name: string; readonly label: string; readonly fromMs: number; readonly toMs: number; readonly ok?: boolean; readonly witness?: boolean; readonly detail?: Readonly<Record<string, unknown>> }): HistoryEvent[] {
  const id = ++ids
  const event = (phase: InterventionEvent['phase'], atMs: number, more: Partial<InterventionEvent> = {}): HistoryEvent =>
    ({ kind: 'intervention', id, name: one.name, target: 'x', label: one.label, phase, atMs, ...more })
  const ok = one.ok ?? true
  const detail = { ok, tookMs: one.toMs - one.fromMs, status: ok ? 200 : 422, ...one.detail }
  return [
    event('issued', one.fromMs),
    ok ? event('acknowledged', one.toMs, { detail }) : event('failed', one.toMs, { detail, error: 'found 422' }),
    ...(ok && (one.witness ?? true) ? [event('witnessed', one.toMs + 1, { witness: 'seen' })] : []),
  ]
}
export const observed = (probe: string, target: string, value: unknown, atMs = 8_000): HistoryEvent => ({ kind: 'observation', probe, target, atMs, value })

const sentAtMs = (index: number): number => 2_000 + index * 50
export const transfers: readonly Transfer[] = Array.from({ length: 160 }, (_, index) => ({ marker: `m${index}`, from: `a${index % 4}`, to: `a${(index + 1) % 4}`, amount: 1_000 + index * index }))
export const accounts = ['a0', 'a1', 'a2', 'a3']
const balance = 1_000_000
/** Transfers acknowledged before this instant are in the copy. */
const snapshotMs = 5_500
export const inCopy = (index: number): boolean => sentAtMs(index) + 10 < snapshotMs

export function balancesWith(present: (index: number) => boolean): Map<string, number> {
  const found = new Map(accounts.map((account) => [account, balance]))
  transfers.forEach(({ from, to, amount }, index) => {
    if (!present(index)) return
    found.set(from, found.get(from)! - amount)
    found.set(to, found.get(to)! + amount)
  })
  return found
}

export const corpusKeys = Array.from({ length: 100 }, (_, index) => `p-c-${index}`)
export const deletedKeys = Array.from({ length: 10 }, (_, index) => `p-c-deleted-${index}`)
export const markKeys = Array.from({ length: 100 }, (_, index) => `mark-${index}`)
const markedAtMs = (index: number): number => 2_500 + index * 50

export interface LiveHistoryOptions {
  readonly markersPresent?: (index: number) => boolean
  readonly balances?: ReadonlyMap<string, number>
  readonly marksPresent?: (index: number) => boolean
  readonly fuzzyBreaks?: number
  readonly stalenessMs?: number
}

export function liveHistory(options: LiveHistoryOptions = {}): HistoryEvent[] {
  const label = 'live-1'
  return [
    fact('staleness-ms', options.stalenessMs ?? 0),
    fact('transfer-accounts', { accounts, balance }),
    ...written(),
    ...users(),
    observed('steady-traffic', label, { fromMs: 2_000, toMs: 5_000 }),
    ...performed({ name: interventions.create, label, ...backupSpan }),
    observed('artifact', label, { bytes: 1_000, sha256: 'abc' }),
    ...transfers.map((one, index) => request(sentAtMs(index), { load: loads.transfers, key: one.marker, operation: 'invariant.transfer', method: 'POST', endedAtMs: sentAtMs(index) + 10 })),
    observed('transfers', 'balancer', transfers),
    ...Array.from({ length: 4 }, (_, index) => observed('fuzzy-read', 'balancer', { sum: 4 * balance + (index < (options.fuzzyBreaks ?? 3) ? 7 : 0), expected: 4 * balance })),
    observed('apart-ready', 'restored', { ready: true, tookMs: 1_000 }),
    ...restored(label, 20_000, options),
  ]
}

export function restored(label: string, atMs: number, { markersPresent = inCopy, balances = balancesWith(markersPresent), marksPresent = (index) => markedAtMs(index) + 5 < snapshotMs }: LiveHistoryOptions = {}): HistoryEvent[] {
  const of = restoredLoads(label)
  const read = (load: string, key: string, present: boolean, more: Partial<RequestEvent> = {}): HistoryEvent =>
    request(atMs + 1_000, { load, key, via: 'restored', outcome: present ? 'ok' : 'error-status', status: present ? 200 : 404, ...more })
  return [
    ...performed({ name: interventions.isolated, label, fromMs: atMs, toMs: atMs + 500 }),
    ...corpusKeys.map((key) => read(of.corpus, key, true)),
    ...deletedKeys.map((key) => read(of.deleted, key, false)),
    ...markKeys.map((key, index) => read(of.marks, key, marksPresent(index))),
    observed('listed', label, { keys: corpusKeys }),
    ...[...balances].map(([account, found]) => read(of.balances, account, true, { captured: { balance: found } })),
    ...transfers.map(({ marker }, index) => read(of.markers, marker, markersPresent(index))),
  ]
}

function written(): HistoryEvent[] {
  const write = (atMs: number, load: string, operation: string, key: string): HistoryEvent => request(atMs, { load, operation, key, method: 'PUT' })
  return [
    fact('corpus', { prefix: 'p-c-', records: corpusKeys.map((key) => ({ key, kind: 'emoji' })), deleted: deletedKeys }),
    ...corpusKeys.map((key) => write(500, 'prepare', 'corpus.write', key)),
    ...deletedKeys.flatMap((key) => [write(600, 'prepare', 'corpus.write', key), write(700, 'prepare', 'corpus.delete', key)]),
    ...markKeys.map((key, index) => write(markedAtMs(index), 'marks', 'mark.write', key)),
  ]
}

function users(): HistoryEvent[] {
  return [
    ...requests({ fromMs: 2_000, toMs: 8_000, everyMs: 20 }, { load: loads.users, via: 'balancer' }),
    ...requests({ fromMs: 2_000, toMs: 8_000, everyMs: 25 }, { load: loads.users, via: 'balancer', method: 'PUT', operation: 'user.write' }),
  ]
}

/** A backup from 10 s to 12.5 s while the primary is frozen, and its copy. */
export function frozenHistory(more: { readonly ok?: boolean; readonly toMs?: number } = {}): HistoryEvent[] {
  const toMs = more.toMs ?? 12_500
  const ok = more.ok ?? true
  return [
    ...liveHistory(),
    ...performed({ name: 'freeze', label: frozenLabel, fromMs: 9_000, toMs: 9_010, witness: false }),
    ...requests({ fromMs: 9_050, toMs: toMs + 200, everyMs: 250 }, { load: loads.whileFrozen, method: 'PUT', outcome: 'timeout' }),
    ...performed({ name: interventions.create, label: frozenLabel, fromMs: 10_000, toMs, ok }),
    ...restored(frozenLabel, 30_000, { marksPresent: () => true }),
  ]
}

export const changed = (events: readonly HistoryEvent[], applies: (one: RequestEvent) => boolean, change: Partial<RequestEvent> | ((one: RequestEvent) => Partial<RequestEvent>)): HistoryEvent[] =>
  events.map((event) => (event.kind === 'request' && applies(event) ? { ...event, ...(typeof change === 'function' ? change(event) : change) } : event))
export const without = (events: readonly HistoryEvent[], drop: (event: HistoryEvent) => boolean): HistoryEvent[] => events.filter((event) => !drop(event))
export const withoutIntervention = (events: readonly HistoryEvent[], name: string, label: string, phase?: InterventionEvent['phase']): HistoryEvent[] =>
  without(events, (event) => event.kind === 'intervention' && event.name === name && event.label === label && (phase === undefined || event.phase === phase))
export const withoutLoad = (events: readonly HistoryEvent[], load: string): HistoryEvent[] => without(events, (event) => event.kind === 'request' && event.load === load)
