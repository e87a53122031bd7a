import { neverWrittenLoad } from '../../core/never-written.js'
import type { TrafficContext } from './context.js'
import type { CompiledOperation } from './expectation.js'

/** Of each operation: few enough to disturb nobody. */
const readsEach = 5
const timeoutMsMax = 2_000

/**
 * The negative control of read-backs: reads a few keys that nobody ever wrote, each on a connection of its own, so that all replicas behind
 * the balancer get some. A read that finds those as well proves nothing by what it finds.
 */
export async function readNeverWritten(context: TrafficContext, operations: readonly CompiledOperation[]): Promise<void> {
  const client = context.client(neverWrittenLoad, 'balancer', 'fresh')
  const reads = operations.flatMap((operation) => context.keys.neverWritten(readsEach).map((key) => ({ operation, key })))
  try {
    await Promise.all(
      reads.map(({ operation, key }) => client.request({ operation, key, plannedAtMs: context.clock(), timeoutMs: Math.min(operation.operation.timeoutMs, timeoutMsMax) })),
    )
  } finally {
    client.close()
  }
}
