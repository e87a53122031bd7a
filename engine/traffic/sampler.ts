import type { Instance } from '../../core/driver.js'
import type { InstanceId } from '../../core/history.js'
import { classify } from './classification.js'
import type { TrafficContext } from './context.js'
import { readInstance } from './direct-reading.js'
import type { Exchange } from './exchange.js'
import { startRepeatedReading } from './repeated-reading.js'

export interface SamplerOptions {
  readonly probes: readonly ('readiness' | 'liveness')[]
  readonly instances: readonly InstanceId[]
  readonly everyMs: number
  readonly timeoutMs?: number
}

/** Value of an observation `readiness` or `liveness`. `fail` is an explicit HTTP answer outside 2xx and 3xx. */
export interface ProbeValue {
  readonly outcome: 'pass' | 'fail' | 'refused' | 'timeout' | 'reset'
  readonly status?: number
  readonly boot?: string
}

const timeoutMsDefault = 1_000

/** Asks every instance directly, each time on a new connection, whether the last answer is there or not. */
export function startSampler(context: TrafficContext, options: SamplerOptions): { stop(): Promise<void> } {
  const { everyMs, timeoutMs = timeoutMsDefault } = options
  const readings = options.probes.flatMap((probe) => {
    const path = probe === 'readiness' ? context.service.health.readinessPath : context.service.health.livenessPath
    if (path === undefined) return []
    return options.instances.map((id) => {
      context.urlOf(id) // told at once for an instance that is not there
      const instance: Instance = {
        id,
        // Asked each time: in a cluster the replica that comes back has another address.
        get url() {
          return context.urlOf(id)
        },
      }
      return async (): Promise<void> => {
        const exchange = await readInstance(context, instance, { path, timeoutMs })
        const value = probeValue(context, exchange)
        if (value === undefined) return
        context.record({ kind: 'observation', probe, target: id, sentAtMs: exchange.startedAtMs, atMs: exchange.endedAtMs ?? context.clock(), value })
      }
    })
  })
  return startRepeatedReading(context, everyMs, readings)
}

/** Undefined when it says nothing: given up by us, or our own failure. */
export function probeValue(context: TrafficContext, exchange: Exchange): ProbeValue | undefined {
  const { status } = exchange
  if (context.clientFailure(exchange.headers)?.kind === 'not-sent') return { outcome: 'refused' }
  if (exchange.ending === 'complete' && status !== undefined) {
    const { boot } = context.identities.read(exchange.headers, context.clock())
    return { outcome: status >= 200 && status < 400 ? 'pass' : 'fail', status, ...(boot === undefined ? {} : { boot }) }
  }
  const { outcome } = classify(exchange.seen())
  if (outcome === 'cancelled') return undefined
  if (exchange.ending === 'timeout') return { outcome: 'timeout' }
  return { outcome: outcome === 'refused' ? 'refused' : 'reset' }
}
