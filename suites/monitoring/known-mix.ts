import type { ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { metricsFact, metricsLoads, scrapes, type MetricsFact } from './names.js'

const id = 'MONI-01'
const successesPerSecond = 200
/** Nothing is sent for so long: what is counted then comes from others. */
const quietMs = 500
/** A request is counted when it has ended, which a client may know before the service does. */
const countedAfterMs = 300
const unboundedMs = 60_000
/** So many times as needed are sent: a busy machine may keep some from their answer. */
const sentMore = 1.1

/** How long the known mix takes. */
export const knownMixMs = (successes: number): number => quietMs + countedAfterMs + (successes / successesPerSecond) * 1_000

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
  const spanMs = (successes / successesPerSecond) * 1_000
  const load = (name: string, operations: readonly Operation[], count: number) =>
    context.traffic.start({ name, ratePerSecond: (count / spanMs) * 1_000, operations, via: 'balancer', connections: 'keep-alive', durationMaxMs: Math.min(spanMs, unboundedMs) })
  const loads = [load(metricsLoads.success, reads(context.service.traffic), successes), load(metricsLoads.server, [errors.server], failing), load(metricsLoads.client, [errors.client], failing)]
  await Promise.all(loads.map((one) => one.finished()))
  await context.pause(countedAfterMs)
  context.step('metrics after them')
  await readMetrics(context, scrapes.after)
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
