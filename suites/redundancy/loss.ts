import { inconclusive, type Finding } from '../../core/check.js'
import { eventsOf, type History, type RequestEvent } from '../../core/history.js'
import { factOf, interventionsOf, isUnserved, numberFact, observationsOf, requestsOf, type Intervention, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { unlessAssumedWindow } from '../../core/checks/assumed-window.js'
import { believed, delayMs, isCalm } from '../../core/checks/calm.js'
import { idleResets, unaccounted } from './unaccounted.js'
import { worstFinding } from '../../core/checks/worst-finding.js'

/** Name of the load that runs through the whole scenario of RDND-02. */
export const lossLoad = 'background'
export const requestsAfterMin = 50
const baselineMs = 1_000
const shareSeenMs = 5_000

/** The loss of one replica with its three times, and the requests around it. */
export interface Loss {
  readonly target: string
  readonly issuedAtMs: number
  readonly witnessedAtMs: number
  /** Death witnessed, plus the ejection window. */
  readonly ejectedByMs: number
  readonly releasedAtMs: number
  readonly windowMs: number
  readonly share: number
  /** Planned per second, as measured over the absence. */
  readonly ratePerSecond: number
  /** Under way when the kill was issued, and planned before. */
  readonly inFlight: readonly RequestEvent[]
  readonly during: readonly RequestEvent[] // planned in [issued, ejectedBy]
  readonly after: readonly RequestEvent[] // planned in (ejectedBy, released]
  /** Why too much of the traffic around the loss is without a verdict for a pass; undefined when it is not. */
  readonly unaccounted: string | undefined
  /** Judged as if the balancer never took the replica out before it was released: what fails then has nothing to do with how fast a balancer is. */
  readonly neverEjected: boolean
  /** Whether a request may be used against the service; false for what a disturbance of the harness touched. */
  readonly usable: (request: RequestEvent) => boolean
}

/**
 * The worst of the findings on each replica. `judge` sees only losses that were witnessed and stayed; a failure is
 * believed only when the harness was undisturbed, a pass only with enough traffic and the replica's return.
 */
export function judgeEachLoss(history: History, thresholds: ThresholdValues, judge: (loss: Loss) => Finding): Finding {
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  const windowMs = numberFact(history, 'ejectWindowMs')
  if (instances.length < 2) return inconclusive(`${instances.length} replica runs, the loss of one needs two`)
  if (windowMs === undefined) return inconclusive('the ejection window is not known')
  const holds = interventionsOf(history, 'hold')
  const holdMs = numberThreshold(thresholds, 'hold_s') * 1_000
  const judgeAll = (neverEjected: boolean): Finding =>
    worstFinding(
      instances.map((target) => {
        const hold = holds.find((one) => one.target === target)
        if (hold === undefined) return inconclusive(`${target} was never killed`)
        const loss = lossOf(history, hold, { windowMs, share: 1 / instances.length, neverEjected })
        return typeof loss === 'string' ? inconclusive(loss) : judgeOne(history, loss, { judge, holdMs })
      }),
    )
  return unlessAssumedWindow(judgeAll(false), history, () => judgeAll(true))
}

function judgeOne(history: History, loss: Loss, { judge, holdMs }: { readonly judge: (loss: Loss) => Finding; readonly holdMs: number }): Finding {
  const doubt = doubtOf(history, loss)
  if (doubt !== undefined) return inconclusive(doubt)
  const finding = believed(judge(loss), history, {
    window: { fromMs: loss.issuedAtMs, toMs: loss.releasedAtMs },
    calmly: (spans) => judge(calmLoss(loss, spans)),
  })
  if (finding.outcome !== 'passed') return finding
  const { target, after, releasedAtMs, witnessedAtMs } = loss
  const heldMs = releasedAtMs - witnessedAtMs
  if (heldMs < 0.9 * holdMs) return inconclusive(`${target} was kept down for ${Math.round(heldMs / 100) / 10} s only, needs ${holdMs / 1_000} s`)
  if (loss.unaccounted !== undefined) return inconclusive(loss.unaccounted)
  if (after.length < requestsAfterMin) return inconclusive(`${after.length} requests were sent between the ejection of ${target} and its release, needs ${requestsAfterMin}`)
  return returned(history, target, releasedAtMs) ? finding : inconclusive(`${target} was not seen back in rotation after its release`)
}

/** The loss without what a disturbance touched; ejection may have been late by as much as the disturbance lasted. */
function calmLoss(loss: Loss, spans: readonly Window[]): Loss {
  const usable = isCalm(spans)
  const ejectedByMs = loss.ejectedByMs + delayMs(spans, { fromMs: loss.issuedAtMs, toMs: loss.ejectedByMs })
  return {
    ...loss,
    usable,
    ejectedByMs,
    inFlight: loss.inFlight.filter(usable),
    during: loss.during.filter(usable),
    after: loss.after.filter((one) => usable(one) && one.plannedAtMs > ejectedByMs),
  }
}

/** The loss as it was recorded, or what is missing of it. */
function lossOf(history: History, hold: Intervention, given: Pick<Loss, 'windowMs' | 'share' | 'neverEjected'>): Loss | string {
  const { target, issuedAtMs, witnessedAtMs } = hold
  if (witnessedAtMs === undefined) return `the death of ${target} was not witnessed${hold.error === undefined ? '' : `: ${hold.error}`}`
  const releasedAtMs = observationsOf(history, 'release', target).find((one) => one.atMs >= witnessedAtMs)?.atMs
  if (releasedAtMs === undefined) return `the absence of ${target} did not reach its end`
  const windowMs = given.neverEjected ? Math.max(given.windowMs, releasedAtMs - witnessedAtMs) : given.windowMs
  const ejectedByMs = witnessedAtMs + windowMs
  const load = requestsOf(history, lossLoad)
  const around = load.filter((one) => one.endedAtMs >= issuedAtMs && one.plannedAtMs <= ejectedByMs)
  const later = load.filter((one) => one.plannedAtMs > ejectedByMs && one.plannedAtMs <= releasedAtMs)
  const judged = (one: RequestEvent): boolean => one.outcome !== 'cancelled' && !idleResets(one)
  const inFlight = around.filter((one) => one.plannedAtMs < issuedAtMs && judged(one))
  const during = around.filter((one) => one.plannedAtMs >= issuedAtMs && judged(one))
  const planned = [...around, ...later].filter((one) => one.plannedAtMs >= issuedAtMs && one.outcome !== 'cancelled').length
  const absenceS = (Math.max(releasedAtMs, ejectedByMs) - issuedAtMs) / 1_000
  return {
    ...given,
    windowMs,
    target,
    issuedAtMs,
    witnessedAtMs,
    ejectedByMs,
    releasedAtMs,
    ratePerSecond: planned / absenceS,
    inFlight,
    during,
    after: later.filter(judged),
    unaccounted:
      unaccounted(around, { when: `until ${target} should have been ejected`, idleResetsAllowed: true }) ??
      unaccounted(later, { when: `after ${target} should have been ejected`, idleResetsAllowed: false }),
    usable: () => true,
  }
}

/** Why neither a failure nor a pass could be charged to this loss. */
function doubtOf(history: History, { target, issuedAtMs, witnessedAtMs, releasedAtMs }: Loss): string | undefined {
  const load = requestsOf(history, lossLoad)
  const before = load.filter((one) => one.endedAtMs < issuedAtMs && one.endedAtMs >= issuedAtMs - shareSeenMs)
  const rotated = observationsOf(history, 'rotation', target).filter((one) => one.atMs <= issuedAtMs).at(-1)?.value as { readonly inRotation?: boolean } | undefined
  if (!before.some((one) => one.instance === target) && rotated?.inRotation !== true) return `${target} was not seen in rotation before it was killed`
  const failedBefore = before.filter((one) => one.endedAtMs >= issuedAtMs - baselineMs && isUnserved(one)).length
  if (failedBefore > 0) return `${failedBefore} requests failed in the second before ${target} was killed`
  for (const event of eventsOf(history, 'platform')) {
    if (event.name === 'process-started' && event.target === target && event.atMs > witnessedAtMs && event.atMs < releasedAtMs) return `${target} was started again before it was released`
  }
  const alive = load.some((one) => one.instance === target && (one.sentAtMs ?? 0) > witnessedAtMs && one.endedAtMs < releasedAtMs)
  return alive ? `${target} answered while it was held down` : undefined
}

function returned(history: History, target: string, releasedAtMs: number): boolean {
  const rotated = observationsOf(history, 'rotation', target).some((one) => one.atMs > releasedAtMs && (one.value as { readonly inRotation?: boolean }).inRotation === true)
  return rotated || requestsOf(history, lossLoad).some((one) => one.instance === target && (one.sentAtMs ?? 0) > releasedAtMs)
}
