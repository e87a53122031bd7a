import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import type { History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { worstFinding } from '../../core/checks/worst-finding.js'
import { calmBefore, declaredOf, doubtAbout, faultSpans, requestsIn, type FaultSpan } from './fault-spans.js'
import type { DeclaredDegradation, FaultKind } from './names.js'
import { restartedIn } from './restarts.js'
import { answersAfter, firstRun, nextFault, tellingOperations } from './returns.js'

const kinds: readonly FaultKind[] = ['refuse', 'silence']
const seconds = (ms: number): number => Math.round(ms / 100) / 10

/** DEGR-04: after the fault the component is used again in full, soon and without a restart. */
export const fullServiceReturns: Check = {
  id: 'full-service-returns-by-itself',
  requirement: 'DEGR-04',
  evaluate(history, thresholds) {
    const declared = declaredOf(history)
    if (declared === undefined) return inconclusive('nothing is known of what the service can do without')
    const spans = faultSpans(history, declared)
    const judged = spans.filter((one) => kinds.includes(one.kind))
    const untried = Object.keys(declared.dependents).flatMap((component) => kinds.filter((kind) => !judged.some((one) => one.component === component && one.kind === kind)).map((kind) => `${component} (${kind})`))
    const findings = judged.map((span) => judgeReturn(history, { declared, span, next: nextFault(declared, spans, span), thresholds }))
    if (untried.length > 0) findings.push(inconclusive(`not tried: ${untried.join(', ')}`))
    return findings.length === 0 ? inconclusive('no soft dependency was taken away') : worstFinding(findings)
  },
}

interface Question {
  readonly declared: DeclaredDegradation
  readonly span: FaultSpan
  readonly next: number
  readonly thresholds: ThresholdValues
}

function judgeReturn(history: History, { declared, span, next, thresholds }: Question): Finding {
  const { component, kind, undoneAtMs, witness } = span
  if (witness === undefined) return inconclusive(`that ${component} was away (${kind}) was not witnessed`)
  if (undoneAtMs === undefined) return inconclusive(`the fault of ${component} (${kind}) was not taken back`)
  const doubt = doubtAbout(span, numberThreshold(thresholds, 'fault_s') * 1_000)
  const limitMs = numberThreshold(thresholds, 'full_within_s') * 1_000
  const answers = answersAfter(history, declared, { span, untilMs: next })
  const during = requestsIn(history, span, declared.dependents[component] ?? []).filter((one) => one.outcome !== 'ok')
  const after = `after ${component} was back (${kind})`
  const fullAtMs = firstRun(answers, numberThreshold(thresholds, 'consecutive'))?.toMs
  const restarted = restartedIn(history, { fromMs: span.issuedAtMs, toMs: fullAtMs ?? undoneAtMs + limitMs })
  if (restarted.length > numberThreshold(thresholds, 'restarts_max')) return failed(`${restarted.join(' and ')} was restarted before full service returned ${after}`)
  const evidence = (tookMs: number): Evidence => ({ note: `time to ${numberThreshold(thresholds, 'consecutive')} full answers in a row ${after}`, measured: seconds(tookMs), allowed: limitMs / 1_000, unit: 's' })
  if (fullAtMs !== undefined && fullAtMs - undoneAtMs <= limitMs) {
    if (doubt !== undefined) return inconclusive(doubt)
    if (during.length === 0) return inconclusive(`every request that uses ${component} was answered in full while it was away (${kind}): there was nothing to return from`)
    const known = new Set(requestsIn(history, calmBefore(history, declared), tellingOperations(declared, component)).flatMap((one) => one.instance ?? []))
    const unseen = [...known].filter((id) => firstRun(answers, numberThreshold(thresholds, 'consecutive'), [id]) === undefined)
    if (unseen.length > 0) return inconclusive(`${unseen.join(' and ')} was not seen to answer in full ${after}`)
    const tookMs = Math.max(0, fullAtMs - undoneAtMs)
    return passed(`full service returned ${seconds(tookMs)} s ${after}`, [evidence(tookMs)])
  }
  const watchedMs = (answers.at(-1)?.endedAtMs ?? undoneAtMs) - undoneAtMs
  if (watchedMs < limitMs && fullAtMs === undefined) return inconclusive(`full service had not returned ${after}, but nobody looked longer than ${seconds(watchedMs)} s`, [evidence(watchedMs)])
  const health = observationsOf(history, 'dependency-health', component, { fromMs: undoneAtMs, toMs: Infinity }).at(-1)?.value as { readonly outcome?: string } | undefined
  if (health !== undefined && health.outcome !== 'read') return inconclusive(`${component} itself was not healthy when it was asked directly (${health.outcome ?? 'no answer'})`)
  return (
    starvedMachine(history, { fromMs: undoneAtMs, toMs: undoneAtMs + limitMs }) ??
    failed(`full service had not returned ${seconds(limitMs)} s ${after}`, [evidence(fullAtMs === undefined ? watchedMs : fullAtMs - undoneAtMs)])
  )
}
