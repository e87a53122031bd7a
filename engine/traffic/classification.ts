import type { ClientFailure } from '../../core/client-module.js'
import type { RequestOutcome } from '../../core/history.js'

/** Everything the client saw of one request, as plain values. */
export interface Seen {
  readonly ending: 'complete' | 'failed' | 'timeout' | 'cancelled' | 'endless'
  /** A TCP connection was there. */
  readonly connected: boolean
  /** The request was handed to the kernel, at least its beginning. */
  readonly written: boolean
  /** The connection had carried a request before. */
  readonly reused: boolean
  readonly closedByPeer: boolean // an orderly FIN
  readonly code?: string // errno or undici's code of the failure
  readonly sinceSentMs?: number
  readonly responseBytes: number
  readonly status?: number
  readonly retryAfter?: boolean
  readonly closeAnnounced?: boolean
  /** What the balancer said of itself, when it made this answer up. */
  readonly balancer?: string
  /** Why the client module of a service without HTTP has no answer of the service. */
  readonly client?: ClientFailure
  /** It carries the declared marker of degraded answers. */
  readonly marked?: boolean
  /** Why a complete answer is not what the operation promises. */
  readonly problem?: { readonly of: 'status' | 'content'; readonly text: string }
}

export interface Classified {
  readonly outcome: RequestOutcome
  readonly detail?: string
}

/** A close within this time of sending on a reused connection may have crossed the request on its way (VAL-03). */
export const idleRaceMs = 50

/** Failures of our own machine or program. They say nothing about the service. */
const ownFailures: ReadonlySet<string> = new Set([
  'EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM', 'EACCES', 'EPERM', 'ENOTFOUND', 'EAI_AGAIN',
  'UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_INVALID_ARG', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'SW_CONNECTION_ENDED',
])

/** An answer that stopped before its end. */
const brokenOff: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'HPE_INVALID_EOF_STATE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])

/** The outcome taxonomy of the validity notes on keep-alive races (VAL-03). */
export function classify(seen: Seen): Classified {
  switch (seen.ending) {
    case 'complete':
      return classifyAnswer(seen)
    case 'cancelled':
      return { outcome: 'cancelled' }
    case 'endless':
      return { outcome: 'wrong-content', detail: 'the body did not end within the bytes that are read at most' }
    case 'timeout':
      if (!seen.connected) return { outcome: 'refused', detail: 'no connection within the deadline' }
      return { outcome: 'timeout', ...(seen.responseBytes > 0 ? { detail: 'the answer had begun' } : {}) }
    case 'failed':
      return classifyFailure(seen)
  }
}

function classifyAnswer(seen: Seen): Classified {
  const { status = 0, problem } = seen
  if (seen.client !== undefined) return classifyClientFailure(seen.client)
  // Out of ports, descriptors or memory in the balancer is a failure of our own machine.
  if (seen.balancer?.startsWith('local-failure')) return { outcome: 'cancelled', detail: `failure of the harness: ${seen.balancer}` }
  if (seen.balancer !== undefined) return { outcome: 'error-status', detail: `made by the balancer: ${seen.balancer}` }
  if (problem === undefined) return { outcome: seen.marked === true ? 'degraded' : 'ok' }
  if (problem.of === 'content') return { outcome: 'wrong-content', detail: problem.text }
  if ((status === 429 || status === 503) && (seen.retryAfter || seen.closeAnnounced)) return { outcome: 'polite-refusal' }
  return { outcome: status >= 200 && status < 300 ? 'wrong-content' : 'error-status', detail: problem.text }
}

/** The same words for another protocol: what the module says of a request is what a socket says of one by HTTP. */
function classifyClientFailure({ kind, reused, sinceSentMs, detail }: ClientFailure): Classified {
  if (kind === 'not-sent') return { outcome: 'refused', detail }
  if (kind === 'rejected') return { outcome: 'error-status', detail }
  return { outcome: reused && sinceSentMs < idleRaceMs ? 'reset-idle' : 'reset-in-flight', detail }
}

function classifyFailure(seen: Seen): Classified {
  const code = seen.code ?? ''
  if (ownFailures.has(code)) return { outcome: 'cancelled', detail: `failure of the harness: ${code}` }
  if (!seen.connected) return { outcome: 'refused' }
  if (seen.responseBytes > 0) return classifyBrokenAnswer(seen, code)
  if (seen.reused && (seen.sinceSentMs ?? 0) < idleRaceMs) return { outcome: 'reset-idle', detail: seen.closedByPeer ? 'FIN' : 'RST' }
  if (!seen.written) return { outcome: 'reset-before-send' }
  return { outcome: seen.closedByPeer ? 'closed-in-flight' : 'reset-in-flight' }
}

function classifyBrokenAnswer(seen: Seen, code: string): Classified {
  const endedEarly = seen.closedByPeer || brokenOff.has(code)
  if (endedEarly) return { outcome: 'truncated', detail: seen.closedByPeer ? 'FIN' : 'RST' }
  return { outcome: 'wrong-content', detail: `not an HTTP answer: ${code}` }
}
