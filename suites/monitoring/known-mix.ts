import type { ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { metricsFact, metricsLoads, scrapes, slowFact, type MetricsFact, type SlowFact } from './names.js'

const id = 'MONI-01'
/** What a machine with nothing else to do answers of them. */
const answeredPerSecond = 200
/** Requests under way at once: as fast as they are answered, so that a busy machine is slower and not overrun. */
const together = 3
/** Nothing is sent for so long: what is counted then comes from others. */
const quietMs = 500
/** A request is counted when it has ended, which a client may know before the service does. */
const countedAfterMs = 300
/** So many times as needed are sent: a busy machine may keep some from their answer. */
const sentMore = 1.1

/** How long the known mix takes. */
export const knownMixMs = (successes: number): number => quietMs + countedAfterMs + (successes / answeredPerSecond) * 1_000

/** Reads the metrics of every instance, sends requests of which it is known how each ends, and reads them again. */
export async function sendKnownMix(context: ScenarioContext): Promise<void> {
  const { metrics, errors } = context.service.observability ?? {}
  if (metrics === undefined || errors === undefined) return
  const fact: MetricsFact = {
    instances: context.instances.map(({ id: instance }) => instance),
    requestsMetric: metrics.requests.metric,
    statusLabel: metrics.requests.statusLabel,
    latencyMetric: metrics.latency.metric,
    latencyUnit: metrics.latency.unit,
  }
  context.fact(metricsFact, fact)
  context.step('metrics while nothing is sent')
  await readMetrics(context, scrapes.quiet)
  await context.pause(quietMs)
  await readMetrics(context, scrapes.before)
  context.step('requests of which it is known how they end')
  const successes = Math.ceil(context.threshold(id, 'successes') * sentMore)
  const failing = Math.ceil(context.threshold(id, 'errors') * sentMore)
  const mix = interleaved([
    { load: metricsLoads.success, operations: reads(context.service.traffic), count: successes },
    { load: metricsLoads.server, operations: [errors.server], count: failing },
    { load: metricsLoads.client, operations: [errors.client], count: failing },
  ])
  const slow = sendSlow(context)
  for (let from = 0; from < mix.length && !context.signal.aborted; from += together) {
    await Promise.all(mix.slice(from, from + together).map(({ load, operation }) => context.traffic.send({ load, operation, via: 'balancer' })))
  }
  await slow
  await context.pause(countedAfterMs)
  context.step('metrics after them')
  await readMetrics(context, scrapes.after)
}

/** Requests that certainly take long, all at once beside the others: a histogram that is blind for durations shows none of them. */
async function sendSlow(context: ScenarioContext): Promise<void> {
  const slow = slowOperation(context.service.traffic)
  if (slow?.minDurationMs === undefined) return
  context.fact(slowFact, { minDurationMs: slow.minDurationMs } satisfies SlowFact)
  const count = Math.ceil(context.threshold(id, 'slow') * sentMore)
  await Promise.all(Array.from({ length: count }, () => context.traffic.send({ load: metricsLoads.slow, operation: slow, via: 'balancer', key: context.traffic.newKey() })))
}

/** The shortest of those that last, and one that changes nothing rather than one that does. */
function slowOperation(traffic: Readonly<Record<string, Operation>>): Operation | undefined {
  const lasting = Object.values(traffic).filter((one) => (one.minDurationMs ?? 0) > 0 && !one.streams && !one.holdsBody)
  return lasting.sort((one, other) => Number(one.mutates) - Number(other.mutates) || (one.minDurationMs ?? 0) - (other.minDurationMs ?? 0))[0]
}

interface Share {
  readonly load: string
  readonly operations: readonly Operation[]
  readonly count: number
}
/** All of them in one order, each kind spread over the whole. */
function interleaved(shares: readonly Share[]): readonly { readonly load: string; readonly operation: Operation }[] {
  const placed = shares.flatMap(({ load, operations, count }) =>
    Array.from({ length: count }, (_, index) => ({ load, operation: operations[index % operations.length], at: (index + 0.5) / count })))
  return placed.sort((one, other) => one.at - other.at).flatMap(({ load, operation }) => (operation === undefined ? [] : [{ load, operation }]))
}

async function readMetrics(context: ScenarioContext, name: string): Promise<void> {
  const probe = context.service.observability?.metrics?.probe
  if (probe === undefined) return
  await Promise.all(context.instances.map(({ id: via }) => context.traffic.readValue({ name, probe, via })))
}

/** Ordinary reads; not those that answer something else without a soft dependency, which may be away for reasons of its own. */
function reads(traffic: Readonly<Record<string, Operation>>): readonly Operation[] {
  const ordinary = Object.values(traffic).filter((one) => !one.mutates && !one.streams && one.minDurationMs === undefined && (one.weight > 0 || one.name === 'read'))
  const sure = ordinary.filter((one) => one.expect.degraded === undefined)
  return sure.length > 0 ? sure : ordinary
}
