import { z } from 'zod'
import type { Audit, ExceptionCollection, LogLevels, Logs, Metrics, Observability, ProvokedErrors } from '../../core/declarations/observability.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs, operationOf, procedureOf, valueProbeOf } from '../descriptor-from-parts.js'
import { duration, headers, operation, pointer, procedure, valueProbe } from '../descriptor-parts.js'
import { mentions } from '../descriptor-placeholders.js'

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

const logs = z
  .strictObject({
    format: z.enum(['json', 'logfmt']).default('json').describe('each line is one JSON object, or pairs key=value, with pointers such as /time into them'),
    fields: z.strictObject({ time: pointer, level: pointer, message: pointer, correlation: pointer, module: pointer.optional() }).describe('JSON pointers into each line'),
    correlation: z
      .strictObject({ header: z.string().regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header'), value: z.string().default('{id}') })
      .describe('how a request carries its correlation id; {id} is 32, {span} 16 hexadecimal digits'),
    levels: z
      .strictObject({ set: z.strictObject(procedure).describe('with {module} and {level}, on each replica'), modules: z.array(z.string().min(1)).min(2), debug: z.string().default('debug'), usual: z.string().default('info'), effectiveWithin: duration.default('0s').describe('how long after the answer a level may take to be in force') })
      .optional(),
  })
  .describe('what each replica writes to standard output: one JSON object or one line of logfmt each')

const exceptions = z
  .strictObject({
    component: z.string().describe('the component that collects exceptions'),
    events: valueProbe.describe('a list of what it has collected'),
    fields: z.strictObject({ type: pointer, stack: pointer, release: pointer, instance: pointer, count: pointer.optional() }).describe('JSON pointers into each of the list'),
    kinds: z.record(z.string(), operation).describe('type of exception -> a request that provokes one that nobody handles; two at least'),
    crash: z.strictObject(procedure).optional().describe('ends the process of a replica by an exception that nobody handles'),
  })
  .describe('where the exceptions of all replicas are collected')

const audit = z
  .strictObject({
    records: valueProbe.describe('a list of all records'),
    fields: z.strictObject({ id: pointer, time: pointer, actor: pointer, action: pointer, target: pointer, outcome: pointer }).describe('JSON pointers into each record'),
    outcomes: z.strictObject({ done: z.string(), refused: z.string() }),
    actors: z.record(z.string(), z.strictObject({ headers })).describe('name of an operator -> the headers by which the service knows who it is; two at least'),
    actions: z.strictObject({ toggle: z.string(), configure: z.string(), drain: z.string(), undrain: z.string(), backup: z.string() }).partial().describe('what each is called in the records'),
    backup: z.strictObject(procedure).optional().describe('a backup in the name of {actor}; default: backup.create'),
    change: z.strictObject(procedure).describe('an attempt to change {record}'),
    remove: z.strictObject(procedure).describe('an attempt to remove {record}'),
  })
  .describe('the record of what operators do')

export const observabilitySection = z
  .strictObject({ metrics: metrics.optional(), errors: errors.optional(), logs: logs.optional(), exceptions: exceptions.optional(), audit: audit.optional() })
 .describe('what operators can see of the service')
export type ObservabilityDocument = z.infer<typeof observabilitySection>

const section = 'observability'

/** Throws DescriptorContradiction. */
export function observabilityOf(document: ObservabilityDocument, components: readonly string[] = []): Observability {
  return {
    ...(document.metrics === undefined ? {} : { metrics: metricsOf(document.metrics) }),
    ...(document.errors === undefined ? {} : { errors: errorsOf(document.errors) }),
    ...(document.logs === undefined ? {} : { logs: logsOf(document.logs) }),
    ...(document.exceptions === undefined ? {} : { exceptions: exceptionsOf(document.exceptions, components) }),
    ...(document.audit === undefined ? {} : { audit: auditOf(document.audit) }),
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

function logsOf({ format, fields, correlation, levels }: z.infer<typeof logs>): Logs {
  const { module, ...required } = fields
  if (!correlation.value.includes('{id}')) throw new DescriptorContradiction([section, 'logs', 'correlation', 'value'], 'does not hold the id: expected the placeholder {id}')
  if (levels !== undefined && module === undefined) throw new DescriptorContradiction([section, 'logs', 'fields'], 'says no module, so that nobody could tell whose lines they are')
  return {
    fields: { ...required, ...(format === 'json' ? {} : { format }), ...(module === undefined ? {} : { module }) },
    correlation: { header: correlation.header.toLowerCase(), value: correlation.value },
    ...(levels === undefined ? {} : { levels: levelsOf(levels) }),
  }
}

function levelsOf({ set, effectiveWithin, ...words }: NonNullable<z.infer<typeof logs>['levels']>): LogLevels {
  return { ...words, effectiveWithinMs: durationMs(effectiveWithin), set: withPlaceholders(set, ['logs', 'levels', 'set'], ['module', 'level']) }
}

function exceptionsOf({ component, events, fields, kinds, crash }: z.infer<typeof exceptions>, components: readonly string[]): ExceptionCollection {
  if (!components.includes(component)) throw new DescriptorContradiction([section, 'exceptions', 'component'], `names the component "${component}", expected one of: ${components.join(', ') || '(none declared)'}`)
  const { count, ...required } = fields
  if (Object.keys(kinds).length < 2) throw new DescriptorContradiction([section, 'exceptions', 'kinds'], `expected two kinds of exceptions at least, found ${Object.keys(kinds).length}`)
  return {
    component,
    events: valueProbeOf(events),
    fields: { ...required, ...(count === undefined ? {} : { count }) },
    kinds: Object.entries(kinds).map(([type, one]) => ({ type, operation: operationOf(`observability.exceptions.${type}`, one, 0) })),
    ...(crash === undefined ? {} : { crash: procedureOf(crash, [section, 'exceptions', 'crash']) }),
  }
}

function auditOf({ records, fields, outcomes, actors, actions, backup, change, remove }: z.infer<typeof audit>): Audit {
  if (Object.keys(actors).length < 2) throw new DescriptorContradiction([section, 'audit', 'actors'], `expected two operators at least, found ${Object.keys(actors).length}`)
  return {
    records: valueProbeOf(records),
    fields,
    outcomes,
    actors: Object.entries(actors).map(([name, one]) => ({ name, headers: one.headers })),
    actions: Object.fromEntries(Object.entries(actions).filter(([, word]) => word !== undefined)),
    ...(backup === undefined ? {} : { backup: withPlaceholders(backup, ['audit', 'backup'], ['actor', 'file']) }),
    change: withPlaceholders(change, ['audit', 'change'], ['record']),
    remove: withPlaceholders(remove, ['audit', 'remove'], ['record']),
  }
}

function withPlaceholders(document: Parameters<typeof procedureOf>[0], path: readonly string[], names: readonly string[]): ReturnType<typeof procedureOf> {
  const made = procedureOf(document, [section, ...path])
  for (const name of names) if (!mentions(made, name)) throw new DescriptorContradiction([section, ...path], `expected the placeholder {${name}}`)
  return made
}
