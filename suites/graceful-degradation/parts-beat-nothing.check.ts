import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { outcomesText, requestEvidence, worstFinding } from '../../core/checks/worst-finding.js'
import { names, UsualParts } from './composite-answers.js'
import { calmBefore, declaredOf, faultSpans, requestsIn, type FaultSpan } from './fault-spans.js'
import { judgeLatency } from './latency.js'
import type { DeclaredDegradation, FaultKind } from './names.js'
import { answersAfter, firstRun, nextFault } from './returns.js'

const kinds: readonly FaultKind[] = ['refuse', 'silence']
/** Longer than that, and the machine may have made another source late. */
const stallMsMax = 400
/** So many full answers in a row show that another source has returned. */
const returnedAnswers = 20
/** After an instant, not at it. */
const momentMs = 0.001

/** DEGR-09: without one source a composite answer has all the others and names what it does not have. */
export const partsBeatNothing: Check = {
  id: 'a-composite-answer-has-what-there-is-and-names-what-is-missing',
  requirement: 'DEGR-09',
  evaluate(history, thresholds) {
    const declared = declaredOf(history)
    const composite = declared?.composite
    if (declared === undefined || composite === undefined) return inconclusive('no composite operation is declared')
    const usual = new UsualParts(history, declared, composite.operation)
    if (!usual.knows(composite.parts.map((one) => one.name))) return inconclusive(`the parts of ${composite.operation} cannot be told apart: not all of them were seen in ${usual.requests.length} normal answers`)
    const spans = faultSpans(history, declared)
    const tries = composite.parts.flatMap(({ name, component }) => (component === undefined ? [] : kinds.map((kind) => ({ part: name, component, kind }))))
    const findings = tries.map(({ part, component, kind }) => {
      const span = spans.find((one) => one.component === component && one.kind === kind)
      return span === undefined ? inconclusive(`the source of ${part} was never taken away (${kind})`) : judgePart(history, { declared, spans, span, part, usual, thresholds })
    })
    return findings.length === 0 ? inconclusive('no part comes from something the service can do without') : worstFinding(findings)
  },
}

interface Question {
  readonly declared: DeclaredDegradation
  readonly spans: readonly FaultSpan[]
  readonly span: FaultSpan
  readonly part: string
  readonly usual: UsualParts
  readonly thresholds: ThresholdValues
}

function judgePart(history: History, question: Question): Finding {
  const { declared, span, part, usual, thresholds } = question
  const operation = declared.composite?.operation ?? ''
  if (span.witness === undefined) return inconclusive(`that the source of ${part} was away (${span.kind}) was not witnessed`)
  const always = usual.requests.filter((one) => names(one, part))
  if (always.length > numberThreshold(thresholds, 'usually_named_ratio_max') * usual.requests.length) return inconclusive(`${always.length} of ${usual.requests.length} normal answers name ${part} as missing as well: that it is named says nothing`)
  const fromMs = othersBackAtMs(history, question)
  if (fromMs === undefined) return inconclusive(`another source had not returned while that of ${part} was away (${span.kind})`)
  const window = { fromMs: Math.max(span.fromMs + declared.cachedForMs, fromMs), toMs: span.toMs }
  const all = requestsIn(history, window, [operation])
  const quick = judgeTime(history, question, { all, without: `without ${part} (${span.kind})` })
  if (quick.outcome === 'failed') return quick
  // What was still waiting when the source came back may have got all of it.
  const asked = all.filter((one) => one.endedAtMs <= span.toMs)
  const others = (declared.composite?.parts ?? []).map((one) => one.name).filter((name) => name !== part)
  const incomplete = asked.filter((one) => !others.every((name) => usual.isWhole(one, name)))
  const unnamed = asked.filter((one) => !names(one, part))
  const allowed = (key: string): number => Math.floor(asked.length * (1 - numberThreshold(thresholds, key)) + 1e-9)
  const without = `without ${part} (${span.kind})`
  const evidence: Evidence[] = [
    requestEvidence({ note: `answers ${without} in which another part was missing or not as usual${outcomes(incomplete)}`, measured: incomplete.length, allowed: allowed('other_parts_complete_ratio_min'), unit: 'requests' }, incomplete),
    requestEvidence({ note: `answers ${without} that do not name it`, measured: unnamed.length, allowed: allowed('missing_part_named_ratio_min'), unit: 'requests' }, unnamed),
  ]
  if (incomplete.length > allowed('other_parts_complete_ratio_min')) return starvedMachine(history, window, stallMsMax) ?? failed(`${incomplete.length} of ${asked.length} answers ${without} lacked other parts as well`, evidence)
  if (unnamed.length > allowed('missing_part_named_ratio_min')) return starvedMachine(history, window, stallMsMax) ?? failed(`${unnamed.length} of ${asked.length} answers ${without} did not say that it is missing`, evidence)
  const needed = numberThreshold(thresholds, 'requests')
  if (asked.length < needed) return inconclusive(`${asked.length} answers were given ${without}, needs ${needed}`, evidence)
  if (quick.outcome !== 'passed') return { ...quick, evidence: [...evidence, ...quick.evidence] }
  return passed(`all ${asked.length} answers ${without} had the other parts and named it, ${quick.summary}`, [...evidence, ...quick.evidence], { strength: strengthOf(asked.length) })
}

function judgeTime(history: History, { declared, span, thresholds }: Question, { all, without }: { readonly all: readonly RequestEvent[]; readonly without: string }): Finding {
  const limits = { quantile: numberThreshold(thresholds, 'quantile'), limitMs: numberThreshold(thresholds, 'p99_ms_max') }
  return judgeLatency(history, { requests: all, ...limits, what: `answers ${without}`, before: calmBefore(history, declared), window: span })
}

const outcomes = (requests: readonly RequestEvent[]): string => (requests.length === 0 ? '' : ` (${outcomesText(requests)})`)

/** From when on every other source was in use again after its own fault; undefined: one was not. */
function othersBackAtMs(history: History, question: Question): number | undefined {
  const { declared, spans, span } = question
  const before = Object.keys(declared.dependents).flatMap((component) => {
    const last = spans.filter((one) => one.component === component && component !== span.component && one.toMs <= span.toMs).at(-1)
    return last === undefined ? [] : [last]
  })
  const backAtMs = before.map((last) => backFrom(history, question, last))
  return backAtMs.some((one) => one === undefined) ? undefined : Math.max(span.fromMs, greatestOf(backAtMs.map((one) => one ?? 0)))
}

/**
 * Seen by the operations that use this source alone, unless nobody could tell from them that it was away: then by its part of
 * the composite answer. Replicas return one after the other: what still lacked the part until that was seen is forgiven.
 */
function backFrom(history: History, { declared, spans, usual }: Question, last: FaultSpan): number | undefined {
  const untilMs = nextFault(declared, spans, last)
  const parts = (declared.composite?.parts ?? []).filter((one) => one.component === last.component).map((one) => one.name)
  const asked = requestsIn(history, { fromMs: last.toMs, toMs: untilMs }, [declared.composite?.operation ?? '']).map((one): RequestEvent => ({ ...one, outcome: parts.every((name) => usual.isWhole(one, name)) ? 'ok' : 'degraded' }))
  const told = requestsIn(history, last, declared.dependents[last.component] ?? []).some((one) => one.outcome === 'degraded')
  const run = firstRun(told ? answersAfter(history, declared, { span: last, untilMs }) : asked, returnedAnswers)
  if (run === undefined) return undefined
  const lacking = asked.filter((one) => one.outcome !== 'ok' && one.plannedAtMs <= run.toMs).map((one) => one.plannedAtMs + momentMs)
  return Math.max(run.fromMs, greatestOf(lacking))
}
