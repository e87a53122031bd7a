import { evidenceRequestsMax, type Evidence } from '../../core/check.js'
import type { History, RequestEvent } from '../../core/history.js'
import { acknowledged, ledgerOf, type LedgerEntry } from '../../core/ledger.js'
import { observationsOf, requestsOf } from '../../core/reading.js'
import { probes } from './names.js'

/** What became of what some loads wrote, after everything had come to rest. */
export interface KeptWrites {
  readonly acknowledged: readonly LedgerEntry[]
  readonly lost: readonly LedgerEntry[]
  readonly unread: readonly LedgerEntry[]
  readonly unexpected: readonly LedgerEntry[]
}

export function keptWrites(history: History, writes: readonly string[], reads: string): KeptWrites {
  const entries = writes.flatMap((load) => ledgerOf(history, { writes: load, reads }).filter(({ acknowledgedAtMs, state }) => acknowledgedAtMs !== undefined || state === 'unexpected'))
  const of = (state: LedgerEntry['state']): LedgerEntry[] => distinct(entries.filter((one) => one.state === state))
  return { acknowledged: distinct(entries.filter(({ acknowledgedAtMs }) => acknowledgedAtMs !== undefined)), lost: of('lost'), unread: of('unread'), unexpected: of('unexpected') }
}

/** A key that nobody wrote is found once for each load. */
const distinct = (entries: readonly LedgerEntry[]): LedgerEntry[] => [...new Map(entries.map((one) => [one.key, one])).values()]

export interface KeptEffects {
  readonly looked: number
  /** Answered as done, and its effect is not there. */
  readonly lost: readonly RequestEvent[]
  /** Its effect happened more than once. */
  readonly duplicated: readonly RequestEvent[]
}

/** Effects of requests in flight, where they can be read. */
export function keptEffects(history: History, loads: readonly string[]): KeptEffects {
  const counts = new Map<string, number>()
  for (const { target, value } of observationsOf(history, probes.effect)) if (typeof value === 'number') counts.set(target, value)
  const looked = loads.flatMap((load) => requestsOf(history, load)).filter(({ key }) => key !== undefined && counts.has(key))
  const countOf = ({ key }: RequestEvent): number => counts.get(key ?? '') ?? 0
  return { looked: looked.length, lost: looked.filter((one) => acknowledged(one) && countOf(one) === 0), duplicated: looked.filter((one) => countOf(one) > 1) }
}

export const ledgerEvidence = (note: string, entries: readonly LedgerEntry[]): Evidence => ({
  note: `${note}, for example ${entries[0]?.key}${entries[0]?.found === undefined ? '' : `: found ${entries[0].found}`}`,
  measured: entries.length,
  allowed: 0,
  unit: 'count',
  requests: entries.flatMap((one) => one.requests).slice(0, evidenceRequestsMax),
})
