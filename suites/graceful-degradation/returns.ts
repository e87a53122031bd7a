import type { History, RequestEvent } from '../../core/history.js'
import { requestsOf } from '../../core/reading.js'
import type { FaultSpan } from './fault-spans.js'
import { degradationLoad, recoveryLoad, type DeclaredDegradation } from './names.js'

/** A run of full answers of the operations that use a component. */
export interface Run {
  /** Its first request was planned. */
  readonly fromMs: number
  /** Its last one, so many as were asked for, was answered. */
  readonly toMs: number
}

/** What was asked of a component's operations after a fault was taken back, until the component was made unfit again. */
export function answersAfter(history: History, declared: DeclaredDegradation, { span, untilMs }: { readonly span: FaultSpan; readonly untilMs: number }): RequestEvent[] {
  const operations = declared.dependents[span.component] ?? []
  return [...requestsOf(history, degradationLoad), ...requestsOf(history, recoveryLoad)]
    .filter((one) => operations.includes(one.operation) && one.outcome !== 'cancelled' && one.plannedAtMs >= span.toMs && one.plannedAtMs < untilMs)
    .sort((a, b) => a.endedAtMs - b.endedAtMs)
}

/** The first so many full answers in a row, or undefined. */
export function firstRun(answers: readonly RequestEvent[], consecutive: number): Run | undefined {
  let run: RequestEvent[] = []
  for (const one of answers) {
    run = one.outcome === 'ok' ? [...run, one] : []
    if (run.length >= consecutive) return { fromMs: Math.min(...run.map(({ plannedAtMs }) => plannedAtMs)), toMs: one.endedAtMs }
  }
  return undefined
}

/** When the same component was made unfit again; Infinity: never. */
export const nextFault = (spans: readonly FaultSpan[], { component, toMs }: FaultSpan): number =>
  Math.min(...spans.filter((one) => one.component === component && one.issuedAtMs > toMs).map((one) => one.issuedAtMs))
