import { messageOf } from '../../core/errors.js'

/** Why a backend gave no answer, as the balancer tells it in `x-seaworthy-balancer`. */
export type UpstreamFailureReason =
  | 'refused' // nobody listens
  | 'connect-timeout'
  | 'reset' // RST before an answer
  | 'closed' // FIN before a whole answer head
  | 'response-timeout' // not a byte for the whole response timeout
  | 'headers-too-large'
  | 'invalid-response'
  | 'local-failure' // this machine ran out of ports, descriptors or memory: not the backend's fault
  | 'failed' // anything else the system reports, see the text of the answer

export interface UpstreamFailure {
  readonly status: 502 | 504
  readonly reason: UpstreamFailureReason
  readonly detail: string
}

/** Own codes of errors the balancer destroys an upstream connection with. */
export const connectTimeoutCode = 'SW_UPSTREAM_CONNECT_TIMEOUT'
export const responseTimeoutCode = 'SW_UPSTREAM_RESPONSE_TIMEOUT'
export const errorWithCode = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/** Sorts what Node reports for an upstream connection into a reason. */
export function upstreamFailureOf(thrown: unknown): UpstreamFailure {
  const { code = '', syscall } = thrown as { readonly code?: string; readonly syscall?: string }
  const reason = reasonOf(code, syscall)
  const status = reason === 'connect-timeout' || reason === 'response-timeout' ? 504 : 502
  return { status, reason, detail: code === '' ? messageOf(thrown) : `${messageOf(thrown)} (${code})` }
}

const localFailures: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])

function reasonOf(code: string, syscall: string | undefined): UpstreamFailureReason {
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === connectTimeoutCode || (code === 'ETIMEDOUT' && syscall === 'connect')) return 'connect-timeout'
  if (localFailures.has(code)) return 'local-failure'
  if (code === responseTimeoutCode) return 'response-timeout'
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large'
  if (code === 'HPE_INVALID_EOF_STATE') return 'closed'
  if (code.startsWith('HPE_') || code === 'ERR_INVALID_CHAR' || code === 'ERR_HTTP_INVALID_STATUS_CODE') return 'invalid-response'
  // Node reports an orderly close without an answer as ECONNRESET too, but then no system call failed.
  if (code === 'ECONNRESET') return syscall === undefined ? 'closed' : 'reset'
  if (code === 'EPIPE') return 'closed'
  return 'failed'
}
