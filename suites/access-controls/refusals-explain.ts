import { failed, type Evidence, type Finding } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import { requestEvidence } from '../../core/checks/worst-finding.js'
import type { RequestEvent } from '../../core/history.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import type { LimitFact } from './names.js'
import { fieldProblem } from './ratelimit-fields.js'
import { retryAfterMs } from './retry-after.js'

export interface Refusals {
  readonly limit: LimitFact
  readonly requests: readonly RequestEvent[]
  readonly thresholds: ThresholdValues
}

const heldAgainst = (note: string, requests: readonly RequestEvent[]): Evidence[] => [requestEvidence({ note, measured: requests.length, unit: 'requests' }, requests)]
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** What is wrong with how refusals are told: the status, Retry-After, the RateLimit fields. */
export function wordsFinding({ limit, requests, thresholds }: Refusals): Finding | undefined {
  const others = requests.filter(({ status = 0 }) => status >= 400 && status < 500 && status !== 429)
  if (others.length > numberThreshold(thresholds, 'non_429_refusals_max')) {
    return failed(`${counted(others.length, 'request')} beyond the quota ended in status ${others[0]!.status}, expected 429`, heldAgainst('requests that were refused otherwise', others))
  }
  const refused = requests.filter((one) => one.status === 429)
  const spanOf = (one: RequestEvent): number | undefined => retryAfterMs(text(one.captured?.['retryAfter']), text(one.captured?.['date']))
  const silent = refused.filter((one) => spanOf(one) === undefined)
  if (refused.length > 0 && (refused.length - silent.length) / refused.length < numberThreshold(thresholds, 'retry_after_present_ratio_min')) {
    return failed(`${silent.length} of ${refused.length} refusals carry no Retry-After that can be read`, heldAgainst('refusals without Retry-After', silent))
  }
  const allowedMs = limit.windowMs + numberThreshold(thresholds, 'retry_after_beyond_window_s_max') * 1_000
  const far = refused.filter((one) => (spanOf(one) ?? 0) > allowedMs)
  if (far.length > 0) return failed(`${counted(far.length, 'refusal')} said to wait for ${spanOf(far[0]!)} ms, the window is ${limit.windowMs} ms`, heldAgainst('refusals with a Retry-After beyond the window', far))
  const wrong = requests.flatMap((one) => {
    const problem = fieldProblem(one, limit, spanOf(one))
    return problem === undefined ? [] : [{ one, problem }]
  })
  return wrong[0] === undefined ? undefined : failed(`the RateLimit fields of ${counted(wrong.length, 'answer')} are not true: ${wrong[0].problem}`, heldAgainst('answers with RateLimit fields that are not true', wrong.map(({ one }) => one)))
}
