import { failed, inconclusive, notApplicable, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { greatestOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, factOf, isUnserved } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { unlessAssumedWindow } from '../../core/checks/assumed-window.js'
import { believed, delayMs, isCalm } from '../../core/checks/calm.js'
import { doubtAbout, returnedAtMs, unfitArmOf, type ArmName, type UnfitArm } from './unfit-arm.js'
import { unaccounted } from './unaccounted.js'
import { outcomesText, requestEvidence, worstFinding } from '../../core/checks/worst-finding.js'

const requirement = 'RDND-03'
const seconds = (ms: number): number => Math.round(ms / 100) / 10

export const hungReplicaLeaves: Check = {
  id: 'a-hung-replica-leaves-the-rotation-and-returns',
  requirement,
  evaluate(history, thresholds) {
    const finding = judgeArm(history, thresholds, 'freeze')
    if (finding.outcome !== 'passed' || !needsNothing(history)) return finding
    return { ...finding, summary: `${finding.summary}; only a hang was tried, as no dependency is declared that it cannot serve without` }
  },
}

const needsNothing = (history: History): boolean => (factOf(history, 'hardDependencies') as readonly string[] | undefined)?.length === 0

export const cutOffReplicaLeaves: Check = {
  id: 'a-replica-cut-off-from-its-dependencies-leaves-the-rotation-and-returns',
  requirement,
  evaluate(history, thresholds) {
    if (needsNothing(history)) return notApplicable('the service declares no dependency it cannot serve without')
    return judgeArm(history, thresholds, 'isolate')
  },
}

/** Leaving and returning, judged apart and merged. */
function judgeArm(history: History, thresholds: ThresholdValues, name: ArmName): Finding {
  const arm = unfitArmOf(history, name)
  if (typeof arm === 'string') return inconclusive(arm)
  const doubt = doubtAbout(history, arm)
  if (doubt !== undefined) return inconclusive(doubt)
  if (arm.samples.length < numberThreshold(thresholds, 'samples_min')) return inconclusive(`readiness of ${arm.target} was sampled ${arm.samples.length} times during the fault, needs ${numberThreshold(thresholds, 'samples_min')}`)
  const leaving = judgeLeaving(history, arm, thresholds)
  const gap = leaving.outcome === 'passed' ? gapOf(arm, { name, thresholds }) : undefined
  return worstFinding([gap === undefined ? leaving : inconclusive(gap, leaving.evidence), judgeReturn(history, arm, thresholds)])
}

/** What was not looked at of a fault that would pass: its length, or its last third, when the replica could answer. */
function gapOf({ target, appliedAtMs, releasedAtMs, samples }: UnfitArm, { name, thresholds }: { readonly name: ArmName; readonly thresholds: ThresholdValues }): string | undefined {
  const faultS = numberThreshold(thresholds, 'fault_s')
  const lastedMs = releasedAtMs - appliedAtMs
  if (lastedMs < faultS * 900) return `the fault of ${target} lasted ${seconds(lastedMs)} s only, needs ${faultS} s`
  const seenLate = samples.some((one) => one.sentAtMs >= releasedAtMs - lastedMs / 3)
  return name === 'freeze' || seenLate ? undefined : `readiness of ${target} was not sampled in the last third of the fault`
}

/** Readiness that passes is the replica's own word, and believed whatever the state of the harness. */
function judgeLeaving(history: History, arm: UnfitArm, thresholds: ThresholdValues): Finding {
  const limitMs = numberThreshold(thresholds, 'readiness_false_within_s') * 1_000
  const { target, appliedAtMs, releasedAtMs, notReadyAtMs, lastReadyAtMs = appliedAtMs } = arm
  const readyForMs = lastReadyAtMs - appliedAtMs
  const passing = arm.samples.filter((one) => one.outcome === 'pass').length
  const note = `time until readiness of ${target} stopped passing (${passing} of ${arm.samples.length} samples passed during the fault; ${arm.witness})`
  if (notReadyAtMs === undefined) {
    const lastedMs = releasedAtMs - appliedAtMs
    const evidence: Evidence = { note, measured: seconds(lastedMs), allowed: limitMs / 1_000, unit: 's' }
    if (lastedMs < limitMs) return inconclusive(`readiness of ${target} still passed after ${seconds(lastedMs)} s, when the fault was taken back too early to judge`, [evidence])
    if (readyForMs < limitMs) return inconclusive(`readiness of ${target} passed when last sampled, ${seconds(readyForMs)} s into the fault, and may take ${seconds(limitMs)} s to fail`, [evidence])
    return failed(`readiness of ${target} went on passing for all ${seconds(lastedMs)} s of the fault`, [evidence, ...misdirected(arm, appliedAtMs + limitMs + arm.windowMs)])
  }
  const tookMs = Math.max(0, notReadyAtMs - appliedAtMs)
  const evidence: Evidence = { note, measured: seconds(tookMs), allowed: limitMs / 1_000, unit: 's' }
  if (tookMs > limitMs && readyForMs <= limitMs) {
    return inconclusive(`readiness of ${target} stopped passing between ${seconds(readyForMs)} and ${seconds(tookMs)} s, and was not sampled in between`, [evidence])
  }
  if (tookMs > limitMs) return failed(`readiness of ${target} stopped passing only after ${seconds(tookMs)} s`, [evidence])
  const ejectedByMs = Math.max(notReadyAtMs, appliedAtMs) + arm.windowMs
  const finding = judgeTraffic(arm, { thresholds, evidence, ejectedByMs })
  const window = { fromMs: arm.issuedAtMs, toMs: releasedAtMs }
  const traffic = believed(finding, history, {
    window,
    calmly: (spans) => {
      const late = delayMs(spans, { fromMs: arm.issuedAtMs, toMs: ejectedByMs })
      return judgeTraffic({ ...arm, requests: arm.requests.filter(isCalm(spans)) }, { thresholds, evidence, ejectedByMs: ejectedByMs + late })
    },
  })
  const withoutEjection = (requests: UnfitArm['requests']): Finding => judgeWithoutEjection(history, { ...arm, requests }, { thresholds, evidence, ejectedByMs })
  return unlessAssumedWindow(traffic, history, () => believed(withoutEjection(arm.requests), history, { window, calmly: (spans) => withoutEjection(arm.requests.filter(isCalm(spans))) }))
}

/** Sent on for ever, an unfit replica costs its share of the requests. More than half as much again has another reason. */
const shareFactorMax = 1.5

function judgeWithoutEjection(history: History, arm: UnfitArm, { ejectedByMs, evidence }: Ejection): Finding {
  const replicas = (factOf(history, 'instances') as readonly string[] | undefined)?.length ?? 0
  const after = arm.requests.filter((one) => one.plannedAtMs > ejectedByMs && one.plannedAtMs <= arm.releasedAtMs)
  const failing = after.filter(isUnserved)
  if (replicas < 2 || failing.length <= Math.ceil((shareFactorMax * after.length) / replicas)) return inconclusive(`${failing.length} of ${after.length} requests failed, which may be the share of ${arm.target}`)
  return failed(`${failing.length} of ${after.length} requests failed while ${arm.target} was unfit, more than its share: the others did not serve without it`, [evidence, ...misdirected(arm, ejectedByMs)])
}

interface Ejection {
  readonly thresholds: ThresholdValues
  readonly evidence: Evidence
  readonly ejectedByMs: number
}
/** Requests planned while ejection was still under way belong to the window, however long they hang. */
function judgeTraffic(arm: UnfitArm, { thresholds, evidence, ejectedByMs }: Ejection): Finding {
  const { target, releasedAtMs } = arm
  const after = arm.requests.filter((one) => one.plannedAtMs > ejectedByMs && one.plannedAtMs <= releasedAtMs)
  // An answer of the replica itself shows that it was still sent to, even when it came late and was right.
  const bad = after.filter((one) => isUnserved(one) || one.instance === target)
  const allowed = numberThreshold(thresholds, 'failures_after_window_max')
  if (bad.length > allowed) {
    const reached = after.filter((one) => one.instance === target).length
    const failing = after.filter(isUnserved).length
    return failed(`after the ejection window ${failing} of ${after.length} requests failed and ${reached} were answered by ${target}, which should have been out of rotation`, [
      evidence,
      ...misdirected(arm, ejectedByMs),
    ])
  }
  const requestsAfterMin = numberThreshold(thresholds, 'requests_after_min')
  if (after.length < requestsAfterMin) return inconclusive(`${after.length} requests were sent between the ejection of ${target} and its release, needs ${requestsAfterMin}`, [evidence])
  const unknown = unaccounted(arm.sent.filter((one) => one.plannedAtMs > ejectedByMs && one.plannedAtMs <= releasedAtMs), { when: `after ${target} should have been ejected`, idleResetsAllowed: false })
  if (unknown !== undefined) return inconclusive(unknown, [evidence])
  const nameless = after.filter((one) => one.instance === undefined).length
  // Where answers carry an identity, one without may come from the replica that should have left.
  if (nameless > 0 && arm.requests.some((one) => one.instance !== undefined && one.endedAtMs <= arm.issuedAtMs)) {
    return inconclusive(`${nameless} of ${after.length} answers after the ejection window do not say which replica gave them`, [evidence])
  }
  return passed(`${target} was not ready after ${evidence.measured} s, and none of ${after.length} requests after the ejection window failed or reached it`, [evidence], {
    strength: strengthOf(after.length),
  })
}

function misdirected(arm: UnfitArm, fromMs: number): Evidence[] {
  const bad = arm.requests.filter((one) => one.plannedAtMs > fromMs && one.plannedAtMs <= arm.releasedAtMs && (isUnserved(one) || one.instance === arm.target))
  return bad.length === 0 ? [] : [requestEvidence({ note: `requests after the ejection window that failed or reached ${arm.target}: ${outcomesText(bad)}`, measured: bad.length, allowed: 0, unit: 'requests' }, bad)]
}

function judgeReturn(history: History, arm: UnfitArm, thresholds: ThresholdValues): Finding {
  const limitMs = numberThreshold(thresholds, 'return_within_s') * 1_000
  const { target, undoneAtMs } = arm
  if (undoneAtMs === undefined) return inconclusive(`the fault of ${target} was not taken back`)
  const backAtMs = returnedAtMs(history, arm)
  const evidence = (measuredMs: number): Evidence => ({ note: `time until ${target} was back in rotation`, measured: seconds(measuredMs), allowed: limitMs / 1_000, unit: 's' })
  if (backAtMs !== undefined && backAtMs - undoneAtMs <= limitMs) {
    const tookMs = Math.max(0, backAtMs - undoneAtMs)
    return passed(`it was back ${seconds(tookMs)} s after the release`, [evidence(tookMs)])
  }
  const watchedMs = Math.max(0, greatestOf(arm.requests.map((one) => one.plannedAtMs - undoneAtMs)))
  if (watchedMs < limitMs) return inconclusive(`${target} was not seen back in rotation, but traffic ended ${seconds(watchedMs)} s after the release`)
  const disturbed = disturbedHarness(history, { fromMs: undoneAtMs, toMs: undoneAtMs + limitMs }, limitMs / 4)
  if (disturbed !== null) return disturbed
  return failed(`${target} was not back in rotation ${seconds(limitMs)} s after the release`, [evidence(backAtMs === undefined ? watchedMs : backAtMs - undoneAtMs)])
}
