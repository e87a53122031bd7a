import { failed, inconclusive, passed, strengthOf, type Check, type Finding } from '../../core/check.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import type { History } from '../../core/history.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { outcomesText, requestEvidence, worstFinding } from '../../core/checks/worst-finding.js'
import { isUnserved } from '../../core/reading.js'
import { calmBefore, declaredOf, doubtAbout, faultSpans, operationsUsing, requestsIn, withoutEffect, type FaultSpan } from './fault-spans.js'
import { judgeLatency, usualLimitMs } from './latency.js'
import type { DeclaredDegradation, FaultKind } from './names.js'

const kinds: readonly FaultKind[] = ['silence', 'delay']

/** DEGR-02: what uses a silent or slow component is answered in time, and nothing else notices. */
export const slownessIsContained: Check = {
  id: 'a-slow-dependency-costs-bounded-time-and-only-its-own-users',
  requirement: 'DEGR-02',
  evaluate(history, thresholds) {
    const declared = declaredOf(history)
    if (declared === undefined) return inconclusive('nothing is known of what the service can do without')
    const spans = faultSpans(history, declared).filter((one) => kinds.includes(one.kind))
    const untried = Object.keys(declared.dependents).flatMap((component) => kinds.filter((kind) => !spans.some((one) => one.component === component && one.kind === kind)).map((kind) => `${component} (${kind})`))
    const findings = spans.flatMap((span) => {
      const question = { declared, span, thresholds }
      return [judgeDependents(history, question), judgeIndependents(history, question)]
    })
    if (untried.length > 0) findings.push(inconclusive(`not tried: ${untried.join(', ')}`))
    return findings.length === 0 ? inconclusive('no soft dependency was made slow') : worstFinding(findings)
  },
}

interface Question {
  readonly declared: DeclaredDegradation
  readonly span: FaultSpan
  readonly thresholds: ThresholdValues
}

const verbs: Readonly<Record<FaultKind, string>> = { refuse: 'refuses', silence: 'is silent', delay: 'crawls' }
const when = ({ component, kind }: FaultSpan): string => `while ${component} ${verbs[kind]}`

function judgeDependents(history: History, { declared, span, thresholds }: Question): Finding {
  const using = requestsIn(history, span, operationsUsing(declared, span.component))
  const what = `requests that use ${span.component} ${when(span)}`
  const timeouts = using.filter((one) => one.outcome === 'timeout')
  if (timeouts.length > numberThreshold(thresholds, 'client_timeouts_max') && span.witness !== undefined) {
    const evidence = requestEvidence({ note: `${what}: given up by the client`, measured: timeouts.length, allowed: 0, unit: 'requests' }, timeouts)
    return starvedMachine(history, span) ?? failed(`${timeouts.length} of ${using.length} ${what} were never answered`, [evidence])
  }
  const limitMs = numberThreshold(thresholds, 'dependent_p99_ms_max')
  const finding = judgeLatency(history, { requests: using, quantile: numberThreshold(thresholds, 'quantile'), limitMs, what, before: calmBefore(history, declared), window: span })
  if (finding.outcome === 'failed' && span.witness !== undefined) return finding
  const usual = requestsIn(history, calmBefore(history, declared), operationsUsing(declared, span.component))
  const slowMs = usualLimitMs(usual, usualOf(thresholds))
  const doubt =
    doubtAbout(span, numberThreshold(thresholds, 'fault_s') * 1_000) ??
    tooFew(using.length, { span, thresholds }) ??
    withoutEffect(history, declared, { span, affectedShareMin: numberThreshold(thresholds, 'affected_ratio_min'), ...(slowMs === undefined ? {} : { slowMs }) })
  return doubt === undefined ? finding : inconclusive(doubt, finding.evidence)
}

/** Enough must be offered that requests which wait for ever would use up a pool. */
function tooFew(offered: number, { span, thresholds }: Pick<Question, 'span' | 'thresholds'>): string | undefined {
  const needed = numberThreshold(thresholds, 'offered_min')
  return offered >= needed ? undefined : `${offered} requests that use ${span.component} were offered ${when(span)}, too few to exhaust a pool, needs ${needed}`
}

/** What still is as quick as it was. */
const usualOf = (thresholds: ThresholdValues): Parameters<typeof usualLimitMs>[1] => ({
  quantile: numberThreshold(thresholds, 'quantile'),
  factor: numberThreshold(thresholds, 'independent_p99_factor_max'),
  slackMs: numberThreshold(thresholds, 'independent_p99_slack_ms'),
})

function judgeIndependents(history: History, { declared, span, thresholds }: Question): Finding {
  const others = requestsIn(history, span, declared.independent)
  const what = `requests that do not use it ${when(span)}`
  const unserved = others.filter(isUnserved)
  const allowed = Math.floor(others.length * (1 - numberThreshold(thresholds, 'independent_success_min')) + 1e-9)
  if (unserved.length > allowed && span.witness !== undefined) {
    const evidence = requestEvidence({ note: `failed ${what}: ${outcomesText(unserved)}`, measured: unserved.length, allowed, unit: 'requests' }, unserved)
    return starvedMachine(history, span) ?? failed(`${unserved.length} of ${others.length} ${what} failed`, [evidence])
  }
  const before = calmBefore(history, declared)
  const quantile = numberThreshold(thresholds, 'quantile')
  const limitMs = usualLimitMs(requestsIn(history, before, declared.independent), usualOf(thresholds))
  if (limitMs === undefined) return inconclusive('no independent request was sent before the first fault')
  const finding = judgeLatency(history, { requests: others, quantile, limitMs, what, before, window: span })
  if (finding.outcome === 'failed' && span.witness === undefined) return inconclusive(finding.summary, finding.evidence)
  return finding.outcome === 'passed' ? passed(finding.summary, finding.evidence, unserved.length === 0 ? { strength: strengthOf(others.length) } : {}) : finding
}
