import type { LiveReporter, RunEvent } from '../core/run-event.js'

export interface LineTarget {
  write(text: string): unknown
}

/**
 * A run as JSON lines: every event of `core/run-event.ts` as it happens, the last one (`run-ended`) with the whole
 * report. `sinceStartMs` counts from the
 * begin of the stream.
 */
export function createEventStream(target: LineTarget, now: () => number = () => performance.now()): LiveReporter {
  const startedAtMs = now()
  return {
    onEvent(event: RunEvent) {
      target.write(`${JSON.stringify({ ...event, sinceStartMs: Math.round(now() - startedAtMs) })}\n`)
    },
    close() {},
  }
}
