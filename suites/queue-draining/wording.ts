import { evidenceRequestsMax, zeroFailuresBound95, type Evidence } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import { tallyOf } from '../../core/checks/request-tally.js'
import type { RequestEvent } from '../../core/history.js'

/** '9.5 %', '0.10 %': two significant digits are as much as a bound is worth. */
export const percent = (ratio: number): string => `${Number((ratio * 100).toPrecision(2)).toFixed(ratio < 0.01 ? 2 : ratio < 0.1 ? 1 : 0)} %`

/**
 * A claim "none of n" as two lines, since requests of one drain are not independent: what it says about a request,
 * and what it says about a drain.
 */
export function strengthLines(requests: { readonly count: number; readonly what: string }, drains: number): Evidence[] {
  return [
    { note: `0 of ${requests.count} ${requests.what}: at 95 % fewer than ${percent(zeroFailuresBound95(requests.count))} per request`, measured: requests.count, unit: 'requests' },
    { note: `over ${counted(drains, 'drain')}: at 95 % fewer than ${percent(zeroFailuresBound95(drains))} per drain`, measured: drains, unit: 'count' },
  ]
}

/** How often each outcome occurred, most frequent first: 'ok 120, refused 3'. */
export const talliedOutcomes = (requests: readonly RequestEvent[]): string => tallyOf(requests).outcomes

/** Ids for `Evidence.requests`, at most as many as may be given. */
export const idsOf = (requests: readonly RequestEvent[]): readonly number[] => requests.slice(0, evidenceRequestsMax).map((request) => request.id)

export const answered = (request: RequestEvent): boolean => request.outcome === 'ok' || request.outcome === 'degraded'
/** Given up by the harness, or a failure of its own: says nothing about the service. */
export const judgeable = (request: RequestEvent): boolean => request.outcome !== 'cancelled'
