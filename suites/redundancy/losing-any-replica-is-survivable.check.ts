import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, isUnserved, observationsOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { judgeEachLoss, type Loss } from './loss.js'
import { rollCallLoad, sessionCall, type RollCallObservation } from './roll-call.js'
import { outcomesText, requestEvidence } from '../../core/checks/worst-finding.js'

const requirement = 'RDND-02'

export const lossCostsOnlyTheWindow: Check = {
  id: 'a-loss-costs-no-more-than-the-share-of-the-lost-replica-until-ejection',
  requirement,
  evaluate: (history, thresholds) => judgeEachLoss(history, thresholds, (loss) => judgeWindow(loss, thresholds)),
}

function judgeWindow(loss: Loss, thresholds: ThresholdValues): Finding {
  const { target, share, ratePerSecond, windowMs, inFlight } = loss
  const factor = numberThreshold(thresholds, 'failures_in_window_factor_max')
  const lost = [...inFlight, ...loss.during].filter(isUnserved)
  const allowed = Math.ceil(share * ratePerSecond * (windowMs / 1_000) * factor) + Math.ceil(share * inFlight.length * factor)
  const evidence = [
    requestEvidence({ note: `failures from the loss of ${target} until the end of the ejection window: ${outcomesText(lost) || 'none'}`, measured: lost.length, allowed, unit: 'requests' }, lost),
  ]
  if (lost.length > allowed) return failed(`the loss of ${target} cost ${lost.length} requests, at most ${allowed} are its share until ejection`, evidence)
  return passed(`the loss of ${target} cost ${lost.length} of at most ${allowed} requests`, evidence)
}

export const noFailureAfterEjection: Check = {
  id: 'no-request-fails-after-the-lost-replica-is-ejected',
  requirement,
  evaluate: (history, thresholds) =>
    judgeEachLoss(history, thresholds, ({ target, after }) => {
      const lost = after.filter(isUnserved)
      const allowed = numberThreshold(thresholds, 'failures_after_window_max')
      const evidence = [
        requestEvidence({ note: `failures without ${target}, after the ejection window: ${outcomesText(lost) || 'none'}`, measured: lost.length, allowed, unit: 'requests' }, lost),
      ]
      if (lost.length > allowed) {
        const operations = [...new Set(lost.map((one) => one.operation))].join(', ')
        return failed(`${lost.length} of ${after.length} requests failed after ${target} should have been ejected (${operations})`, evidence)
      }
      return passed(`${lost.length} of ${after.length} requests failed while ${target} was gone`, evidence, { strength: strengthOf(after.length) })
    }),
}

export const everyFunctionWorks: Check = {
  id: 'every-function-works-while-a-replica-is-gone',
  requirement,
  evaluate: (history, thresholds) => judgeEachLoss(history, thresholds, (loss) => judgeFunctions(history, loss, thresholds)),
}

function judgeFunctions(history: History, loss: Loss, thresholds: ThresholdValues): Finding {
  const { target } = loss
  const observed = observationsOf(history, 'roll-call').map((event) => event.value as RollCallObservation)
  const before = observed.filter((one) => one.when === 'before')
  const called = requestsOf(history, rollCallLoad(target))
  const usable = (operation: string): boolean => called.filter((one) => belongsTo(one.operation, operation)).every(loss.usable)
  const without = new Map(observed.filter((one) => one.when === target && usable(one.operation)).map((one) => [one.operation, one]))
  const worked = before.filter(alwaysWorked)
  if (worked.length === 0) return inconclusive(`no operation was seen to work reliably before ${target} was lost`)
  const broken = worked.filter((one) => isBroken(loss, one.operation, without.get(one.operation)))
  const evidence: Evidence[] = broken.map((one) => {
    const gone = without.get(one.operation)
    const note = `${one.operation}: ${one.ok} of ${one.attempts} calls succeeded before, ${gone?.ok ?? 0} of ${gone?.attempts ?? 0} without ${target}${gone?.detail ? ` (${gone.detail})` : ''}`
    const calls = called.filter((call) => isUnserved(call) && belongsTo(call.operation, one.operation))
    return requestEvidence({ note }, [...calls, ...loss.after.filter((request) => isUnserved(request) && request.operation === one.operation)])
  })
  const ratio = (worked.length - broken.length) / worked.length
  const ratioMin = numberThreshold(thresholds, 'operations_covered_ratio')
  const measure: Evidence = { note: `share of the operations that worked without ${target}`, measured: ratio, allowed: ratioMin, unit: 'ratio' }
  if (broken.length > 0 && ratio < ratioMin) {
    return failed(`without ${target} ${broken.length} of ${worked.length} operations did not work: ${broken.map((one) => one.operation).join(', ')}`, [measure, ...evidence])
  }
  const doubtful = unproven(history, { before, without, target })
  if (doubtful.length > 0) return inconclusive(doubtful.join('; '), [measure])
  return passed(`all ${worked.length} operations worked without ${target}`, [measure])
}

/** Only what never failed before can be seen to fail because of the loss, or be seen not to. */
const alwaysWorked = (before: RollCallObservation): boolean => before.attempts > 0 && before.ok === before.attempts
const failedSome = (gone: RollCallObservation | undefined): boolean => gone !== undefined && gone.ok < gone.attempts

/** A balancer that still sends to the lost replica makes its share fail, and never all of many. */
const failedEverywhereMin = 5

function isBroken(loss: Loss, operation: string, gone: RollCallObservation | undefined): boolean {
  if (loss.neverEjected) return gone !== undefined && gone.attempts > 0 && gone.ok === 0 && onlyFails(loss.during.filter((one) => one.endedAtMs < loss.releasedAtMs), operation, failedEverywhereMin)
  return failedSome(gone) || onlyFails(loss.after, operation, 1)
}

function onlyFails(traffic: readonly RequestEvent[], operation: string, requestsMin: number): boolean {
  const requests = traffic.filter((one) => one.operation === operation)
  return requests.length >= requestsMin && requests.every(isUnserved)
}

const belongsTo = (called: string, operation: string): boolean => called === operation || (operation === sessionCall && called.startsWith('session.'))

interface Calls {
  readonly before: readonly RollCallObservation[]
  readonly without: ReadonlyMap<string, RollCallObservation>
  readonly target: string
}
/** Operations of which nothing can be said: some calls failed before the loss too, or were not made at both times. */
function unproven(history: History, { before, without, target }: Calls): string[] {
  const planned = (factOf(history, 'roll-call') as readonly string[] | undefined) ?? []
  const called = new Map(before.filter((one) => one.attempts > 0).map((one) => [one.operation, one]))
  return [...new Set([...planned, ...called.keys()])].flatMap((operation) => {
    const known = called.get(operation)
    if (known === undefined) return [`${operation} was not called before any loss`]
    if (!alwaysWorked(known)) return [`${known.attempts - known.ok} of ${known.attempts} calls of ${operation} failed before any loss too (${known.detail})`]
    const attempts = without.get(operation)?.attempts ?? 0
    if (attempts === 0) return [`${operation} was not called without ${target}`]
    return attempts < known.attempts ? [`the harness gave up ${known.attempts - attempts} of ${known.attempts} calls of ${operation} without ${target}`] : []
  })
}
