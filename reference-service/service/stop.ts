import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises'
import type { Configuration } from './configuration.js'
import type { Connections } from './connections.js'
import type { DatabaseAccess } from './database-access.js'
import type { Drain } from './drain.js'
import type { InFlight } from './in-flight.js'
import { log } from './log.js'

export interface StopParts {
  readonly drain: Drain
  /** Whether it may ever have been ready: before that no balancer sends anything, and none has to notice. */
  readonly wasReady: () => boolean
  readonly inFlight: InFlight
  readonly connections: Connections
  readonly database: DatabaseAccess
  /** Writes what is still in memory and releases what must not outlive the process. */
  readonly finish: () => Promise<void>
}

/** Connections that were accepted in the last moment get their request and their answer. */
const lingerMs = 300
const closeMs = 500
/** A drain that ended at its deadline has told the rest to answer. */
const answerMs = 600

/**
 * The orderly end: drain, stop listening, answer what is there, close the connections, exit 0. Takes at most the
 * drain's deadline and two seconds, whatever clients and databases do. Nothing is closed while a request may be on its
 * way: see `Connections`.
 */
export async function stop(parts: StopParts, times: Configuration['drain']): Promise<never> {
  const { drain, inFlight, connections, database } = parts
  const endAtMs = performance.now() + times.deadlineMs
  log('stopping')
  drain.begin(parts.wasReady() ? times.graceMs : 0)
  await drain.drainedWithin(times.deadlineMs + answerMs)
  await untilNobodyKnocks(connections)
  connections.stopListening()
  await pause(lingerMs)
  while (connections.withoutRequest > 0 && performance.now() < endAtMs + lingerMs) await pause(20)
  const restMs = Math.max(lingerMs, endAtMs - performance.now())
  if (!(await inFlight.emptyWithin(restMs))) await drain.endWhatIsLeft()
  connections.endIdle(0)
  await Promise.race([parts.finish().then(() => database.close()), pause(closeMs)])
  log('stopped')
  process.exit(0)
}

/**
 * What the kernel has queued for a listening socket is reset when that is closed. So it is closed right after a turn of
 * the event loop that found nobody in the queue.
 */
async function untilNobodyKnocks(connections: Connections): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    const { accepted } = connections
    await immediate()
    if (connections.accepted === accepted) return
  }
}
