import type { RequestEvent } from '../../core/history.js'
import type { DrainSpan } from './drain-span.js'
import { answered } from './wording.js'

/** What became of one persistent connection that was alive when the drain began. */
export interface Connection {
  readonly number: number
  /** When it was told to close, after the acknowledgement; absent when it was not. Negative while that was still on its way. */
  readonly toldMs: number | undefined
  /** Answers without a word about closing, to requests sent after the limit. */
  readonly pinned: readonly RequestEvent[]
  /** Requests that were on it when it was cut. */
  readonly cut: readonly RequestEvent[]
  readonly idleResets: readonly RequestEvent[]
  readonly servedAfter: number
  /** It was still being served when the observation ended. */
  readonly servedUntilTheEnd: boolean
}

/** A connection that was used this shortly before a moment was open then. */
const openWithinMs = 1_000

/** Connections that had been served, and neither told to close nor cut, before the drain was issued. */
export function connectionsAcross(requests: readonly RequestEvent[], span: DrainSpan, limitMs: number): Connection[] {
  const byNumber = new Map<number, RequestEvent[]>()
  for (const request of requests) {
    if (request.connection === undefined) continue
    const known = byNumber.get(request.connection)
    if (known === undefined) byNumber.set(request.connection, [request])
    else known.push(request)
  }
  return [...byNumber].filter(([, own]) => aliveAt(own, span.issuedAtMs)).map(([number, own]) => connectionOf(number, own, span, limitMs))
}

function aliveAt(own: readonly RequestEvent[], atMs: number): boolean {
  const before = own.filter((request) => request.endedAtMs < atMs)
  return before.some(answered) && before.every((request) => answered(request) && request.closeAnnounced !== true) && own.some((request) => request.endedAtMs >= atMs - openWithinMs)
}

function connectionOf(number: number, own: readonly RequestEvent[], span: DrainSpan, limitMs: number): Connection {
  const { acknowledgedAtMs, issuedAtMs, endedAtMs, endedBy } = span
  // What was under way when we stopped or undrained the replica was cut by that, not by its drain.
  const after = own.filter((request) => request.endedAtMs >= issuedAtMs && request.plannedAtMs < endedAtMs && (endedBy === 'exit' || request.endedAtMs <= endedAtMs))
  const told = after.find((request) => request.closeAnnounced === true)
  const silent = after.filter((request) => answered(request) && request.closeAnnounced !== true)
  return {
    number,
    toldMs: told === undefined ? undefined : told.endedAtMs - acknowledgedAtMs,
    pinned: silent.filter((request) => (request.sentAtMs ?? request.plannedAtMs) > acknowledgedAtMs + limitMs),
    cut: after.filter((request) => ['reset-in-flight', 'closed-in-flight', 'truncated'].includes(request.outcome)),
    idleResets: after.filter((request) => request.outcome === 'reset-idle'),
    servedAfter: after.filter((request) => answered(request) && request.endedAtMs >= acknowledgedAtMs).length,
    servedUntilTheEnd: silent.some((request) => request.endedAtMs > endedAtMs - openWithinMs),
  }
}
