import { failed, inconclusive, type Finding } from '../../core/check.js'
import type { History, ObservationEvent } from '../../core/history.js'
import type { ReadValue } from '../../core/procedure.js'
import { factOf, observationsOf } from '../../core/reading.js'
import { bucketsOf, readExposition, statusClass, type Buckets, type Exposition } from './exposition.js'
import { metricsFact, scrapes, type MetricsFact } from './names.js'

export type StatusClass = 'success' | 'client error' | 'server error'
export type Counts = Readonly<Record<StatusClass, number>>
export const classes: readonly StatusClass[] = ['success', 'client error', 'server error']
export const classOf = (status: 2 | 3 | 4 | 5): StatusClass => (status < 4 ? 'success' : status === 4 ? 'client error' : 'server error')

/** How much the counters of all instances rose over a span, and whatever is wrong with the readings. */
export interface MetricDeltas {
  readonly fromMs: number
  readonly toMs: number
  readonly counts: Counts
  readonly buckets: Buckets
  readonly unknownStatus: number
  /** The kind of problem that makes metrics useless for those who read them. */
  readonly faults: readonly string[]
}

interface Scrape {
  readonly event: ObservationEvent
  readonly read: ReadValue
  readonly exposition: Exposition
}

/** The rise of all counters between two readings of every instance, or the finding that says why it cannot be told. */
export function deltasBetween(history: History, first: keyof typeof scrapes, second: keyof typeof scrapes): MetricDeltas | Finding {
  const fact = factOf(history, metricsFact) as MetricsFact | undefined
  if (fact === undefined) return inconclusive('the metrics were not read')
  const total = { counts: { success: 0, 'client error': 0, 'server error': 0 } as Record<StatusClass, number>, unknownStatus: 0 }
  const faults: string[] = []
  let buckets: Buckets | undefined
  let [fromMs, toMs] = [Infinity, 0]
  for (const instance of fact.instances) {
    const before = scrapeOf(history, scrapes[first], instance)
    const after = scrapeOf(history, scrapes[second], instance)
    if (before === undefined || after === undefined) return inconclusive(`the metrics of ${instance} were not read twice`)
    const pair = [before, after]
    for (const scrape of pair) if (scrape.read.outcome !== 'read') return unread(instance, scrape.read)
    if (before.read.boot !== after.read.boot) return inconclusive(`${instance} was restarted between two readings of its metrics`)
    fromMs = Math.min(fromMs, before.event.atMs)
    toMs = Math.max(toMs, after.event.atMs)
    for (const { exposition } of pair) faults.push(...exposition.errors.map((line) => `${instance} exposes a line that is not in the format: ${line}`))
    if (isSummary(fact, after.exposition)) return inconclusive(`${instance} exposes ${fact.latencyMetric} as a summary, whose quantiles can neither be added nor told for a span: a histogram is needed`)
    faults.push(...missing(fact, instance, after.exposition), ...pair.flatMap(({ exposition }) => notFinite(fact, instance, exposition)))
    if (addCounts(total, { fact, before: before.exposition, after: after.exposition })) {
      // Without a boot id a restart looks the same.
      if (after.read.boot === undefined) return inconclusive(`a counter of ${instance} went back, which a restart would do as well`)
      faults.push(`a counter of ${instance} went back without a restart`)
    }
    const rise = riseOf(bucketsOf(before.exposition, fact.latencyMetric), bucketsOf(after.exposition, fact.latencyMetric))
    buckets = buckets === undefined ? rise : sumOf(buckets, rise)
    if (buckets === undefined) return inconclusive('the instances expose histograms with different buckets, which cannot be added')
  }
  return { fromMs, toMs, ...total, buckets: buckets ?? { bounds: [], counts: [] }, faults: [...new Set(faults)] }
}
export const isFinding = (one: MetricDeltas | Finding): one is Finding => 'outcome' in one

function scrapeOf(history: History, probe: string, instance: string): Scrape | undefined {
  const event = observationsOf(history, probe, instance).at(-1)
  if (event === undefined) return undefined
  const read = event.value as ReadValue
  return { event, read, exposition: readExposition(typeof read.value === 'string' ? read.value : '') }
}

/** An answer that is none is the service's; what never came may be anybody's. */
function unread(instance: string, { outcome, status }: ReadValue): Finding {
  const finding = outcome === 'error-status' ? failed : inconclusive
  return finding(`the metrics of ${instance} could not be read: ${outcome}${status === undefined ? '' : `, status ${status}`}`)
}

function missing({ requestsMetric, latencyMetric }: MetricsFact, instance: string, exposition: Exposition): string[] {
  const names = new Set(exposition.samples.map(({ name }) => name))
  return [requestsMetric, `${latencyMetric}_bucket`].filter((name) => !names.has(name)).map((name) => `${instance} exposes no ${name}`)
}

const isSummary = ({ latencyMetric }: MetricsFact, { samples }: Exposition): boolean =>
  samples.some(({ name, labels }) => name === latencyMetric && labels['quantile'] !== undefined) && !samples.some(({ name }) => name === `${latencyMetric}_bucket`)

/** Nothing can be compared with NaN, so that it would agree with everything. */
function notFinite({ requestsMetric, latencyMetric }: MetricsFact, instance: string, { samples }: Exposition): string[] {
  const odd = samples.find(({ name, value }) => (name === requestsMetric || name === `${latencyMetric}_bucket`) && (!Number.isFinite(value) || value < 0))
  return odd === undefined ? [] : [`${instance} exposes ${odd.name} as ${odd.value}, which is no count`]
}

interface Pair {
  readonly fact: MetricsFact
  readonly before: Exposition
  readonly after: Exposition
}
/** Adds what one instance counted. Returns whether a counter went back. */
function addCounts(total: { counts: Record<StatusClass, number>; unknownStatus: number }, { fact, before, after }: Pair): boolean {
  const seriesOf = ({ samples }: Exposition): Map<string, { label: string | undefined; value: number }> =>
    new Map(samples.filter(({ name }) => name === fact.requestsMetric).map(({ labels, value }) => [JSON.stringify(Object.entries(labels).sort()), { label: labels[fact.statusLabel], value }]))
  const earlier = seriesOf(before)
  let wentBack = false
  for (const [series, { label, value }] of seriesOf(after)) {
    const rise = value - (earlier.get(series)?.value ?? 0)
    if (rise < 0) wentBack = true
    const status = statusClass(label)
    if (status === undefined) total.unknownStatus += rise
    else total.counts[classOf(status)] += rise
  }
  return wentBack
}

/** Undefined when the bounds changed. A histogram that was empty before rose by everything it has. */
function riseOf(before: Buckets, after: Buckets): Buckets | undefined {
  if (before.bounds.length === 0) return after
  if (before.bounds.join() !== after.bounds.join()) return undefined
  return { bounds: after.bounds, counts: after.counts.map((count, index) => count - (before.counts[index] ?? 0)) }
}
function sumOf(one: Buckets, other: Buckets | undefined): Buckets | undefined {
  if (other === undefined || one.bounds.join() !== other.bounds.join()) return undefined
  return { bounds: one.bounds, counts: one.counts.map((count, index) => count + (other.counts[index] ?? 0)) }
}
