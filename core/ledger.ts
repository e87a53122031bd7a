import { eventsOf, type History, type RequestEvent } from './history.js'
import { foundThoughNeverWritten } from './never-written.js'
import { eachRequestOf, requestsOf } from './reading.js'

/**
 * What became of the writes of one load, judged from what the clients saw alone (the words are those of Jepsen's
 * set checkers): a strong read after everything has come to rest decides.
 */
export type WriteState =
  | 'stable' // acknowledged, and read back
  | 'lost' // acknowledged, and the last strong read found nothing or something else
  | 'unread' // acknowledged, and the last strong read says nothing: it could not be made, or it finds what was never written as well
  | 'recovered' // never acknowledged, and there all the same: allowed
  | 'unknown' // no answer came, and it is not there or was not looked for: allowed
  | 'rejected' // refused for certain, and not there
  | 'unexpected' // refused for certain or never attempted, and there

export interface LedgerEntry {
  readonly key: string
  readonly state: WriteState
  /** When the first acknowledgement arrived. */
  readonly acknowledgedAtMs: number | undefined
  /** Ids of the write events and of the last read event, in this order. */
  readonly requests: readonly number[]
  /** For a lost write: what the last read found instead. */
  readonly found: string | undefined
}

export interface LedgerLoads {
  readonly writes: string
  /** Strong reads that were made after the last write; the last one of each key holds. */
  readonly reads: string
}

/** What is kept of all attempts to write each key, in lists of numbers by the number of the key: a run may write millions. */
class Attempts {
  /** Number of each key, in the order of its first attempt. */
  readonly keys = new Map<string, number>()
  readonly #firstIds: number[] = []
  readonly #acknowledgedAtMs: number[] = []
  readonly #refused: boolean[] = []
  /** Few keys are written more than once. */
  readonly #laterIds = new Map<number, number[]>()

  add(key: string, write: RequestEvent): void {
    const known = this.keys.get(key)
    const number = known ?? this.keys.size
    if (known === undefined) {
      this.keys.set(key, number)
      this.#firstIds.push(write.id)
      this.#acknowledgedAtMs.push(Infinity)
      this.#refused.push(true)
    } else {
      const later = this.#laterIds.get(number)
      if (later === undefined) this.#laterIds.set(number, [write.id])
      else later.push(write.id)
    }
    if (!refusedForCertain(write)) this.#refused[number] = false
    if (acknowledged(write)) this.#acknowledgedAtMs[number] = Math.min(this.#acknowledgedAtMs[number] ?? Infinity, write.endedAtMs)
  }

  entry(key: string, number: number, read: LastRead | undefined): LedgerEntry {
    const ids = [this.#firstIds[number] ?? 0, ...(this.#laterIds.get(number) ?? [])]
    const atMs = this.#acknowledgedAtMs[number] ?? Infinity
    const found = read?.found ?? 'unreadable'
    const state = atMs === Infinity ? unacknowledgedState(found, this.#refused[number] === true) : acknowledgedState(found)
    return {
      key,
      state,
      acknowledgedAtMs: atMs === Infinity ? undefined : atMs,
      requests: read === undefined ? ids : [...ids, read.id],
      found: state === 'lost' && read !== undefined ? read.described : undefined,
    }
  }
}

/** What the last read of a key found. */
interface LastRead {
  readonly id: number
  readonly operation: string
  readonly found: Found
  readonly described: string
}

/** One entry for each key of the write load, and one for each key that was read and that no request ever carried before. */
export const ledgerOf = (history: History, loads: LedgerLoads): LedgerEntry[] => [...eachLedgerEntry(history, loads)]

/** The same, one after the other: for who counts them and keeps few. */
export function* eachLedgerEntry(history: History, loads: LedgerLoads): Generator<LedgerEntry> {
  const reads = believable(history, lastReads(history, loads.reads))
  const attempts = new Attempts()
  const attempted = new Set<string>()
  for (const event of eventsOf(history, 'request')) {
    if (event.key === undefined || event.load === loads.reads) continue
    if (event.load === loads.writes) attempts.add(event.key, event)
    else if (reads.has(event.key)) attempted.add(event.key)
  }
  for (const [key, number] of attempts.keys) yield attempts.entry(key, number, reads.get(key))
  for (const [key, { id, found }] of reads) {
    if (attempts.keys.has(key) || attempted.has(key) || found !== 'present') continue
    yield { key, state: 'unexpected', acknowledgedAtMs: undefined, requests: [id], found: 'present, never written' }
  }
}

function lastReads(history: History, load: string): ReadonlyMap<string, LastRead> {
  const reads = new Map<string, LastRead>()
  for (const event of eachRequestOf(history, load)) {
    if (event.key === undefined || event.outcome === 'cancelled') continue
    reads.set(event.key, { id: event.id, operation: event.operation, found: finding(event), described: described(event) })
  }
  return reads
}

/** A read that finds what nobody ever wrote (the negative control) shows no record by finding one. What it does not find is not there all the same. */
function believable(history: History, reads: ReadonlyMap<string, LastRead>): ReadonlyMap<string, LastRead> {
  const operations = new Set([...reads.values()].map(({ operation }) => operation))
  if (foundThoughNeverWritten(history, operations).length === 0) return reads
  return new Map([...reads].map(([key, read]) => [key, read.found === 'present' ? { ...read, found: 'unreadable' } : read]))
}

/** What to add where acknowledged writes of a ledger are `unread`: why, where more is known than that no answer came. */
export function whyUnread(history: History, load: string): string {
  const reads = requestsOf(history, load)
  const operations = new Set(reads.map(({ operation }) => operation))
  if (foundThoughNeverWritten(history, operations).length > 0) return ': the strong read finds what was never written, so finding a record proves nothing'
  return reads.some(({ outcome }) => outcome === 'degraded') ? ': the strong read gave degraded answers, which do not show what was written' : ''
}

export const acknowledged = (write: RequestEvent): boolean => write.outcome === 'ok' || write.outcome === 'degraded'

type Found = 'present' | 'absent' | 'different' | 'unreadable'

function acknowledgedState(found: Found): WriteState {
  if (found === 'present') return 'stable'
  return found === 'unreadable' ? 'unread' : 'lost'
}

/** A body other than the written one may be how a service says "nothing there", so it is not held against an unacknowledged write. */
function unacknowledgedState(found: Found, refused: boolean): WriteState {
  if (found === 'present') return refused ? 'unexpected' : 'recovered'
  return refused ? 'rejected' : 'unknown'
}

/** A degraded answer promises other things than the value, so it shows neither that it is there nor that it is not. */
function finding(read: RequestEvent): Found {
  if (read.outcome === 'ok') return 'present'
  if (read.outcome === 'wrong-content') return 'different'
  return read.outcome === 'error-status' && (read.status === 404 || read.status === 410) ? 'absent' : 'unreadable'
}

const described = (read: RequestEvent): string =>
  read.outcome === 'wrong-content' ? `another value${read.detail === undefined ? '' : ` (${read.detail})`}` : `nothing (status ${read.status})`

/** Client errors that leave open whether the write was applied: a timeout, or a conflict with what may be our own earlier try. */
const openClientErrors: ReadonlySet<number> = new Set([408, 409])

/**
 * The write cannot have been applied: nothing was sent, or the service said that the request itself was at fault. A 5xx, and
 * a 503 however polite, promises nothing.
 */
export function refusedForCertain(write: RequestEvent): boolean {
  if (write.outcome === 'refused' || write.outcome === 'reset-before-send') return true
  if (write.status !== undefined) return write.status >= 400 && write.status < 500 && !openClientErrors.has(write.status)
  return write.sentAtMs === undefined
}
