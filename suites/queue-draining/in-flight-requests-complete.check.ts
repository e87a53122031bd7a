import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { isFinding, landing, missingReturn, spanOf, type DrainSpan } from './drain-span.js'
import { notLanded } from './landed.js'
import { facts, labels } from './names.js'
import { drainBegunBy, witnessRequests, witnessesAcross, type Witnessed } from './witnesses-across.js'
import { idsOf, strengthLines, talliedOutcomes } from './wording.js'

/** A stall of ours beyond this may have cost a request its answer. */
const stallMs = 1_000

/** Every request that was proven to be executing when a drain began is completed correctly, and exactly once. */
export const check: Check = {
  id: 'in-flight-requests-complete',
  requirement: 'DRAIN-03',
  evaluate(history, thresholds) {
    const issued = interventionsOf(history, 'drain').filter((drain) => labels.isNumbered(drain.label))
    if (factOf(history, facts.catchable) === false) return inconclusive('no operation of traffic can be caught in flight: declare one that takes a known time (minDuration), streams its answer (streams) or waits for a body (holdsBody)')
    if (issued.length === 0) return inconclusive('no replica was drained')
    const requests = witnessRequests(history)
    const spans = issued.map((drain) => spanOf(history, drain))
    const drains = spans
      .filter((span): span is DrainSpan => !isFinding(span))
      .map((span) => ({ span, ...witnessesAcross({ history, requests, intervention: span.drain, begunByMs: drainBegunBy(history, span), procedureAtMs: span.endedBy === 'procedure' ? span.endedAtMs : undefined }) }))
    const evidence = drains.flatMap(evidenceOf)
    const lost = lossFinding(drains, thresholds, evidence)
    if (lost !== undefined) return disturbedSpan(history, drains) ?? alwaysRefused(drains, evidence) ?? lost
    const unproven = drains.length === 0 ? spans.find(isFinding) : missingEvidence(history, drains, thresholds, evidence)
    if (unproven !== undefined) return unproven
    const control = killControl(history, numberThreshold(thresholds, 'control_losses_min'))
    if (control.missing !== undefined) return inconclusive(control.missing, [...evidence, ...control.evidence])
    const disturbed = disturbedSpan(history, drains)
    if (disturbed !== null) return disturbed
    const total = drains.reduce((sum, drain) => sum + drain.spanning.length, 0)
    return passed(
      `0 of ${total} requests in flight were lost over ${counted(drains.length, 'drain')}, each completed exactly once; the same requests under a kill lost ${control.lost}`,
      [...strengthLines({ count: total, what: 'requests in flight lost or duplicated' }, drains.length), ...evidence, ...control.evidence],
      { strength: strengthOf(total) },
    )
  },
}

type DrainWitnesses = Witnessed & { readonly span: DrainSpan }

/** The failure, when anything was lost or happened twice: one is enough, however many drains were clean. */
function lossFinding(drains: readonly DrainWitnesses[], thresholds: ThresholdValues, evidence: readonly Evidence[]): Finding | undefined {
  const total = drains.reduce((sum, drain) => sum + drain.spanning.length, 0)
  const lost = drains.flatMap((drain) => drain.lost)
  const unapplied = drains.flatMap((drain) => drain.unapplied)
  const duplicated = drains.flatMap((drain) => drain.duplicated)
  const lostMax = numberThreshold(thresholds, 'lost_max')
  const duplicatedMax = numberThreshold(thresholds, 'duplicated_max')
  const said: string[] = []
  if (lost.length > 0) said.push(`${lost.length} of ${total} requests in flight were lost (${talliedOutcomes(lost)}; allowed ${lostMax})`)
  if (unapplied.length > 0) said.push(`${unapplied.length} were answered although their effect never happened`)
  if (duplicated.length > 0) said.push(`the effect of ${duplicated.length} happened more than once (allowed ${duplicatedMax})`)
  if (lost.length + unapplied.length <= lostMax && duplicated.length <= duplicatedMax) return undefined
  const shown = [...lost, ...unapplied, ...duplicated]
  return failed(`${listed(said)} over ${counted(drains.length, 'drain')}`, [
    { note: 'requests in flight that were not completed exactly once', measured: shown.length, allowed: lostMax, unit: 'requests', requests: idsOf(shown) },
    ...evidence,
  ])
}

/**
 * An operation of which every request was answered in full, and with 4xx, is refused for what was sent: RFC 9110 15.5. Whether it would be
 * without a drain is not known, and no drain makes a request wrong. One that is answered otherwise only once is charged.
 */
function alwaysRefused(drains: readonly DrainWitnesses[], evidence: readonly Evidence[]): Finding | undefined {
  const spanning = drains.flatMap((drain) => drain.spanning)
  const ofOperation = (name: string): readonly RequestEvent[] => spanning.filter(({ operation }) => operation === name)
  const refused = [...new Set(spanning.map(({ operation }) => operation))].filter((name) => ofOperation(name).every(wasRefused))
  const others = drains.flatMap(({ lost, unapplied, duplicated }) => [...lost, ...unapplied, ...duplicated]).filter(({ operation }) => !refused.includes(operation))
  if (refused.length === 0 || others.length > 0) return undefined
  const statuses = [...new Set(refused.flatMap(ofOperation).map(({ status }) => status))].join(', ')
  return inconclusive(`every request of ${listed(refused)} in flight was answered with ${statuses}: it was refused for what was sent, which says nothing about the drain`, evidence)
}

const wasRefused = ({ outcome, status = 0 }: RequestEvent): boolean => outcome === 'error-status' && status >= 400 && status < 500

/** What keeps clean drains from counting as proof, or undefined. */
function missingEvidence(history: History, drains: readonly DrainWitnesses[], thresholds: ThresholdValues, evidence: readonly Evidence[]): Finding | undefined {
  const withWitnesses = drains.filter((drain) => drain.spanning.length > 0)
  const total = drains.reduce((sum, drain) => sum + drain.spanning.length, 0)
  const unread = drains.reduce((sum, drain) => sum + drain.unread, 0)
  const drainsMin = numberThreshold(thresholds, 'drains')
  const witnessesMin = numberThreshold(thresholds, 'witnesses_min')
  const reasons: string[] = []
  if (total < witnessesMin) reasons.push(`only ${counted(total, 'request was', 'requests were')} proven to be in flight across a drain, needs ${witnessesMin}`)
  if (withWitnesses.length < drainsMin) reasons.push(`only ${counted(withWitnesses.length, 'drain')} had requests in flight, needs ${drainsMin}`)
  if (unread > 0) reasons.push(`it could not be read how often the effect of ${counted(unread, 'request')} happened`)
  for (const { span, givenUp, cutByUs } of drains) {
    if (givenUp > 0) reasons.push(`${counted(givenUp, 'request')} in flight on ${span.target} ${givenUp === 1 ? 'was' : 'were'} given up by the harness`)
    if (cutByUs > 0) reasons.push(`${counted(cutByUs, 'request')} in flight on ${span.target} ended without an answer only after the harness had done something else to it`)
    const unshown = notLanded(history, span)
    if (unshown !== undefined) reasons.push(unshown)
    const missing = missingReturn(history, span.target, span.acknowledgedAtMs)
    if (missing !== undefined) reasons.push(missing)
  }
  return reasons.length === 0 ? undefined : inconclusive(reasons.join('; '), evidence)
}

interface Control {
  readonly lost: number
  readonly missing?: string
  readonly evidence: readonly Evidence[]
}

/** A kill must lose what a drain must not: else the requests were not in flight, or something between us and the replica retries. */
function killControl(history: History, lossesMin: number): Control {
  const kill = interventionsOf(history, 'kill', labels.killControl)[0]
  if (kill === undefined) return { lost: 0, missing: 'the kill control did not run', evidence: [] }
  if (kill.witnessedAtMs === undefined) return { lost: 0, missing: `the kill of ${kill.target} in the kill control was not seen to land`, evidence: [] }
  const { spanning, lost } = witnessesAcross({ history, requests: witnessRequests(history), intervention: kill, begunByMs: kill.issuedAtMs })
  const evidence: Evidence[] = [
    { note: `kill control on ${kill.target}: ${talliedOutcomes(spanning)}`, measured: lost.length, unit: 'requests', requests: idsOf(lost) },
  ]
  if (spanning.length === 0) return { lost: 0, missing: 'no request of the kill control was proven to be in flight', evidence }
  if (lost.length >= lossesMin) return { lost: lost.length, evidence }
  return { lost: lost.length, missing: `the kill control lost ${lost.length} of ${spanning.length} requests, needs ${lossesMin}: they were not in flight, or something retries`, evidence }
}

function disturbedSpan(history: History, drains: readonly DrainWitnesses[]): Finding | null {
  for (const { span, spanning } of drains) {
    const toMs = Math.max(span.acknowledgedAtMs, greatestOf(spanning.map((request) => request.endedAtMs)))
    const disturbed = disturbedHarness(history, { fromMs: span.issuedAtMs, toMs }, stallMs)
    if (disturbed !== null) return disturbed
  }
  return null
}

function evidenceOf({ span, spanning, lost, grades, excluded }: DrainWitnesses): Evidence[] {
  const notCounted = excluded === 0 ? '' : `; ${excluded} not counted (too weak a proof, proven too late, given up by us, or over before the drain had begun)`
  return [
    landing(span),
    { note: `${span.drain.label} of ${span.target}: ${counted(spanning.length, 'request')} in flight (proof ${grades || 'none'}), ${lost.length} lost${notCounted}`, measured: lost.length, unit: 'requests' },
  ]
}
