import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, interventionsOf, observationsOf, requestsOf } from '../../core/reading.js'
import { valueBefore, type SeenValue } from './freshness.js'
import { overwrites, questions } from './names.js'
import type { DatabasePlan, HeldKeysObservation } from './servers.js'

export const planOf = (history: History): DatabasePlan | undefined => factOf(history, 'database-plan') as DatabasePlan | undefined

/** One question to one server for keys. */
export interface Holding {
  readonly server: string
  readonly sentAtMs: number
  readonly atMs: number
  readonly asked: readonly string[]
  /** Undefined: the server could not be asked. */
  readonly held: ReadonlySet<string> | undefined
}
export function holdingsOf(history: History, why: string): Holding[] {
  return observationsOf(history, 'held-keys')
    .map((event) => ({ event, value: event.value as HeldKeysObservation & { readonly sentAtMs?: number } }))
    .filter(({ value }) => value.why === why)
    .map(({ event, value }) => ({
      server: event.target,
      sentAtMs: value.sentAtMs ?? event.sentAtMs ?? event.atMs,
      atMs: event.atMs,
      asked: value.asked,
      held: value.held === undefined ? undefined : new Set(value.held),
    }))
}

/** Why it is not known that every read replica had caught up at that moment, or undefined. Nothing is known where nobody can be asked, and nothing is demanded. */
export function notCaughtUp(history: History, plan: DatabasePlan, why: string): string | undefined {
  if (!plan.lookUp) return undefined
  const holdings = holdingsOf(history, why)
  const late = plan.replicas.find((server) => !holdings.some((one) => one.server === server && one.asked.length > 0 && one.asked.every((key) => one.held?.has(key))))
  return late === undefined ? undefined : `${late} was not seen to be up to date: ${why}`
}

/** The span in which replay was stopped, and how that was seen past the service. */
export interface Pause {
  readonly fromMs: number
  readonly toMs: number
  readonly witness: string
}

/** The pause as it was recorded and witnessed at `question`, or what is missing of it. */
export function pauseOf(history: History, plan: DatabasePlan, question: string = questions.duringPause): Pause | string {
  const stops = interventionsOf(history, 'pause-replay')
  const ends = interventionsOf(history, 'resume-replay')
  if (stops.length === 0) return 'replay was never stopped'
  const open = plan.replicas.find((server) => !stops.some((one) => one.label === server && one.acknowledgedAtMs !== undefined))
  if (open !== undefined) return `replay of ${open} could not be stopped${stops[0]?.error === undefined ? '' : `: ${stops[0].error}`}`
  const fromMs = greatestOf(stops.map((one) => one.acknowledgedAtMs ?? one.issuedAtMs))
  const toMs = ends.length === 0 ? Infinity : leastOf(ends.map((one) => one.issuedAtMs))
  const asked = holdingsOf(history, question).filter((one) => one.sentAtMs >= fromMs && one.atMs <= toMs)
  const holds = (server: string): boolean | undefined => asked.filter((one) => one.server === server && one.held !== undefined && one.asked.length > 0).map((one) => one.asked.every((key) => one.held?.has(key)))[0]
  if (plan.primary !== null && holds(plan.primary) !== true) return `the primary was not seen to hold the marker that was written after replay had been stopped`
  const unseen = plan.replicas.find((server) => holds(server) !== false)
  if (unseen !== undefined) return `no direct reading of ${unseen} shows that its replay was stopped`
  return { fromMs, toMs, witness: `${plan.replicas.join(' and ')} did not hold a marker that the primary held` }
}

/** What one read showed of a key that had been overwritten. */
export interface Reading {
  readonly request: RequestEvent
  /** `none`: no usable answer. */
  readonly saw: 'new' | 'old' | 'none'
  readonly marked: boolean
  /** Between the acknowledgement of the overwrite and the sending of this read. */
  readonly ageMs: number
}

/** Reads of one load, each compared with the overwrite that was acknowledged before it; others are left out. */
export function readingsOf(history: History, load: string): Reading[] {
  const written = new Map(
    requestsOf(history, overwrites)
      .filter((one) => one.outcome === 'ok' || one.outcome === 'degraded')
      .map((one) => [one.key, one] as const),
  )
  return requestsOf(history, load).flatMap((request) => {
    const write = written.get(request.key)
    if (write === undefined || request.outcome === 'cancelled') return []
    const ageMs = (request.sentAtMs ?? request.plannedAtMs) - write.endedAtMs
    return ageMs < 0 ? [] : [{ request, saw: sawOf(request, write.value), marked: marks((request.captured as SeenValue | undefined)?.stale), ageMs }]
  })
}

function sawOf(request: RequestEvent, written: string | undefined): Reading['saw'] {
  // The key has been there for long: an answer that there is none comes from even longer ago.
  if (request.status === 404 || request.status === 410) return 'old'
  if (request.outcome !== 'ok' && request.outcome !== 'degraded') return 'none'
  const { value } = (request.captured ?? {}) as SeenValue
  if (value === written) return 'new'
  return value === valueBefore(request.key ?? '') ? 'old' : 'none'
}

function marks(found: unknown): boolean {
  if (found === undefined || found === null || found === false || found === 0) return false
  return !['', '0', 'false', 'no', 'none'].includes(String(found).trim().toLowerCase())
}
