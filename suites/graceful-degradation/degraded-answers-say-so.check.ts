import { failed, inconclusive, passed, strengthOf, type Check, type Finding } from '../../core/check.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { requestEvidence, worstFinding } from '../../core/checks/worst-finding.js'
import { calmBefore, declaredOf, faultSpans, operationsUsing, requestsIn, type FaultSpan } from './fault-spans.js'
import type { DeclaredDegradation, FaultKind } from './names.js'

/** Longer than that, and a time-out of the service may be the machine's doing: a degraded answer in good times. */
const stallMsMax = 400

const kinds: readonly FaultKind[] = ['refuse', 'silence']
/** A connection that broke and a client that gave up got no answer, with or without a marker. */
const isAnswer = ({ outcome, status }: RequestEvent): boolean => status !== undefined && outcome !== 'truncated' && outcome !== 'timeout'

/** DEGR-03: answers that were made without a component carry the declared marker and are valid; others do not carry it. */
export const degradedAnswersSaySo: Check = {
  id: 'degraded-answers-carry-the-marker-and-normal-ones-do-not',
  requirement: 'DEGR-03',
  evaluate(history, thresholds) {
    const declared = declaredOf(history)
    if (declared === undefined) return inconclusive('nothing is known of what the service can do without')
    // A request whose answer waits for a component that crawls may still be answered in full, so only these two.
    const spans = faultSpans(history, declared).filter((one) => kinds.includes(one.kind))
    if (spans.length === 0) return inconclusive('no soft dependency was taken away')
    const untried = Object.keys(declared.dependents).flatMap((component) => kinds.filter((kind) => !spans.some((one) => one.component === component && one.kind === kind)).map((kind) => `${component} (${kind})`))
    const unseen = spans.filter((one) => one.witness === undefined).map(({ component, kind }) => `${component} (${kind})`)
    const findings = [
      judgeNormal(history, declared, thresholds),
      ...Object.keys(declared.dependents).flatMap((component) => {
        const own = spans.filter((one) => one.component === component)
        return own.length === 0 ? [] : [judgeDegraded(history, { declared, component, spans: own, thresholds })]
      }),
    ]
    if (untried.length > 0) findings.push(inconclusive(`${untried.join(' and ')} was never taken away`))
    if (unseen.length > 0) findings.push(inconclusive(`that ${unseen.join(' and ')} was away was not witnessed`))
    return worstFinding(findings)
  },
}

function judgeNormal(history: History, declared: DeclaredDegradation, thresholds: ThresholdValues): Finding {
  const window = calmBefore(history, declared)
  const normal = requestsIn(history, window, declared.marked).filter((one) => one.endedAtMs <= window.toMs && (one.outcome === 'ok' || one.outcome === 'degraded'))
  const marked = normal.filter((one) => one.outcome === 'degraded')
  const allowed = numberThreshold(thresholds, 'marked_when_normal_max') * normal.length
  const evidence = requestEvidence({ note: 'marked answers before the first fault', measured: marked.length, allowed, unit: 'requests' }, marked)
  if (marked.length > allowed) return disturbedHarness(history, window, stallMsMax) ?? failed(`${marked.length} of ${normal.length} answers carried the marker when nothing was wrong`, [evidence])
  const needed = numberThreshold(thresholds, 'answers')
  if (normal.length < needed) return inconclusive(`${normal.length} answers were seen before the first fault, needs ${needed}`, [evidence])
  return passed(`none of ${normal.length} normal answers carried the marker`, [evidence], { strength: strengthOf(normal.length) })
}

interface Question {
  readonly declared: DeclaredDegradation
  readonly component: string
  readonly spans: readonly FaultSpan[]
  readonly thresholds: ThresholdValues
}

function judgeDegraded(history: History, { declared, component, spans, thresholds }: Question): Finding {
  const operations = operationsUsing(declared, component).filter((name) => declared.marked.includes(name))
  const witnessed = spans.filter((one) => one.witness !== undefined)
  if (witnessed.length === 0) return inconclusive(`that ${component} was away was not witnessed`)
  // An answer from a cache is as good as a fresh one for as long as is declared.
  const answers = witnessed.flatMap((span) => requestsIn(history, { fromMs: span.fromMs + declared.cachedForMs, toMs: span.toMs }, operations).filter((one) => one.endedAtMs <= span.toMs && isAnswer(one)))
  const unmarked = answers.filter((one) => one.outcome === 'ok')
  const invalid = answers.filter((one) => one.outcome === 'wrong-content')
  const marked = answers.filter((one) => one.outcome === 'degraded')
  const degraded = unmarked.length + marked.length
  const evidence = [
    requestEvidence({ note: `answers without ${component} that carry no marker`, measured: unmarked.length, allowed: 0, unit: 'requests' }, unmarked),
    requestEvidence({ note: `answers without ${component} whose content is not what they promise${example(invalid)}`, measured: invalid.length, allowed: 0, unit: 'requests' }, invalid),
    requestEvidence({ note: `degraded answers without ${component}, marked and valid`, measured: marked.length, unit: 'requests' }, marked.slice(0, 3)),
  ]
  if (invalid.length > numberThreshold(thresholds, 'invalid_bodies_max')) return failed(`without ${component} ${invalid.length} of ${answers.length} answers were neither in full nor valid degraded ones`, evidence)
  if (degraded > 0 && marked.length / degraded < numberThreshold(thresholds, 'marked_when_degraded_min')) {
    return failed(`without ${component} ${unmarked.length} of ${degraded} answers looked like full ones: they carried no marker`, evidence)
  }
  if (marked.length === 0) return inconclusive(`without ${component} no degraded answer was produced (${answers.length} other answers)`, evidence)
  const needed = numberThreshold(thresholds, 'answers')
  if (answers.length < needed) return inconclusive(`${answers.length} answers were given without ${component}, needs ${needed}`, evidence)
  return passed(`all ${marked.length} degraded answers without ${component} said so`, evidence, { strength: strengthOf(answers.length) })
}

const example = (requests: readonly RequestEvent[]): string => (requests[0]?.detail === undefined ? '' : `, for example ${requests[0].detail}`)
