import type { History, RequestEvent } from '../../core/history.js'
import { refusedForCertain } from '../../core/ledger.js'
import { interventionsOf, requestsOf, type Intervention, type Window } from '../../core/reading.js'
import { readingOf, wasOk, type Reading } from './vocabulary.js'

/** A restore into the running service, as the history tells it. */
export interface LiveRestore {
  readonly intervention: Intervention
  readonly window: Window
  readonly ok: boolean
}

export function liveRestoreOf(history: History, name: string, label: string): LiveRestore | undefined {
  const intervention = interventionsOf(history, name, label).at(-1)
  if (intervention === undefined) return undefined
  const { issuedAtMs, acknowledgedAtMs, detail } = intervention
  const tookMs = typeof detail['tookMs'] === 'number' ? detail['tookMs'] : 0
  return { intervention, ok: acknowledgedAtMs !== undefined, window: { fromMs: issuedAtMs, toMs: acknowledgedAtMs ?? issuedAtMs + tookMs } }
}

export const overlaps = ({ fromMs, toMs }: Window) => (request: RequestEvent): boolean => request.plannedAtMs <= toMs && request.endedAtMs >= fromMs

export interface Read {
  readonly key: string
  readonly reading: Reading
  readonly request: RequestEvent
}
export const readsOf = (history: History, load: string): Read[] => requestsOf(history, load).map((request) => ({ key: request.key ?? '', reading: readingOf(request), request }))

export const idsOf = (reads: readonly Read[]): readonly number[] => reads.slice(0, 50).map(({ request }) => request.id)

/**
 * Reads that found another value where a write of the same key had no known outcome: it may have landed after a later one that was
 * acknowledged, and nobody rewound anything. A write that lands late removes nothing, so what is absent is never among them.
 */
export function overtaken(history: History, reads: readonly Read[], writeLoads: readonly string[]): Read[] {
  const open = new Set(writeLoads.flatMap((load) => requestsOf(history, load)).filter((one) => !wasOk(one) && !refusedForCertain(one)).map(({ key }) => key ?? ''))
  return reads.filter(({ key, reading }) => reading === 'altered' && open.has(key))
}
