import { z } from 'zod'
import type { Metrics, Observability, ProvokedErrors } from '../../core/declarations/observability.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { operationOf, valueProbeOf } from '../descriptor-from-parts.js'
import { operation, valueProbe } from '../descriptor-parts.js'

const metricName = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, 'expected the name of a metric')
const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected the name of a label')

const metrics = z
  .strictObject({
    read: valueProbe.describe('where a replica exposes its metrics in the text format of Prometheus, such as "GET /metrics"'),
    requests: z.strictObject({ metric: metricName, status: labelName.default('status').describe('the label that holds the HTTP status or its class') }).describe('a counter of requests'),
    latency: z.strictObject({ metric: metricName, unit: z.enum(['s', 'ms']).default('s') }).describe('a histogram of how long requests took, without _bucket'),
  })
  .describe('metrics of each replica about itself')

const errors = z
  .strictObject({ server: operation.describe('is always answered with 500 to 599'), client: operation.describe('is always answered with 400 to 499') })
  .describe('requests that provoke errors and do no harm')

export const observabilitySection = z.strictObject({ metrics: metrics.optional(), errors: errors.optional() }).describe('what operators can see of the service')
export type ObservabilityDocument = z.infer<typeof observabilitySection>

const section = 'observability'

/** Throws DescriptorContradiction. */
export function observabilityOf(document: ObservabilityDocument): Observability {
  return {
    ...(document.metrics === undefined ? {} : { metrics: metricsOf(document.metrics) }),
    ...(document.errors === undefined ? {} : { errors: errorsOf(document.errors) }),
  }
}

function metricsOf({ read, requests, latency }: z.infer<typeof metrics>): Metrics {
  const probe = valueProbeOf(read)
  if (probe.pointer !== '') throw new DescriptorContradiction([section, 'metrics', 'read'], 'has a pointer: the whole answer is read')
  return { probe, requests: { metric: requests.metric, statusLabel: requests.status }, latency }
}

function errorsOf(document: z.infer<typeof errors>): ProvokedErrors {
  const of = (key: 'server' | 'client', from: number): ProvokedErrors['server'] => {
    const declared = document[key]
    const made = operationOf(`observability.errors.${key}`, declared, 0)
    const { status } = made.expect
    if (status.length === 0 || status.some((one) => one < from || one >= from + 100)) {
      throw new DescriptorContradiction([section, 'errors', key, 'expect'], `expected a status of ${from} to ${from + 99}, found ${status.join(', ') || 'none'}`)
    }
    return made
  }
  return { server: of('server', 500), client: of('client', 400) }
}
