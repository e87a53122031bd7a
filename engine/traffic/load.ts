import type { Load } from '../../core/scenario.js'
import type { TrafficContext } from './context.js'
import type { CompiledOperation } from './expectation.js'
import { Pacer } from './pacer.js'
import type { RecordingClient } from './recording-client.js'

export interface LoadOptions {
  readonly name: string
  readonly client: RecordingClient
  readonly ratePerSecond: number
  readonly durationMaxMs: number
  readonly countMax?: number
  readonly operationOf: (index: number) => CompiledOperation
  readonly timeoutMs?: number
  readonly values?: Readonly<Record<string, string>>
  /** For operations that read, each in turn. */
  readonly keys?: readonly string[]
}

/** More than this waiting at once is beyond what one process can hold open: the load ends and says so. */
const outstandingMax = 10_000

/** An open loop: sends at the planned instants whatever comes back. Closes its client when all has ended. */
export function startLoad(context: TrafficContext, options: LoadOptions): Load {
  const { name, client, timeoutMs, values, keys = [] } = options
  const waiting = new Set<Promise<void>>()
  let ended = 0
  let notOk = 0
  const send = async (plannedAtMs: number, index: number): Promise<void> => {
    const operation = options.operationOf(index)
    const key = operation.operation.mutates || !operation.placeholders.has('key') ? undefined : keys[index % keys.length]
    const { event } = await client.request({ operation, plannedAtMs, ...(key === undefined ? {} : { key }), ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(values === undefined ? {} : { values }) })
    ended += 1
    if (event.outcome !== 'ok' && event.outcome !== 'degraded') notOk += 1
  }
  const pacer = new Pacer({
    ratePerSecond: options.ratePerSecond,
    durationMaxMs: options.durationMaxMs,
    ...(options.countMax === undefined ? {} : { countMax: options.countMax }),
    clock: context.clock,
    onDue: (plannedAtMs, index) => {
      const sent = send(plannedAtMs, index).finally(() => waiting.delete(sent))
      waiting.add(sent)
      if (waiting.size < outstandingMax) return
      context.observe('load-overrun', 'harness', { load: name, outstanding: waiting.size })
      pacer.stop()
    },
    onSlip: ({ slipMsMax, planned }) => context.observe('schedule-slip', 'harness', { load: name, slipMsMax, planned }),
  })
  const planning = { cancel: () => pacer.stop() }
  context.outstanding.add(planning)
  const finish = async (): Promise<void> => {
    await pacer.ended
    context.outstanding.delete(planning)
    while (waiting.size > 0) await Promise.all(waiting)
    client.close()
  }
  const finished = finish()
  return {
    name,
    finished: () => finished,
    counts: () => ({ planned: pacer.planned, ended, notOk }),
    stop: async () => {
      pacer.stop()
      await finished
    },
  }
}
