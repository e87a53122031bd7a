import { failed, inconclusive, notApplicable, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { factOf, harnessHealth, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { ownDoings, worstStarvation } from '../../core/processor-waits.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { goesOnWithout, hardLabel, removalOf, softLabel } from './dependency-down.js'
import { bodySays, codeSays, disagrees, healthAnswersOf, namesBroken, saysFail, type HealthAnswer } from './health-answer.js'
import { slowAnswersMax } from './slow-answers.js'
import { cacheabilityOf } from './cacheability.js'
import { missingFailure, missingFreeze, needsNothing, nothingWasKept, onlyFrozen, restsOnFreeze, wasFrozen } from './frozen-replica.js'

const requirement = 'MONI-02'
const answersMin = 3
/** A stall of a quarter of the time that is judged. */
const stallMsMax = 125

interface Plan {
  readonly target: string
  readonly detail: boolean
  readonly softFault: boolean
  readonly hardFault: boolean
}
const planOf = (history: History): Plan | undefined => factOf(history, 'health-plan') as Plan | undefined

const describe = (answer: HealthAnswer): string => {
  const where = answer.target === 'balancer' ? 'through the balancer' : `of ${answer.target}`
  return `${answer.state}: ${answer.endpoint} ${where} answered ${answer.status}${bodySays(answer) === undefined ? '' : ` and said ${bodySays(answer)}`}`
}
/** The same thing said many times becomes one note with a count. */
function counted(answers: readonly HealthAnswer[]): Evidence[] {
  const counts = new Map<string, number>()
  for (const answer of answers) counts.set(describe(answer), (counts.get(describe(answer)) ?? 0) + 1)
  return [...counts].map(([note, measured]) => ({ note, measured, allowed: 0, unit: 'count' }))
}

export const codeAndBodyAgree: Check = {
  id: 'status-code-and-body-of-a-health-answer-agree',
  requirement,
  evaluate(history, thresholds) {
    const answers = healthAnswersOf(history).filter((one) => one.status !== null)
    const against = answers.filter(disagrees)
    if (against.length > numberThreshold(thresholds, 'disagreements_max')) {
      return failed(`${against.length} of ${answers.length} health answers contradict themselves, for example ${describe(against[0] as HealthAnswer)}`, counted(against))
    }
    const missing = missingStates(history, answers)
    if (missing !== undefined) return inconclusive(missing)
    const worded = answers.filter((one) => bodySays(one) !== undefined).length
    if (worded === 0) return codesAlone(history, answers)
    const { target = '' } = planOf(history) ?? {}
    return passed(`${answers.length} health answers were read in all states: none of the ${worded} that say how they are contradicts its status code${restsOnFreeze(history, target) ? onlyFrozen(target) : wentOnText(history, answers)}`, [], {
      strength: strengthOf(worded),
    })
  },
}

/** What a pass rests on where nothing was seen to fail for want of what all replicas lacked. */
function wentOnText(history: History, answers: readonly HealthAnswer[]): string {
  const fault = removalOf(history, hardLabel)
  const own = answers.filter((one) => one.target === planOf(history)?.target)
  if (fault === undefined || own.some((one) => one.state === 'failing' && saysFail(one)) || !goesOnWithout(history, own, fault)) return ''
  return `; without ${fault.target}, which no replica had, it went on and said so, and it turned failing in its drain`
}

/** Without a word in any body only the status code can be right or wrong: readiness has to have turned with the state. */
function codesAlone(history: History, answers: readonly HealthAnswer[]): Finding {
  const target = planOf(history)?.target ?? ''
  const nothingContradicts = `none of ${answers.length} health answers says in its body how it is, so nothing in the body can contradict the status code`
  const turned = answers.filter(
    (one) => one.target === target && one.endpoint === 'readiness' && ['turning-failing', 'failing', 'draining'].includes(one.state) && saysFail(one),
  ).length
  // One that leaves soon turns failing too seldom in its drain to be told from chance, which makes its freeze no worse.
  if (turned < answersMin && needsNothing(history) && missingFreeze(history, target) === undefined) return passed(`${nothingContradicts}${onlyFrozen(target)}`)
  if (turned < answersMin) return inconclusive(`no health answer says in its body how it is, and the status code of readiness turned failing ${turned} times, needs ${answersMin}`)
  return passed(`${nothingContradicts}, which turned failing and back`)
}

/** What keeps the states from having been seen: a pass needs the healthy, the failing and the recovered one. */
function missingStates(history: History, answers: readonly HealthAnswer[]): string | undefined {
  const plan = planOf(history)
  if (plan === undefined) return 'health was never read'
  const own = answers.filter((one) => one.target === plan.target)
  const passing = (state: string): number => own.filter((one) => one.state === state && one.endpoint === 'readiness' && one.status !== null && codeSays(one.status) === 'pass').length
  if (passing('healthy') < answersMin) return `readiness of ${plan.target} passed ${passing('healthy')} times before any fault, needs ${answersMin}`
  if (!needsNothing(history) && !plan.hardFault) return `no hard dependency of ${plan.target} can be made to fail`
  const degraded = own.filter((one) => one.state === 'degraded').length
  if (plan.softFault && degraded < answersMin) return `${degraded} health answers were read while a soft dependency was down, needs ${answersMin}`
  if (needsNothing(history)) return missingFailure(history, plan.target)
  const fault = removalOf(history, hardLabel)
  if (fault?.witnessedAtMs === undefined) return `the fault of the hard dependency was not witnessed${fault?.error === undefined ? '' : `: ${fault.error}`}`
  const failing = own.filter((one) => (one.state === 'failing' || one.state === 'turning-failing') && saysFail(one))
  if (failing.length < answersMin && !goesOnWithout(history, own, fault)) return `${failing.length} health answers turned failing while ${fault.target} was down, needs ${answersMin}`
  return passing('recovered') === 0 ? `readiness of ${plan.target} was not seen to pass again after ${fault.target} was back` : undefined
}

export const answersAreFresh: Check = {
  id: 'health-answers-are-not-cached',
  requirement,
  evaluate(history, thresholds) {
    const answers = healthAnswersOf(history).filter((one) => one.status !== null)
    const verdicts = answers.map((answer) => ({ answer, kept: cacheabilityOf(answer) }))
    const stale = verdicts.filter(({ kept }) => kept === 'was-cached' || kept === 'allowed')
    if (stale.length > numberThreshold(thresholds, 'stale_answers_max')) {
      const headers = stale.map(({ answer }) => `${answer.endpoint}: ${answer.age === undefined ? `Cache-Control: ${answer.cacheControl}` : `Age: ${answer.age}`}`)
      const evidence = [...new Set(headers)].map((note): Evidence => ({ note, measured: headers.filter((one) => one === note).length, allowed: 0, unit: 'count' }))
      return failed(`${stale.length} of ${answers.length} health answers came from a cache or may be kept by one (${headers[0]})`, evidence)
    }
    const endpoints = [...new Set(answers.map((one) => one.endpoint))]
    const short = endpoints.length === 0 || endpoints.some((endpoint) => answers.filter((one) => one.endpoint === endpoint).length < answersMin)
    if (short) return inconclusive(`${answers.length} health answers were read, needs ${answersMin} of each endpoint`)
    const target = planOf(history)?.target ?? ''
    const silent = endpoints.filter((endpoint) => verdicts.some(({ answer, kept }) => answer.endpoint === endpoint && kept === 'not-forbidden'))
    const unknown = silent.filter((endpoint) => !changesThroughBalancer(history, answers, endpoint) && !nothingWasKept(history, target, endpoint))
    if (unknown.length > 0) return inconclusive(`nothing forbids caching of ${unknown.join(', ')}, and the answers through the balancer never changed: it is not known whether a cache would keep them`)
    return passed(`none of ${answers.length} health answers came from a cache or may be kept by one`, [], { strength: strengthOf(answers.length) })
  },
}

/**
 * Different answers through the balancer cannot all be one kept answer. What it says by itself when every replica is frozen or has lost what it needs, and for a while after
 * that, is none of theirs.
 */
function changesThroughBalancer(history: History, answers: readonly HealthAnswer[], endpoint: string): boolean {
  const through = answers.filter((one) => one.endpoint === endpoint && one.target === 'balancer')
  const ofReplicas = wasFrozen(history) || removalOf(history, hardLabel)?.name === 'hold' ? through.filter((one) => one.state !== 'frozen' && codeSays(one.status ?? 0) === 'pass') : through
  return new Set(ofReplicas.map((one) => `${one.status} ${one.body}`)).size > 1
}

export const answersAreFast: Check = {
  id: 'health-answers-are-fast-in-every-state',
  requirement,
  evaluate(history, thresholds) {
    const limitMs = numberThreshold(thresholds, 'p99_ms_max')
    // A draining replica may have left, and a frozen one cannot answer.
    const all = healthAnswersOf(history).filter((one) => one.state !== 'frozen' && (one.status !== null || one.state !== 'draining'))
    const timed = timedAnswers(history, all, limitMs)
    if (timed.length < answersMin) return inconclusive(`${timed.length} health answers were timed while harness and machine were undisturbed, needs ${answersMin}`)
    const slow = timed.filter((one) => one.durationMs > limitMs)
    const slowest = Math.round(greatestOf(timed.map((one) => one.durationMs)))
    const evidence: Evidence[] = [{ note: `slowest of ${timed.length} health answers`, measured: slowest, allowed: limitMs, unit: 'ms' }]
    // With few samples the maximum stands for the percentile, against twice the limit: one slow answer is not the 99th percentile.
    const byChance = slow.length <= slowAnswersMax(timed.length)
    const unseen = missingStates(history, healthAnswersOf(history).filter((one) => one.status !== null)) ?? untimedState(all, timed)
    if (byChance && slowest <= 2 * limitMs && unseen !== undefined) return inconclusive(unseen, evidence)
    const leftOut = all.length - timed.length
    const untold = leftOut === 0 ? '' : `; ${leftOut} more ${leftOut === 1 ? 'was' : 'were'} slow together with the harness or the machine, and ${leftOut === 1 ? 'tells' : 'tell'} nothing`
    if (byChance && slowest <= 2 * limitMs) return passed(`the slowest of ${timed.length} health answers took ${slowest} ms${untold}`, evidence)
    if (byChance) return inconclusive(`${slow.length} of ${timed.length} health answers took longer than ${limitMs} ms, up to ${slowest} ms: too few to speak of the 99th percentile`, evidence)
    const window = { fromMs: leastOf(timed.map((one) => one.atMs)), toMs: greatestOf(timed.map((one) => one.atMs)) }
    if (harnessHealth(history, window).controlFailed > 0) return inconclusive(`${slow.length} of ${timed.length} health answers were slow, but the null control failed too`, evidence)
    return failed(`${slow.length} of ${timed.length} health answers took longer than ${limitMs} ms, up to ${slowest} ms`, [...evidence, ...counted(slow)])
  },
}

/**
 * The answers of which it is known on which side of the limit the service was, with the time that is surely its own. What
 * a stall of the harness may have added, or a starved machine, on which our own echo server was as slow or a replica waited
 * for a processor, is taken off. An answer that is slow with it and not without it tells nothing, neither that it was slow
 * nor that it was not.
 */
function timedAnswers(history: History, answers: readonly HealthAnswer[], limitMs: number): HealthAnswer[] {
  const stalls = observationsOf(history, 'event-loop-delay', 'harness').flatMap((event) => {
    const { maxMs = 0, windowMs = 0 } = event.value as { readonly maxMs?: number; readonly windowMs?: number }
    return maxMs > stallMsMax ? [{ fromMs: event.atMs - Math.max(maxMs, windowMs), toMs: event.atMs, maxMs }] : []
  })
  const echoes = slowEchoes(history)
  return answers.flatMap((one) => {
    if (one.durationMs <= limitMs) return [one]
    const span = { fromMs: one.atMs - one.durationMs, toMs: one.atMs }
    const stalledMs = stalls.reduce((sum, stall) => sum + Math.min(stall.maxMs, sharedMs(span, stall)), 0)
    const starvedMs = echoes.reduce((sum, echo) => sum + sharedMs(span, echo), 0)
    // A stall of ours makes the echo late too, and so does a machine on which the replicas wait: the same time is taken off once.
    const ownMs = one.durationMs - Math.max(stalledMs, starvedMs, worstStarvation(history, span)?.waitedMs ?? 0)
    return ownMs > limitMs ? [{ ...one, durationMs: ownMs }] : []
  })
}

const sharedMs = (one: Window, other: Window): number => Math.max(0, Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs))

/** When our own echo server kept somebody waiting, without overlaps, in order. Not where the service took the processors: it would excuse itself. */
function slowEchoes(history: History): Window[] {
  const own = ownDoings(history)
  const late = requestsOf(history, 'null-control').filter(
    (one) => one.outcome === 'ok' && one.endedAtMs - one.plannedAtMs > stallMsMax && !own.some(({ fromMs, toMs }) => fromMs < one.endedAtMs && toMs > one.plannedAtMs),
  )
  const merged: { fromMs: number; toMs: number }[] = []
  for (const { plannedAtMs, endedAtMs } of late.sort((a, b) => a.plannedAtMs - b.plannedAtMs)) {
    const last = merged.at(-1)
    if (last === undefined || plannedAtMs > last.toMs) merged.push({ fromMs: plannedAtMs, toMs: endedAtMs })
    else last.toMs = Math.max(last.toMs, endedAtMs)
  }
  return merged
}

/** A settled state of which too few answers were timed: less than half of them would be a choice of the fast ones. */
function untimedState(answers: readonly HealthAnswer[], timed: readonly HealthAnswer[]): string | undefined {
  for (const state of ['healthy', 'degraded', 'failing', 'recovered', 'draining']) {
    const read = answers.filter((one) => one.state === state).length
    const known = timed.filter((one) => one.state === state).length
    const needed = Math.max(answersMin, Math.ceil(read / 2))
    if (read > 0 && known < needed) return `${known} of ${read} health answers in the state ${state} could be timed beside stalls of the harness and a starved machine, needs ${needed}`
  }
  return undefined
}

export const causeIsNamed: Check = {
  id: 'the-dependency-that-is-down-is-named-in-the-detail',
  requirement,
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return inconclusive('health was never read')
    if (!plan.detail) return notApplicable('no detail endpoint is declared')
    const judged = [
      ...(plan.softFault ? [judgeNaming(history, { plan, label: softLabel, state: 'degraded', thresholds })] : []),
      ...(plan.hardFault ? [judgeNaming(history, { plan, label: hardLabel, state: 'failing', thresholds })] : []),
    ]
    if (judged.length === 0) return notApplicable('the service has no dependency that could be named')
    const named = judged.filter((one) => one.outcome === 'passed').length
    const open = judged.filter((one) => one.outcome === 'inconclusive')
    const ratioMin = numberThreshold(thresholds, 'cause_named_ratio_min')
    const evidence: Evidence[] = [{ note: `dependencies named while they were down; ${releaseNote(history)}`, measured: named / judged.length, allowed: ratioMin, unit: 'ratio' }]
    const summary = judged.filter((one) => one.outcome !== 'passed').map((one) => one.summary)
    // What is still open is given the benefit of the doubt before it fails.
    if ((named + open.length) / judged.length < ratioMin) return failed(summary.join('; '), evidence)
    if (named / judged.length < ratioMin) return inconclusive(summary.join('; '), evidence)
    return passed(judged.map((one) => one.summary).join('; '), evidence)
  },
}

interface Naming {
  readonly plan: Plan
  readonly label: string
  readonly state: 'degraded' | 'failing'
  readonly thresholds: ThresholdValues
}
function judgeNaming(history: History, { plan, label, state, thresholds }: Naming): Finding {
  const fault = removalOf(history, label)
  if (fault === undefined) return inconclusive(`no ${label} was produced`)
  if (fault.witnessedAtMs === undefined) return inconclusive(`the fault of ${fault.target} was not witnessed`)
  const own = healthAnswersOf(history).filter((one) => one.target === plan.target && one.status !== null)
  const details = own.filter((one) => one.state === state && one.endpoint === 'detail')
  const last = details.at(-1)
  if (last === undefined || details.length < answersMin) return inconclusive(`${details.length} answers of the detail were read while ${fault.target} was down, needs ${answersMin}`)
  if (details.some((one) => namesBroken(one, fault.target))) {
    const healthy = own.filter((one) => one.state === 'healthy' && one.endpoint === 'detail')
    const recovered = own.filter((one) => one.state === 'recovered' && one.endpoint === 'detail')
    const names = (one: HealthAnswer): boolean => namesBroken(one, fault.target)
    // A soft dependency may start later than the service and truly be down at first: what counts is that it was not at the end.
    const changed = healthy.slice(-1).some((one) => !names(one)) || (recovered.length >= answersMin && !recovered.some(names))
    if (healthy.length < answersMin) return inconclusive(`${fault.target} was named while it was down, but only ${healthy.length} answers of the detail were read before, needs ${answersMin}`)
    if (!changed) return inconclusive(`${fault.target} was named while it was down, and while all was well too`)
    return passed(`${fault.target} was named while it was down`)
  }
  // Readiness that already fails shows that the service knows; otherwise it has its time to notice.
  const known = own.some((one) => one.state === state && saysFail(one))
  const lastedMs = last.atMs - (fault.acknowledgedAtMs ?? fault.issuedAtMs)
  const limitMs = numberThreshold(thresholds, 'shown_within_s') * 1_000
  if (!known && lastedMs < limitMs) return inconclusive(`${fault.target} was not named in the first ${Math.round(lastedMs / 1_000)} s after it went down, ${limitMs / 1_000} s are allowed`)
  return failed(`the detail never named ${fault.target} while it was down`)
}

/** The release is a SHOULD of the same draft: reported, not judged. */
function releaseNote(history: History): string {
  const keys = ['version', 'releaseId', 'release']
  const told = healthAnswersOf(history).some(({ endpoint, json }) => endpoint === 'detail' && typeof json === 'object' && json !== null && keys.some((key) => key in json))
  return told ? 'the detail tells the release' : 'the detail does not tell the release'
}
