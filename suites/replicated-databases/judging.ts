import { inconclusive, type Finding } from '../../core/check.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, type Window } from '../../core/reading.js'
import { believed, isCalm, stallMsMax } from '../../core/checks/calm.js'

export const succeeded = ({ outcome }: RequestEvent): boolean => outcome === 'ok' || outcome === 'degraded'

/** What was judged, without what a disturbance of the harness touched if it is a failure; a pass in a disturbed span is none. */
export function undisturbed(history: History, window: Window, judge: (usable: (request: RequestEvent) => boolean) => Finding): Finding {
  const finding = believed(judge(() => true), history, { window, calmly: (spans) => judge(isCalm(spans)) })
  if (finding.outcome !== 'passed') return finding
  return disturbedHarness(history, window, stallMsMax) ?? finding
}

/** The span of these requests. */
export const spanOf = (requests: readonly RequestEvent[]): Window => ({
  fromMs: leastOf(requests.map((one) => one.plannedAtMs)),
  toMs: greatestOf(requests.map((one) => one.endedAtMs)),
})

export const lacking = (reasons: readonly (string | undefined)[]): Finding | undefined => {
  const found = reasons.filter((one) => one !== undefined)
  return found.length === 0 ? undefined : inconclusive(found.join('; '))
}
