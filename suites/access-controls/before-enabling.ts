import { inconclusive, type Finding } from '../../core/check.js'
import { listed } from '../../core/checks/counted.js'
import { acknowledged } from '../../core/ledger.js'
import type { History, RequestEvent } from '../../core/history.js'
import { interventionsOf, requestsOf } from '../../core/reading.js'
import { enableName } from './names.js'
import { isVerdict } from './verdicts.js'

/**
 * What was answered before the list was put in force: the last answer that says something, else the last one. Undefined where nobody asked:
 * the list is always in force, or the history is of before these requests, and is judged without them.
 */
export function askedBefore(history: History, load: string): RequestEvent | undefined {
  const asked = requestsOf(history, load)
  return asked.filter(({ status }) => isVerdict(status)).at(-1) ?? asked.at(-1)
}

/** A deployment of its own may know no callers at all: who was not served before was not refused by the list. */
export const wasUnserved = (before: RequestEvent | undefined): before is RequestEvent => before !== undefined && !acknowledged(before)

/** 'status 401 and timeout', each once. */
export const answersText = (requests: readonly RequestEvent[]): string => listed([...new Set(requests.map(({ status, outcome }) => (status === undefined ? outcome : `status ${status}`)))])

/** Nothing is known of a list, and of the limits that come with it, that the service refused to put in force. */
export function notPutInForce(history: History): Finding | undefined {
  const refused = interventionsOf(history, enableName).find((one) => one.acknowledgedAtMs === undefined)
  return refused === undefined ? undefined : inconclusive(`the access list could not be put in force: ${refused.error ?? 'no answer'}`)
}
