import type { ValueProbe } from '../procedure.js'
import type { Operation } from '../service-descriptor.js'

/** What operators can see of the service from outside. Everything here is asked of each replica by itself. */
export interface Observability {
  readonly metrics?: Metrics
  readonly errors?: ProvokedErrors
}

/** Metrics in the text format of Prometheus (or OpenMetrics), as one replica exposes them about itself. */
export interface Metrics {
  /** The whole answer is the exposition. */
  readonly probe: ValueProbe
  /** A counter of requests, and its label that holds the HTTP status (or its class, such as 5xx). */
  readonly requests: { readonly metric: string; readonly statusLabel: string }
  /** A histogram of how long requests took, without `_bucket`. */
  readonly latency: { readonly metric: string; readonly unit: 's' | 'ms' }
}

/** Requests that are answered with an error whenever they are sent, and do no harm. */
export interface ProvokedErrors {
  /** An answer of 500 to 599, as of an exception that nobody expected. */
  readonly server: Operation
  /** An answer of 400 to 499. */
  readonly client: Operation
}
