import type { ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { correlatedObservation, logReading, logsFact, type Correlated, type CorrelatedKind, type LogsFact } from './names.js'

const id = 'DBUG-01'
/** Requests under way at once. */
const together = 10
const writtenWithinMs = 5_000
/** What a logger that puts parameters into a line as they are would break. */
const awkward = ['two\nlines', 'carriage\rreturn', '"quoted"', 'back\\slash', 'tab\tand\u0007bell', '\u001b[31mred', '{"level":"error"}', '\u2028separator', 'null\u0000byte', "'; --"]

/** Requests with correlation ids of their own, some of which fail with a stack trace and some have awkward parameters; then the log until it tells of all. */
export async function sendCorrelated(context: ScenarioContext): Promise<void> {
  const { logs, errors } = context.service.observability ?? {}
  const read = context.service.traffic['read'] ?? Object.values(context.service.traffic).find((one) => !one.mutates && one.weight > 0)
  if (logs === undefined || errors === undefined || read === undefined) return
  const fact: LogsFact = { instances: context.instances.map(({ id: instance }) => instance), fields: logs.fields }
  context.fact(logsFact, fact)
  context.step('requests whose correlation ids are looked for in the log')
  const plan = kindsOf(context)
  const withId = (operation: Operation): Operation => ({ ...operation, headers: { ...operation.headers, [logs.correlation.header]: logs.correlation.value } })
  const operations: Readonly<Record<CorrelatedKind, Operation>> = { ordinary: withId(read), failing: withId(errors.server), awkward: withId(read) }
  const wanted = new Set<string>()
  const sendOne = async (kind: CorrelatedKind, index: number): Promise<void> => {
    const correlationId = hexDigits(context, 32)
    const key = kind === 'awkward' ? { key: `${context.traffic.newKey()} ${awkward[index % awkward.length] ?? ''}` } : {}
    const sent = await context.traffic.send({ load: 'correlated', operation: operations[kind], via: 'balancer', values: { id: correlationId, span: hexDigits(context, 16) }, ...key })
    const seen: Correlated = { id: correlationId, kind, outcome: sent.outcome, ...(sent.status === undefined ? {} : { status: sent.status }) }
    context.observe(correlatedObservation, 'balancer', seen)
    if (sent.status !== undefined) wanted.add(correlationId)
  }
  for (let from = 0; from < plan.length; from += together) await Promise.all(plan.slice(from, from + together).map((kind, index) => sendOne(kind, from + index)))
  await context.until('the log tells of every request', () => allWritten(context, wanted), writtenWithinMs)
}

/** The failing and the awkward ones among the ordinary ones, not at the end. */
function kindsOf(context: ScenarioContext): readonly CorrelatedKind[] {
  const of = (key: string): number => context.threshold(id, key)
  const total = of('requests')
  const plan: CorrelatedKind[] = Array.from({ length: total }, () => 'ordinary')
  const every = Math.max(2, Math.floor(total / Math.max(1, of('failing'), of('awkward'))))
  for (let index = 0; index < of('failing'); index++) plan[index * every] = 'failing'
  for (let index = 0; index < of('awkward'); index++) plan[index * every + 1] = 'awkward'
  return plan
}

/** Takes out of `wanted` what new lines hold anywhere: whether it stands where it should is for the check to say. */
async function allWritten(context: ScenarioContext, wanted: Set<string>): Promise<boolean> {
  const readings = await Promise.all(context.instances.map(({ id: instance }) => context.readLog(logReading, instance)))
  const text = readings.flatMap(({ lines }) => lines).join('\n')
  for (const one of wanted) if (text.includes(one)) wanted.delete(one)
  return wanted.size === 0
}

function hexDigits(context: ScenarioContext, count: number): string {
  return Array.from({ length: count }, () => Math.floor(context.random() * 16).toString(16)).join('')
}
