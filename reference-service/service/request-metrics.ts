import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'

/** Seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** As proxies write down a request whose client left before the answer. */
export const clientGaveUp = 499

/** Only for the defect moni.frozen: less than a known mix of requests is for one of three replicas. */
const frozenAfter = 150

interface Counts {
  requests: number
  seconds: number
  /** How many fell between a bound and the one before; the last one is beyond all of them. */
  readonly buckets: number[]
}

/**
 * Requests by status and how long they took, from the start of the process. Counting is two additions, whether anybody looks or not; the
 * text is made when it is read. Health and administration are not counted.
 */
export class RequestMetrics {
  private readonly byStatus = new Map<number, Counts>()
  /** Only for the defect moni.frozen. */
  private all = 0

  count(status: number, durationMs: number): void {
    const counted = status >= 400 && defective('moni.errors-counted-as-success') ? 200 : status
    let counts = this.byStatus.get(counted)
    if (counts === undefined) this.byStatus.set(counted, (counts = { requests: 0, seconds: 0, buckets: new Array<number>(bounds.length + 1).fill(0) }))
    const seconds = defective('moni.latency-unmeasured') ? 0 : durationMs / 1_000
    let bucket = 0
    while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++
    if (defective('moni.frozen') && this.all++ >= frozenAfter) return
    counts.requests++
    counts.seconds += seconds
    counts.buckets[bucket]!++
  }

  /** In the text format of Prometheus, version 0.0.4. */
  exposition(): string {
    const lines = ['# HELP http_requests_total Requests that were answered, by status; health and administration excepted.', '# TYPE http_requests_total counter']
    for (const [status, { requests }] of this.byStatus) lines.push(`http_requests_total{status="${status}"} ${requests}`)
    lines.push('# HELP http_request_duration_seconds From the request to the end of its answer.', '# TYPE http_request_duration_seconds histogram')
    for (const [status, { requests, seconds, buckets }] of this.byStatus) {
      let sum = 0
      for (const [index, bound] of bounds.entries()) lines.push(`http_request_duration_seconds_bucket{status="${status}",le="${bound}"} ${(sum += buckets[index]!)}`)
      lines.push(`http_request_duration_seconds_bucket{status="${status}",le="+Inf"} ${requests}`, `http_request_duration_seconds_sum{status="${status}"} ${seconds}`, `http_request_duration_seconds_count{status="${status}"} ${requests}`)
    }
    return `${lines.join('\n')}\n`
  }
}

export function metricsRoute(app: FastifyInstance, metrics: RequestMetrics): void {
  app.get('/metrics', { config: { control: true } }, (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.exposition()))
}
