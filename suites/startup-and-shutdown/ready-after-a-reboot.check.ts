import { failed, inconclusive, passed, strengthOf, type Check, type EvidenceGrade, type Finding } from '../../core/check.js'
import { comebackOf } from '../../core/checks/comeback.js'
import { judgeComebacks, type ExpectedComeback } from '../../core/checks/comeback-judgement.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { eventsOf, type History } from '../../core/history.js'
import { factOf, interventionsOf, numberFact, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { gradeEvidence, restartPolicySentence, startedByHarness } from './restarts.js'
import { comebackLimitMs } from './time-limits.js'

const isGrade = (value: unknown): value is EvidenceGrade => value === 'demonstrated' || value === 'simulated' || value === 'inspected'

/** From here on the machine boots: the platform's own word, else the end of the command that rebooted it. */
function bootedAtMs(history: History, reboot: Intervention): number | undefined {
  for (const event of eventsOf(history, 'platform')) {
    if (event.name === 'machine-booted' && event.atMs >= reboot.issuedAtMs) return Math.min(event.atMs, reboot.acknowledgedAtMs ?? event.atMs)
  }
  return reboot.acknowledgedAtMs
}

/** The machine itself says that it is another boot. */
function bootWitnessed(reboot: Intervention): boolean {
  const { bootIdBefore, bootIdAfter } = reboot.detail
  return reboot.witnessedAtMs !== undefined && (bootIdBefore === undefined || bootIdBefore !== bootIdAfter)
}

function comebacksAfter(history: History, reboot: Intervention, options: { readonly untilMs: number; readonly limitMs: number }): ExpectedComeback[] {
  const instances = factOf(history, 'instances')
  const fromMs = bootedAtMs(history, reboot) ?? reboot.issuedAtMs
  return (Array.isArray(instances) ? (instances as string[]) : []).map((instance) => ({
    what: `${instance} after ${reboot.label ?? 'the reboot'}`,
    fromMs,
    limitMs: options.limitMs,
    comeback: comebackOf(history, { instance, issuedAtMs: reboot.issuedAtMs, fromMs, load: `after-${reboot.label}`, ...options }),
  }))
}

/** What keeps the reboots from being judged at all, or undefined. */
function missingWitness(reboots: readonly Intervention[], grade: unknown): string | undefined {
  if (reboots.length === 0) return 'the machine was never rebooted'
  const unseen = reboots.find((reboot) => !bootWitnessed(reboot))
  if (unseen !== undefined) return `${unseen.label ?? 'a reboot'} was not witnessed: ${unseen.error ?? 'the boot id of the machine did not change'}`
  return isGrade(grade) ? undefined : 'the driver does not say how it reboots a machine'
}

/** Every kind of reboot that is asked for has to have happened. */
function missingArms(reboots: readonly Intervention[], thresholds: ThresholdValues): string[] {
  return ([['orderly', 'orderly_reboots'], ['power-loss', 'powerloss_reboots']] as const).flatMap(([manner, key]) => {
    const made = reboots.filter((reboot) => reboot.detail['manner'] === manner).length
    const needed = numberThreshold(thresholds, key)
    return made < needed ? [`${made} of ${counted(needed, `${manner} reboot`)} took place`] : []
  })
}

function evaluate(history: History, thresholds: ThresholdValues): Finding {
  const reboots = interventionsOf(history, 'reboot')
  const grade = factOf(history, 'rebootGrade')
  const witnessed = reboots.filter(bootWitnessed)
  const limitMs = comebackLimitMs(numberThreshold(thresholds, 'boot_to_ready_s'), numberFact(history, 'startTimeoutMs'))
  const expected = witnessed.flatMap((reboot) => {
    const next = reboots.find((other) => other.issuedAtMs > reboot.issuedAtMs)
    return comebacksAfter(history, reboot, { untilMs: next?.issuedAtMs ?? Infinity, limitMs })
  })
  const graded = isGrade(grade) ? { grade } : {}
  const { failures, doubts, slowestMs, ...judged } = judgeComebacks(history, expected)
  const back = [...judged.back, ...gradeEvidence(history)]
  if (failures.length > 0) {
    const summary = `${counted(failures.length, 'instance did', 'instances did')} not come back by ${failures.length === 1 ? 'itself' : 'themselves'} within ${spanned(limitMs)} of a boot: ${failures[0]?.note}`
    return failed(`${summary}${restartPolicySentence(history)}`, [...failures, ...back], graded)
  }
  const missing = missingWitness(reboots, grade)
  if (missing !== undefined) return inconclusive(missing, back, graded)
  if (expected.length === 0) return inconclusive('no instance of the service is known', [], graded)
  const inspected = grade === 'inspected' ? ['what happens after a reboot was only inspected, no machine was rebooted'] : []
  const reasons = [...inspected, ...doubts, ...startedByHarness(history, { fromMs: reboots[0]?.issuedAtMs ?? 0 }), ...missingArms(witnessed, thresholds)]
  if (reasons.length > 0) return inconclusive(listed(reasons), back, graded)
  const manners = listed(witnessed.map((reboot) => String(reboot.detail['manner'])))
  return passed(
    `all instances were ready again by themselves after ${counted(witnessed.length, 'reboot')} (${manners}), the slowest ${spanned(slowestMs)} after the machine booted, allowed ${spanned(limitMs)}`,
    back,
    { ...graded, strength: strengthOf(witnessed.length) },
  )
}

export const readyAfterAReboot: Check = { id: 'ready-after-a-reboot', requirement: 'START-01', evaluate }
