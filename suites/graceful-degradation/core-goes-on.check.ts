import { failed, inconclusive, passed, strengthOf, type Check, type Finding } from '../../core/check.js'
import { believed, isCalm } from '../../core/checks/calm.js'
import type { History, RequestEvent } from '../../core/history.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { outcomesText, requestEvidence, worstFinding } from '../../core/checks/worst-finding.js'
import { isUnserved } from '../../core/reading.js'
import { calmBefore, declaredOf, doubtAbout, faultSpans, requestsIn, withoutEffect, type FaultSpan } from './fault-spans.js'
import { judgeLatency, usualLimitMs } from './latency.js'
import type { DeclaredDegradation } from './names.js'
import { restartedIn } from './restarts.js'

/** DEGR-01: core operations go on while a soft component refuses every connection. */
export const coreGoesOn: Check = {
  id: 'core-operations-go-on-while-a-soft-dependency-is-down',
  requirement: 'DEGR-01',
  evaluate(history, thresholds) {
    const declared = declaredOf(history)
    if (declared === undefined) return inconclusive('nothing is known of what the service can do without')
    const spans = faultSpans(history, declared).filter((one) => one.kind === 'refuse')
    const untried = Object.keys(declared.dependents).filter((component) => !spans.some((one) => one.component === component))
    const findings = [
      ...spans.map((span) => judgeSpan(history, { declared, span, thresholds })),
      ...(untried.length === 0 ? [] : [inconclusive(`${untried.join(' and ')} was never taken away`)]),
    ]
    return findings.length === 0 ? inconclusive('no soft dependency was taken away') : worstFinding(findings)
  },
}

interface Question {
  readonly declared: DeclaredDegradation
  readonly span: FaultSpan
  readonly thresholds: ThresholdValues
}

function judgeSpan(history: History, question: Question): Finding {
  const { declared, span, thresholds } = question
  const { component } = span
  const core = requestsIn(history, span, declared.core)
  const served = judgeServed(question, core)
  const { evidence } = served
  // A service with time-outs of its own turns requests away on a starved machine, whatever it depends on.
  if (served.outcome === 'failed' && span.witness !== undefined) {
    return believed(served, history, { window: span, calmly: (spans) => judgeServed(question, core.filter(isCalm(spans))) })
  }
  const restarted = restartedIn(history, span)
  if (restarted.length > numberThreshold(thresholds, 'restarts_max')) return failed(`while ${component} was away ${restarted.join(' and ')} was restarted`, evidence)
  const doubt = doubtAbout(span, numberThreshold(thresholds, 'outage_s') * 1_000) ?? withoutEffect(history, declared, { span, affectedShareMin: numberThreshold(thresholds, 'affected_ratio_min') })
  if (doubt !== undefined) return inconclusive(doubt, evidence)
  const needed = numberThreshold(thresholds, 'core_requests_min')
  if (core.length < needed) return inconclusive(`${core.length} core requests were sent while ${component} was away, needs ${needed}`, evidence)
  const quick = judgeQuickness(history, question)
  if (quick.outcome !== 'passed') return { ...quick, evidence: [...evidence, ...quick.evidence] }
  return passed(`${served.summary}, ${quick.summary}`, [...evidence, ...quick.evidence], core.some(isUnserved) ? {} : { strength: strengthOf(core.length) })
}

function judgeServed({ span: { component }, thresholds }: Question, core: readonly RequestEvent[]): Finding {
  const unserved = core.filter(isUnserved)
  const allowed = Math.floor(core.length * (1 - numberThreshold(thresholds, 'core_success_min')) + 1e-9)
  const evidence = requestEvidence({ note: `core requests that failed while ${component} refused connections${unserved.length === 0 ? '' : `: ${outcomesText(unserved)}`}`, measured: unserved.length, allowed, unit: 'requests' }, unserved)
  const summary = `without ${component} ${unserved.length} of ${core.length} core requests failed`
  return unserved.length > allowed ? failed(summary, [evidence]) : passed(summary, [evidence])
}

function judgeQuickness(history: History, { declared, span, thresholds }: Question): Finding {
  const quantile = numberThreshold(thresholds, 'quantile')
  const before = calmBefore(history, declared)
  const limitMs = usualLimitMs(requestsIn(history, before, declared.core), {
    quantile,
    factor: numberThreshold(thresholds, 'core_p99_factor_max'),
    slackMs: numberThreshold(thresholds, 'core_p99_slack_ms'),
  })
  if (limitMs === undefined) return inconclusive('no core request was sent before the first fault')
  return judgeLatency(history, { requests: requestsIn(history, span, declared.core), quantile, limitMs, what: `core requests without ${span.component}`, before, window: span })
}
