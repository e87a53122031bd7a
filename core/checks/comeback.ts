import { greatestOf } from '../extremes.js'
import { eventsOf, type History, type InstanceId, type RequestEvent } from '../history.js'
import { requestsOf } from '../reading.js'
import { bootAt, bootSightings } from './boot-sightings.js'
import { spanned } from './counted.js'
import { readinessSamples, tallied, type ProbeSample } from './readiness-samples.js'

/** Whether an instance came back after its process was ended, as its readiness and direct requests show. */
export interface ComebackQuestion {
  readonly instance: InstanceId
  /** The fault was issued: what was sent earlier says nothing. */
  readonly issuedAtMs: number
  /** The old process is gone, or the machine boots: from here the time to ready counts. */
  readonly fromMs: number
  /** The next fault, or the end of the scenario: what was sent later says nothing. */
  readonly untilMs: number
  readonly limitMs: number
  /** Load of the direct requests that were tried once the harness found it ready. */
  readonly load: string
}

/** The direct requests from the first success on. What the harness itself cancelled is in neither. */
export interface Service {
  readonly served: number
  readonly failing: readonly RequestEvent[]
}

export type Comeback =
  | ({ readonly state: 'back'; readonly tookMs: number; readonly proof: string } & Service)
  /** It came back, after the limit. */
  | ({ readonly state: 'late'; readonly tookMs: number; readonly requests: readonly number[] } & Service)
  /** Watched for at least the limit, and never ready, or ready without serving. */
  | { readonly state: 'not-back'; readonly watchedMs: number; readonly saw: string; readonly requests: readonly number[] }
  /** The history supports neither. */
  | { readonly state: 'unknown'; readonly reason: string }

const unknown = (reason: string): Comeback => ({ state: 'unknown', reason })

/**
 * An instance is back when readiness passed from a new process and real requests sent to it directly succeed. What fails
 * between the first ready answer and the first success is for START-03 to judge.
 */
export function comebackOf(history: History, question: ComebackQuestion): Comeback {
  const { instance, issuedAtMs, fromMs, untilMs, limitMs } = question
  const sightings = bootSightings(history, instance)
  const bootBefore = bootAt(sightings, issuedAtMs)
  const samples = readinessSamples(history, instance).filter((sample) => sample.sentAtMs >= issuedAtMs && sample.sentAtMs < untilMs)
  const ofNewProcess = (sample: ProbeSample): boolean =>
    bootBefore === undefined || sample.boot === undefined ? sample.sentAtMs >= fromMs : sample.boot !== bootBefore
  const ready = samples.find((sample) => sample.outcome === 'pass' && ofNewProcess(sample))
  if (ready === undefined) return withoutReady(samples, question, bootBefore)

  const proof = newProcessProof(history, question, { bootBefore, ready })
  if (proof === undefined) return unknown(`neither a boot id nor the platform shows that a new process of ${instance} answered`)
  // They may be a little earlier than the sample: the harness tries them as soon as it finds the instance ready by itself.
  const sent = requestsOf(history, question.load)
    .filter((one) => one.via === instance && sentAtMs(one) >= fromMs && sentAtMs(one) < untilMs)
    .sort((a, b) => sentAtMs(a) - sentAtMs(b))
  // What the harness gave up on says nothing about the service.
  const tries = sent.filter((one) => one.outcome !== 'cancelled')
  if (tries.length === 0 && sent.length > 0) return unknown(`every request sent to ${instance} after it was ready was cancelled by the harness`)
  const first = tries.find(succeeded)
  if (first === undefined) return withoutService(tries, question)
  const afterwards = tries.slice(tries.indexOf(first))
  const failing = afterwards.filter((one) => !succeeded(one))
  const served = afterwards.length - failing.length
  if (2 * failing.length > afterwards.length) {
    const saw = `serves only ${served} of ${afterwards.length} requests`
    return { state: 'not-back', watchedMs: (afterwards.at(-1)?.endedAtMs ?? fromMs) - fromMs, saw, requests: failing.map((one) => one.id) }
  }
  // When the first try succeeds it only confirms: it was sent when the harness got round to it, so readiness gives the time.
  const tookMs = (first === tries[0] ? ready.atMs : first.endedAtMs) - fromMs
  const failedBefore = tries.slice(0, tries.indexOf(first))
  const cancelledBefore = sent.indexOf(first) > failedBefore.length
  const lateByItself = ready.atMs - fromMs > limitMs || failedBefore.some((one) => one.endedAtMs - fromMs > limitMs)
  if (cancelledBefore && !lateByItself && first.endedAtMs - fromMs > limitMs) {
    return unknown(`${instance} served only after ${spanned(first.endedAtMs - fromMs)}, and the harness had cancelled requests before`)
  }
  const downAtMs = greatestOf([...samples.filter((sample) => sample.sentAtMs < ready.sentAtMs).map((sample) => sample.sentAtMs), ...failedBefore.map((one) => one.endedAtMs), fromMs]) - fromMs
  if (tookMs > limitMs && downAtMs <= limitMs) {
    return unknown(`${instance} was not back after ${spanned(downAtMs)} and was seen back after ${spanned(tookMs)}, so it is not known whether it took more than ${spanned(limitMs)}`)
  }
  if (tookMs > limitMs) return { state: 'late', tookMs, requests: [first.id], served, failing }
  return { state: 'back', tookMs: Math.max(0, tookMs), proof, served, failing }
}

const succeeded = ({ outcome }: RequestEvent): boolean => outcome === 'ok' || outcome === 'degraded'

const sentAtMs = (request: RequestEvent): number => request.sentAtMs ?? request.plannedAtMs

function withoutReady(samples: readonly ProbeSample[], { instance, fromMs, limitMs }: ComebackQuestion, bootBefore: string | undefined): Comeback {
  const after = samples.filter((sample) => sample.sentAtMs >= fromMs)
  if (after.some((sample) => sample.outcome === 'pass')) return unknown(`${instance} still answers with boot id ${bootBefore} from before`)
  const watchedMs = (after.at(-1)?.atMs ?? fromMs) - fromMs
  if (after.length === 0) return unknown(`the readiness of ${instance} was never asked afterwards`)
  if (watchedMs < limitMs) return unknown(`${instance} was not ready and was watched for only ${spanned(watchedMs)} of ${spanned(limitMs)}`)
  return { state: 'not-back', watchedMs, saw: `never ready, readiness answers: ${tallied(after)}`, requests: [] }
}

function withoutService(tries: readonly RequestEvent[], { instance, fromMs, limitMs }: ComebackQuestion): Comeback {
  const last = tries.at(-1)
  if (last === undefined) return unknown(`no request was sent to ${instance} after it was ready`)
  const watchedMs = last.endedAtMs - fromMs
  if (watchedMs < limitMs) return unknown(`${instance} reports ready but served none of ${tries.length} requests in ${spanned(watchedMs)} of ${spanned(limitMs)}`)
  const answer = last.status === undefined ? last.outcome : `status ${last.status}`
  return { state: 'not-back', watchedMs, saw: `reports ready but served none of ${tries.length} requests, the last one ended with ${answer}`, requests: tries.slice(-10).map((one) => one.id) }
}

function newProcessProof(history: History, { instance, issuedAtMs }: ComebackQuestion, seen: { readonly bootBefore: string | undefined; readonly ready: ProbeSample }): string | undefined {
  const { bootBefore, ready } = seen
  if (bootBefore !== undefined && ready.boot !== undefined) return `boot id ${bootBefore} became ${ready.boot}`
  for (const event of eventsOf(history, 'platform')) {
    if (event.name !== 'process-started' || event.target !== instance) continue
    if (event.atMs > issuedAtMs && event.atMs <= ready.atMs) return 'the platform started a new process'
  }
  return undefined
}
