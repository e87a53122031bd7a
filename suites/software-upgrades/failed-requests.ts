import type { Evidence } from '../../core/check.js'
import { evidenceRequestsMax } from '../../core/check.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { isUnserved, requestsOf, type Window } from '../../core/reading.js'
import { disturbances, isCalm } from '../../core/checks/calm.js'

export interface Answered {
  readonly requests: readonly RequestEvent[]
  /** Failed, and not while the harness was disturbed. */
  readonly failures: readonly RequestEvent[]
  /** Failed while the harness, or its own echo server, was disturbed: charged to nobody. */
  readonly doubtful: readonly RequestEvent[]
}

/** What became of the requests of some loads that ended after `fromMs`. What the harness gave up does not count. */
export function answered(history: History, names: readonly string[], fromMs: number): Answered {
  const requests = names.flatMap((name) => requestsOf(history, name)).filter((one) => one.endedAtMs >= fromMs && one.outcome !== 'cancelled')
  const window: Window = { fromMs, toMs: Math.max(fromMs, greatestOf(requests.map((one) => one.endedAtMs))) }
  const calm = isCalm(disturbances(history, window))
  const lost = requests.filter(isUnserved)
  return { requests, failures: lost.filter(calm), doubtful: lost.filter((one) => !calm(one)) }
}

export function outcomesText(requests: readonly RequestEvent[]): string {
  const counts = new Map<string, number>()
  for (const { outcome, status } of requests) {
    const name = status === undefined ? outcome : `${outcome} ${status}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ') || 'none'
}

export const failureEvidence = (note: string, requests: readonly RequestEvent[]): Evidence => ({
  note: `${note}: ${outcomesText(requests)}`,
  measured: requests.length,
  allowed: 0,
  unit: 'requests',
  requests: requests.slice(0, evidenceRequestsMax).map((one) => one.id),
})
