import type { History, RequestEvent } from '../../core/history.js'
import { observationsOf, requestsOf } from '../../core/reading.js'
import type { DrainSpan } from './drain-span.js'
import { loads } from './names.js'
import { answered } from './wording.js'

/** What became of one persistent connection that was alive when the drain began. */
export interface Connection {
  readonly number: number
  /** When it was told to close, after the acknowledgement; absent when it was not. Negative while that was still on its way. */
  readonly toldMs: number | undefined
  /** Answers without a word about closing: to requests sent after the limit, or, where it was told too late, given after it. */
  readonly pinned: readonly RequestEvent[]
  /** Requests that were on it when it was cut. */
  readonly cut: readonly RequestEvent[]
  readonly idleResets: readonly RequestEvent[]
  /** The server closed it between two requests while it drained, without having told the client in an answer. */
  readonly closedUntold: boolean
  readonly servedAfter: number
  /** It was still being served when the observation ended. */
  readonly servedUntilTheEnd: boolean
}

/** A connection that was used this shortly before a moment was open then. */
const openWithinMs = 1_000

/** Connections that had been served, and neither told to close nor cut, before the drain was issued. */
export function connectionsAcross(history: History, span: DrainSpan, limitMs: number): Connection[] {
  const closed = closedByServer(history, span)
  const byNumber = new Map<number, RequestEvent[]>()
  for (const request of requestsOf(history, loads.keepAlive)) {
    if (request.connection === undefined || request.via !== span.target) continue
    const known = byNumber.get(request.connection)
    if (known === undefined) byNumber.set(request.connection, [request])
    else known.push(request)
  }
  return [...byNumber]
    .filter(([, own]) => aliveAt(own, span.issuedAtMs))
    .map(([number, own]) => connectionOf(own, span, { number, limitMs, closed: closed.has(number) }))
}

/** Numbers of the connections that the server closed with no request on them while it drained. */
function closedByServer(history: History, { target, issuedAtMs, endedAtMs, endedBy }: DrainSpan): ReadonlySet<number> {
  const ends = observationsOf(history, 'connection-ended', target)
    .filter(({ atMs }) => atMs >= issuedAtMs && (endedBy === 'exit' || atMs <= endedAtMs))
    .map(({ value }) => value as { readonly load: string; readonly connection: number; readonly how: string })
  return new Set(ends.filter(({ load, how }) => load === loads.keepAlive && how === 'closed-by-server').map(({ connection }) => connection))
}

function aliveAt(own: readonly RequestEvent[], atMs: number): boolean {
  const before = own.filter((request) => request.endedAtMs < atMs)
  return before.some(answered) && before.every((request) => answered(request) && request.closeAnnounced !== true) && own.some((request) => request.endedAtMs >= atMs - openWithinMs)
}

interface About {
  readonly number: number
  readonly limitMs: number
  readonly closed: boolean
}

function connectionOf(own: readonly RequestEvent[], span: DrainSpan, { number, limitMs, closed }: About): Connection {
  const { acknowledgedAtMs, issuedAtMs, endedAtMs, endedBy } = span
  // What was under way when we stopped or undrained the replica was cut by that, not by its drain.
  const after = own.filter((request) => request.endedAtMs >= issuedAtMs && request.plannedAtMs < endedAtMs && (endedBy === 'exit' || request.endedAtMs <= endedAtMs))
  const told = after.find((request) => request.closeAnnounced === true)
  const silent = after.filter((request) => answered(request) && request.closeAnnounced !== true)
  const limitAtMs = acknowledgedAtMs + limitMs
  const toldLate = told !== undefined && told.endedAtMs > limitAtMs
  return {
    number,
    toldMs: told === undefined ? undefined : told.endedAtMs - acknowledgedAtMs,
    pinned: silent.filter((request) => (request.sentAtMs ?? request.plannedAtMs) > limitAtMs || (toldLate && request.endedAtMs > limitAtMs)),
    cut: after.filter((request) => ['reset-in-flight', 'closed-in-flight', 'truncated'].includes(request.outcome)),
    idleResets: after.filter((request) => request.outcome === 'reset-idle'),
    closedUntold: closed && told === undefined,
    servedAfter: after.filter((request) => answered(request) && request.endedAtMs >= acknowledgedAtMs).length,
    servedUntilTheEnd: silent.some((request) => request.endedAtMs > endedAtMs - openWithinMs),
  }
}
