import { createHistogram, performance } from 'node:perf_hooks'
import { ConnectionPool } from './connection-pool.js'
import { Exchange } from './exchange.js'
import { Pacer } from './pacer.js'

export interface TrafficMeasurement {
  readonly sent: number
  /** How late requests were sent against their plan. */
  readonly slipMsP99: number
  /** From the planned instant to the end of the answer; answers only. */
  readonly latencyMsP50: number
  readonly latencyMsP99: number
  /** Requests that got no complete answer. */
  readonly failed: number
}

const timeoutMs = 10_000
const microseconds = (ms: number): number => Math.max(1, Math.round(ms * 1_000))

/** What the traffic engine itself can do against a server: an open loop of GETs at one rate, without recording. */
export async function measureTraffic(options: { readonly url: URL; readonly ratePerSecond: number; readonly durationMs: number }): Promise<TrafficMeasurement> {
  const clock = (): number => performance.now()
  const pool = new ConnectionPool({ url: options.url, clock, connections: 'keep-alive' })
  const slip = createHistogram()
  const latency = createHistogram()
  const waiting = new Set<Promise<void>>()
  let sent = 0
  let failed = 0
  const path = options.url.pathname + options.url.search
  const send = async (plannedAtMs: number): Promise<void> => {
    const exchange = new Exchange(pool.acquire(), { method: 'GET', path, timeoutMs, keepBody: false }, clock)
    sent += 1
    slip.record(microseconds(exchange.startedAtMs - plannedAtMs))
    await exchange.ended
    pool.release(exchange.connection)
    if (exchange.ending === 'complete' && exchange.endedAtMs !== undefined) latency.record(microseconds(exchange.endedAtMs - plannedAtMs))
    else failed += 1
  }
  const pacer = new Pacer({
    ratePerSecond: options.ratePerSecond,
    durationMaxMs: options.durationMs,
    clock,
    onDue: (plannedAtMs) => {
      const one = send(plannedAtMs).finally(() => waiting.delete(one))
      waiting.add(one)
    },
  })
  await pacer.ended
  while (waiting.size > 0) await Promise.all(waiting)
  pool.close()
  return { sent, failed, slipMsP99: slip.percentile(99) / 1_000, latencyMsP50: latency.percentile(50) / 1_000, latencyMsP99: latency.percentile(99) / 1_000 }
}
