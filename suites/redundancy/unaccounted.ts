import type { RequestEvent } from '../../core/history.js'
import { countsAsLost } from '../../core/reading.js'

/** More than this share of requests without a verdict could hide what a pass denies. */
const shareMax = 0.01

/** Lost on an idle connection, and one a client may send again: neither a failure nor a request that was served. */
export const idleResets = (request: RequestEvent): boolean => request.outcome === 'reset-idle' && !countsAsLost(request)

/**
 * Why these requests cannot carry a pass: too many were given up by the harness, or were reset on an idle connection where
 * no connection may break any more. Undefined when nearly all of them have a verdict.
 */
export function unaccounted(requests: readonly RequestEvent[], { when, idleResetsAllowed }: { readonly when: string; readonly idleResetsAllowed: boolean }): string | undefined {
  const most = requests.length * shareMax
  const cancelled = requests.filter((one) => one.outcome === 'cancelled').length
  if (cancelled > most) return `the harness gave up ${cancelled} of ${requests.length} requests ${when}`
  const reset = requests.filter(idleResets).length
  return reset > most && !idleResetsAllowed ? `${reset} of ${requests.length} requests ${when} were reset on idle connections` : undefined
}
