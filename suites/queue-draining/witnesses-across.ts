import type { History, RequestEvent, WitnessEvent } from '../../core/history.js'
import { effectlessOperations, requestsOf, witnessesOf, type Intervention } from '../../core/reading.js'
import type { DrainSpan } from './drain-span.js'
import { loads } from './names.js'
import { probeSamples } from './probe-samples.js'
import { answered, judgeable } from './wording.js'

/** Requests of one group that were proven to be executing when something was done to their replica. */
export interface Witnessed {
  /** All that count, however they ended. */
  readonly spanning: readonly RequestEvent[]
  /** Of these: not completed correctly. */
  readonly lost: readonly RequestEvent[]
  /** Answered correctly, and the effect is not there. */
  readonly unapplied: readonly RequestEvent[]
  readonly duplicated: readonly RequestEvent[]
  /** How many were answered and whose effect was not read. What only reads has none. */
  readonly unread: number
  /** Proven requests that do not count. */
  readonly excluded: number
  /** Proven to be executing across it, and given up by the harness before they ended. */
  readonly givenUp: number
  /** Ended without an answer only after we had done something else to the replica. */
  readonly cutByUs: number
  /** Grades of proof among those that count: 'A', 'A and C'. */
  readonly grades: string
}

export interface WitnessQuestion {
  readonly history: History
  readonly requests: ReadonlyMap<number, RequestEvent>
  readonly intervention: Intervention
  /** By then it had begun for certain. */
  readonly begunByMs: number
  /** When we did something else to the replica: what is lost after that is not lost to the intervention. */
  readonly procedureAtMs?: number | undefined
}

/**
 * A request counts when it was proven, on this replica, before the intervention was issued. One that was answered before
 * the intervention had begun for certain shows nothing; one that was lost after it was issued was lost to it.
 */
export function witnessesAcross({ history, requests, intervention, begunByMs, procedureAtMs = Infinity }: WitnessQuestion): Witnessed {
  const all = witnessesOf(history, intervention.label ?? '')
  const across = all
    .map((witness) => ({ witness, request: requests.get(witness.request) }))
    .filter((one): one is Proven => one.request !== undefined)
    .filter((one) => spans(one, intervention, begunByMs))
  const byUs = ({ request }: Proven): boolean => !answered(request) && request.endedAtMs > procedureAtMs
  const counting = across.filter((one) => judgeable(one.request) && !byUs(one))
  const reads = effectlessOperations(history)
  const ended = (select: (effects: number | undefined, request: RequestEvent) => boolean): RequestEvent[] =>
    counting.filter(({ witness, request }) => select(witness.effects, request)).map(({ request }) => request)
  return {
    spanning: counting.map(({ request }) => request),
    lost: ended((_, request) => !answered(request)),
    unapplied: ended((effects, request) => answered(request) && effects === 0),
    duplicated: ended((effects) => effects !== undefined && effects > 1),
    unread: ended((effects, request) => answered(request) && effects === undefined && !reads.has(request.operation)).length,
    excluded: all.length - counting.length,
    givenUp: across.filter(({ request }) => !judgeable(request)).length,
    cutByUs: across.filter((one) => judgeable(one.request) && byUs(one)).length,
    grades: [...new Set(counting.map(({ witness }) => witness.proof))].sort().join(' and '),
  }
}

interface Proven {
  readonly witness: WitnessEvent
  readonly request: RequestEvent
}

function spans({ witness, request }: Proven, intervention: Intervention, begunByMs: number): boolean {
  // A held body proves nothing through a balancer that may buffer it; "sent before, ended after" alone never does.
  const proven = witness.proof === 'A' || witness.proof === 'B' || (witness.proof === 'C' && request.via === witness.instance)
  if (!proven) return false
  if (witness.instance !== intervention.target || witness.provenAtMs > intervention.issuedAtMs) return false
  return request.endedAtMs >= (answered(request) ? begunByMs : intervention.issuedAtMs)
}

export const witnessRequests = (history: History): ReadonlyMap<number, RequestEvent> =>
  new Map(requestsOf(history, loads.witness).map((request) => [request.id, request]))

/**
 * When the drain had begun for certain: at its acknowledgement, or earlier when readiness already failed. A command that
 * answers only when the drain is over is acknowledged too late to say anything about its beginning.
 */
export function drainBegunBy(history: History, { drain, target, issuedAtMs, acknowledgedAtMs }: DrainSpan): number {
  const passedBefore = probeSamples(history, 'readiness', target).some((sample) => sample.atMs < issuedAtMs && sample.outcome === 'pass')
  const failedAtMs = passedBefore
    ? probeSamples(history, 'readiness', target).find((sample) => sample.sentAtMs >= issuedAtMs && sample.outcome === 'fail')?.atMs
    : undefined
  return Math.min(acknowledgedAtMs, drain.witnessedAtMs ?? Infinity, failedAtMs ?? Infinity)
}

