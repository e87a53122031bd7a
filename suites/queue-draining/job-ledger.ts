import { eventsOf, type History, type RequestEvent } from '../../core/history.js'
import { loads } from './names.js'
import { answered } from './wording.js'

/** One job, and how often it was done when that was last read. */
export interface JobEntry {
  readonly key: string
  readonly request: number // id of the request that queued it
  /** Absent: it was refused, or no answer says whether it was accepted. */
  readonly acceptedAtMs: number | undefined
  /** Absent: never read. */
  readonly count: number | undefined
  readonly readAtMs: number | undefined
}

/** One entry for each job that was sent. The reading that was sent last holds. */
export function jobLedger(history: History): JobEntry[] {
  const queued = new Map<string, RequestEvent>()
  const reads = new Map<string, { readonly count: number; readonly atMs: number }>()
  for (const event of eventsOf(history, 'request')) {
    if (event.key === undefined) continue
    if (event.load === loads.jobs) queued.set(event.key, event)
    if (event.load !== loads.jobEffects) continue
    const count = countIn(event)
    const atMs = event.sentAtMs ?? event.plannedAtMs
    if (count !== undefined && atMs >= (reads.get(event.key)?.atMs ?? 0)) reads.set(event.key, { count, atMs })
  }
  return [...queued].map(([key, request]) => {
    const read = reads.get(key)
    return { key, request: request.id, acceptedAtMs: answered(request) ? request.endedAtMs : undefined, count: read?.count, readAtMs: read?.atMs }
  })
}

/** An effect that is not there may be reported as such: nothing was done. */
function countIn(read: RequestEvent): number | undefined {
  if (read.status === 404 || read.status === 410) return 0
  const count = read.captured?.['count']
  return answered(read) && typeof count === 'number' ? count : undefined
}
