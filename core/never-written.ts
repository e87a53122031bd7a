import type { History, RequestEvent } from './history.js'
import { requestsOf } from './reading.js'

/** Load of the negative control of read-backs: reads of keys that nobody ever wrote. Histories of before it have none. */
export const neverWrittenLoad = 'never-written'

/**
 * Reads of the negative control that found what nobody wrote: what these operations find proves nothing then. Empty as well where no
 * control was made or none of it was answered; read-backs are believed as they stand there. A degraded answer finds nothing, here as there.
 */
export function foundThoughNeverWritten(history: History, operations?: ReadonlySet<string>): readonly RequestEvent[] {
  return requestsOf(history, neverWrittenLoad).filter((one) => one.outcome === 'ok' && (operations === undefined || operations.has(one.operation)))
}

/** Why records that were found say nothing, whichever read found them, or undefined. */
export function whyFindingProvesNothing(history: History): string | undefined {
  const [first] = foundThoughNeverWritten(history)
  return first === undefined ? undefined : `the read (${first.operation}) finds what was never written, so finding a record proves nothing`
}
