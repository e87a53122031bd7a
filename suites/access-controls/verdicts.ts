import type { RequestEvent } from '../../core/history.js'

/** What an answer says about access; `none`: the service could not or would not say now. */
export type Verdict = 'accepted' | 'refused' | 'other' | 'none'

/** A refusal for want of time or by fault says nothing about who may do what. */
export const isVerdict = (status: number | undefined): boolean => status !== undefined && status < 500 && status !== 429

export function verdictOf(request: RequestEvent, refusalStatus: readonly number[]): Verdict {
  const { status, outcome } = request
  if (!isVerdict(status) || status === undefined) return 'none'
  if (refusalStatus.includes(status)) return 'refused'
  if (outcome === 'ok' || outcome === 'degraded') return 'accepted'
  // A body that is not what was promised was still handed out.
  return status >= 200 && status < 300 ? 'accepted' : 'other'
}
