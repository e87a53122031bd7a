/** Names that the scenarios write into the history and the checks read from it. */

/** Fact `metrics`: what is declared, and which instances were asked. */
export const metricsFact = 'metrics'
export interface MetricsFact {
  readonly instances: readonly string[]
  readonly requestsMetric: string
  readonly statusLabel: string
  readonly latencyMetric: string
  readonly latencyUnit: 's' | 'ms'
}

/** Readings of every instance: before a span without traffic, after it, and after the known mix of requests. */
export const scrapes = { quiet: 'metrics-quiet', before: 'metrics-before', after: 'metrics-after' } as const

/** The known mix. */
/** Fact `slow-request`: how long a request of the load `slow` runs at least. */
export const slowFact = 'slow-request'
export interface SlowFact {
  readonly minDurationMs: number
}

export const metricsLoads = { success: 'metrics-success', server: 'metrics-server-error', client: 'metrics-client-error', slow: 'metrics-slow' } as const
