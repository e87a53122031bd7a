import type { AccessCaller, AccessControl, AccessKind, RateLimit } from '../../core/declarations/access.js'

/** Names that the scenario writes into the history and the checks read from it. */

/** Requests of one cell of the matrix. */
export const cellLoad = (caller: AccessCaller, kind: AccessKind): string => `matrix ${caller} ${kind}`
/** Reads of what was written in the matrix, by a caller that may. */
export const effectLoad = 'effects of writes'

export const enableName = 'access-enable'
/** The same requests before the list is put in force, where it is not always. Histories of before them have none. */
export const beforeEnablingLoad = (caller: AccessCaller, kind: AccessKind): string => `before enabling ${caller} ${kind}`
export const limitBeforeEnablingLoad = 'before enabling the limit'
export type ListChange = 'deny' | 'permit'
export const listChanges: readonly ListChange[] = ['deny', 'permit']
export const changeName = (change: ListChange): string => `access-${change}`
/** Reads of the caller whose permission is changed, on each instance: before the first change, and after each. */
export const beforeChangeLoad = 'before the change'
export const changeLoad = (change: ListChange): string => `after ${change}`

export const overLoad = 'twice the quota'
/** Until the limit is reached, then as `Retry-After` says. */
export const fillLoad = 'up to the limit'
export const obeyLoad = 'as told by retry-after'

export const floodLoad = 'flood of the caller'
export const aloneLoad = 'neighbour alone'
export const besideLoad = 'neighbour beside the flood'

export const accessFact = 'access'
export interface AccessFact extends Pick<AccessControl, 'unlisted' | 'refusalStatus' | 'effectiveWithinMs'> {
  readonly through: string
}
export const limitFact = 'rate-limit'
export type LimitFact = Pick<RateLimit, 'quota' | 'windowMs' | 'burst'>

/** What is kept of each answer under a limit. */
export const limitCapture = {
  retryAfter: { header: 'retry-after' },
  date: { header: 'date' },
  policy: { header: 'ratelimit-policy' },
  rateLimit: { header: 'ratelimit' },
  limit: { header: 'ratelimit-limit' },
  remaining: { header: 'ratelimit-remaining' },
  reset: { header: 'ratelimit-reset' },
} as const
