import { leastOf } from '../../core/extremes.js'
import type { History, ObservationEvent, RequestEvent } from '../../core/history.js'
import { interventionsOf, isUnserved, numberFact, observationsOf, requestsOf, type Intervention } from '../../core/reading.js'
import { idleResets } from './unaccounted.js'

/** Name of the load that runs through the whole scenario of RDND-03. */
export const unfitLoad = 'background'

/** The two ways of making one replica unfit: the control's name is the arm's name in the history. */
export type ArmName = 'freeze' | 'isolate'

/** One replica made unfit, with what its readiness said and what became of the traffic. Times in ms of the scenario. */
export interface UnfitArm {
  readonly target: string
  readonly witness: string
  readonly issuedAtMs: number
  readonly appliedAtMs: number
  readonly releasedAtMs: number
  readonly undoneAtMs: number | undefined
  readonly windowMs: number
  /** Samples of readiness while the fault lasted. */
  readonly samples: readonly ReadinessSample[]
  /** When the first sample was sent after which readiness never passed again during the fault; undefined: it passed to the end. */
  readonly notReadyAtMs: number | undefined
  /** When the last sample that passed was sent; undefined: none passed during the fault. */
  readonly lastReadyAtMs: number | undefined
  /** With a verdict: neither given up by the harness nor reset on an idle connection. */
  readonly requests: readonly RequestEvent[]
  /** All of the load, whatever became of them. */
  readonly sent: readonly RequestEvent[]
}
export interface ReadinessSample {
  readonly sentAtMs: number
  readonly endedAtMs: number
  readonly outcome: string
}

/** The arm as it was recorded, or what is missing of it. */
export function unfitArmOf(history: History, name: ArmName): UnfitArm | string {
  const fault = interventionsOf(history, name).at(0)
  const windowMs = numberFact(history, 'ejectWindowMs')
  if (fault === undefined) return `no replica was made unfit (${name})`
  if (windowMs === undefined) return 'the ejection window is not known'
  if (fault.witnessedAtMs === undefined) return `the ${name} of ${fault.target} was not witnessed${fault.error === undefined ? '' : `: ${fault.error}`}`
  const releasedAtMs = observationsOf(history, 'release', fault.target).find((one) => one.atMs >= fault.issuedAtMs)?.atMs
  if (releasedAtMs === undefined) return `the ${name} of ${fault.target} did not reach its end`
  return armOf(history, fault, { windowMs, releasedAtMs })
}

function armOf(history: History, fault: Intervention, { windowMs, releasedAtMs }: { readonly windowMs: number; readonly releasedAtMs: number }): UnfitArm {
  const samples = observationsOf(history, 'readiness', fault.target)
    .map(sampleOf)
    .filter((one) => one.sentAtMs >= fault.issuedAtMs && one.sentAtMs <= releasedAtMs)
    // A hung replica answers what it was asked during the fault once it is released: that is no passing during it.
    .filter((one) => one.outcome !== 'pass' || one.endedAtMs <= releasedAtMs)
    .sort((a, b) => a.sentAtMs - b.sentAtMs)
  const lastPass = samples.findLastIndex((one) => one.outcome === 'pass')
  const sent = requestsOf(history, unfitLoad)
  return {
    target: fault.target,
    witness: fault.witness ?? '',
    issuedAtMs: fault.issuedAtMs,
    appliedAtMs: fault.acknowledgedAtMs ?? fault.issuedAtMs,
    releasedAtMs,
    undoneAtMs: fault.undoneAtMs,
    windowMs,
    samples,
    notReadyAtMs: samples[lastPass + 1]?.sentAtMs,
    lastReadyAtMs: samples[lastPass]?.sentAtMs,
    requests: sent.filter((one) => one.outcome !== 'cancelled' && !idleResets(one)),
    sent,
  }
}

const sampleOf = (event: ObservationEvent): ReadinessSample => ({
  sentAtMs: event.sentAtMs ?? event.atMs,
  endedAtMs: event.atMs,
  outcome: (event.value as { readonly outcome: string }).outcome,
})

/** Why nothing that follows could be charged to the fault: the replica took no part before it. */
export function doubtAbout(history: History, arm: UnfitArm): string | undefined {
  const { target, issuedAtMs } = arm
  const rotated = observationsOf(history, 'rotation', target).filter((one) => one.atMs <= issuedAtMs).at(-1)?.value as { readonly inRotation?: boolean } | undefined
  const served = arm.requests.some((one) => one.instance === target && one.endedAtMs <= issuedAtMs)
  if (!served && rotated?.inRotation !== true) return `${target} was not seen in rotation before it was made unfit`
  const readyBefore = observationsOf(history, 'readiness', target).some((one) => one.atMs <= issuedAtMs && sampleOf(one).outcome === 'pass')
  if (!readyBefore) return `readiness of ${target} was not seen to pass before it was made unfit`
  const failedBefore = arm.requests.filter((one) => one.endedAtMs <= issuedAtMs && one.endedAtMs >= issuedAtMs - 1_000 && isUnserved(one)).length
  return failedBefore > 0 ? `${failedBefore} requests failed in the second before ${target} was made unfit` : undefined
}

/** When the replica was first seen back: an answer to a request sent after the release, or the balancer's word. */
export function returnedAtMs(history: History, { target, releasedAtMs, requests }: UnfitArm): number | undefined {
  const rotated = observationsOf(history, 'rotation', target)
    .filter((one) => one.atMs > releasedAtMs && (one.value as { readonly inRotation?: boolean }).inRotation === true)
    .map((one) => one.atMs)
  const answered = requests.filter((one) => one.instance === target && (one.sentAtMs ?? 0) > releasedAtMs && one.outcome === 'ok').map((one) => one.endedAtMs)
  const seen = [...rotated, ...answered]
  return seen.length === 0 ? undefined : leastOf(seen)
}
