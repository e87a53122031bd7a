import { leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { isIdleReset, requestsOf } from '../../core/reading.js'
import type { FaultSpan } from './fault-spans.js'
import { degradationLoad, recoveryLoad, type DeclaredDegradation } from './names.js'

/** A run of full answers of the operations that use a component. */
export interface Run {
  /** Its first request was planned. */
  readonly fromMs: number
  /** Its last one, so many as were asked for, was answered. */
  readonly toMs: number
}

/** Operations that show whether a component is back: those that use no other one, if there are any. */
export function tellingOperations({ dependents }: Pick<DeclaredDegradation, 'dependents'>, component: string): readonly string[] {
  const own = dependents[component] ?? []
  const others = Object.keys(dependents).filter((one) => one !== component).flatMap((one) => dependents[one] ?? [])
  const alone = own.filter((operation) => !others.includes(operation))
  return alone.length > 0 ? alone : own
}

/** Whether what tells of a component cannot be in full while another one is away. */
export const confuses = (declared: Pick<DeclaredDegradation, 'dependents'>, component: string, other: string): boolean =>
  component !== other && tellingOperations(declared, component).some((operation) => declared.dependents[other]?.includes(operation))

/** What was asked of a component's operations after a fault was taken back, until the component was made unfit again. */
export function answersAfter(history: History, declared: DeclaredDegradation, { span, untilMs }: { readonly span: FaultSpan; readonly untilMs: number }): RequestEvent[] {
  const operations = tellingOperations(declared, span.component)
  return [...requestsOf(history, degradationLoad), ...requestsOf(history, recoveryLoad)]
    .filter((one) => operations.includes(one.operation) && one.outcome !== 'cancelled' && !isIdleReset(one) && one.plannedAtMs >= span.toMs && one.plannedAtMs < untilMs)
    .sort((a, b) => a.endedAtMs - b.endedAtMs)
}

/** The first so many full answers in a row, and as many as it takes to have one of each of these instances; or undefined. */
export function firstRun(answers: readonly RequestEvent[], consecutive: number, instances: readonly string[] = []): Run | undefined {
  let run: RequestEvent[] = []
  for (const one of answers) {
    run = one.outcome === 'ok' ? [...run, one] : []
    if (run.length >= consecutive && instances.every((id) => run.some(({ instance }) => instance === id))) return { fromMs: leastOf(run.map(({ plannedAtMs }) => plannedAtMs)), toMs: one.endedAtMs }
  }
  return undefined
}

/** When the same component, or one without which its operations are not in full either, was made unfit again; Infinity: never. */
export const nextFault = (declared: DeclaredDegradation, spans: readonly FaultSpan[], { component, toMs }: FaultSpan): number =>
  leastOf(spans.filter((one) => (one.component === component || confuses(declared, component, one.component)) && one.issuedAtMs > toMs).map((one) => one.issuedAtMs))
