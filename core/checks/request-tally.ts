import { evidenceRequestsMax } from '../check.js'
import type { RequestEvent, RequestOutcome } from '../history.js'

/** Requests counted one after the other and then forgotten: what a check says of them needs no list of them, and a long run sends millions. */
export class RequestTally {
  count = 0
  /** When the first of them was planned, and was over; Infinity without any. */
  firstPlannedAtMs = Infinity
  firstEndedAtMs = Infinity
  /** Of the first ones, as many as evidence may name. */
  readonly ids: number[] = []
  readonly #counts = new Map<RequestOutcome, number>()

  add({ id, outcome, plannedAtMs, endedAtMs }: RequestEvent): void {
    this.count += 1
    this.firstPlannedAtMs = Math.min(this.firstPlannedAtMs, plannedAtMs)
    this.firstEndedAtMs = Math.min(this.firstEndedAtMs, endedAtMs)
    if (this.ids.length < evidenceRequestsMax) this.ids.push(id)
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1)
  }

  /** How often each outcome occurred, most frequent first: 'ok 120, refused 3'; 'none' without any. */
  get outcomes(): string {
    const counts = [...this.#counts].sort((a, b) => b[1] - a[1])
    return counts.map(([outcome, count]) => `${outcome} ${count}`).join(', ') || 'none'
  }
}

export function tallyOf(requests: Iterable<RequestEvent>): RequestTally {
  const tally = new RequestTally()
  for (const request of requests) tally.add(request)
  return tally
}
