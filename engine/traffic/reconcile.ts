import type { RequestEvent } from '../../core/history.js'
import type { TrafficContext } from './context.js'
import { readNeverWritten } from './never-written.js'
import type { RecordingClient } from './recording-client.js'
import type { CompiledOperation } from './expectation.js'

const concurrency = 16
const readTimeoutMs = 2_000
const pauseMs = 100
/** Beyond the convergence deadline the last readings may take this long in all. */
const lastReadingMsMax = 30_000

export interface ReconcileOptions {
  readonly load: string
  readonly convergenceMs: number
}

/**
 * Reads every key whose write was attempted through the strong read, in passes, until it is there or the
 * deadline has passed: what is still absent or unreadable was then read once more after the deadline. One event
 * a key, with its last reading; nothing when the service declares no strong read. Then a few keys are read that nobody
 * wrote (load `never-written`), because a read that finds those as well proves nothing.
 */
export async function reconcile(context: TrafficContext, { load, convergenceMs }: ReconcileOptions): Promise<void> {
  const read = context.service.data?.readStrong
  if (read === undefined) return
  const operation = context.operations.compiled(read)
  const client = context.client(load, 'balancer', 'keep-alive')
  const deadlineAtMs = context.clock() + convergenceMs
  let open = context.keys.attemptedKeys()
  try {
    for (;;) {
      const last = context.clock() >= deadlineAtMs
      open = await onePass(context, { client, operation, keys: open, last, endAtMs: deadlineAtMs + lastReadingMsMax })
      if (open.length === 0) break
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, Math.min(pauseMs, deadlineAtMs - context.clock()))))
    }
  } finally {
    client.close()
  }
  await readNeverWritten(context, [operation])
}

interface Pass {
  readonly client: RecordingClient
  readonly operation: CompiledOperation
  readonly keys: readonly string[]
  /** No further pass follows: every reading counts. */
  readonly last: boolean
  readonly endAtMs: number
}

/** Reads each key once; records what is settled and returns the keys that are not. */
async function onePass(context: TrafficContext, { client, operation, keys, last, endAtMs }: Pass): Promise<readonly string[]> {
  const open: string[] = []
  const queue = keys.values()
  const reader = async (): Promise<void> => {
    for (const key of queue) {
      const plan = { operation, plannedAtMs: context.clock(), key, timeoutMs: Math.min(operation.operation.timeoutMs, readTimeoutMs) }
      // A service that hangs must not hold the run for ever, and what was not read says nothing about it.
      if (context.clock() > endAtMs) {
        client.skip(plan, 'not read: the time for reading had run out')
        continue
      }
      const { event } = await client.request({ ...plan, recorded: false })
      if (last || isSettled(event, context.keys.wasAcknowledged(key)) || context.signal.aborted) context.record(event)
      else open.push(key)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, reader))
  return open
}

/** There, or honestly absent although nobody promised it: only what was acknowledged is waited for. */
const isSettled = (event: RequestEvent, acknowledged: boolean): boolean =>
  event.outcome === 'ok' || (!acknowledged && (event.status === 404 || event.status === 410))
