import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { believedUnderLoad, delayMs, isCalm } from '../../core/checks/calm.js'
import type { History, RequestEvent } from '../../core/history.js'
import { disturbedHarness, inWindow, observationsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import { outcomesText, requestEvidence, worstFinding } from '../../core/checks/worst-finding.js'
import { judgeLatency } from './latency.js'
import { capacityOf, isExplicitRefusal, isServed, lateGenerator, loadSpan, overloadOf, saysWhen, sentLate, type LoadSpan } from './load-spans.js'
import { loads } from './overload-names.js'
import { restartedIn } from './restarts.js'

const stallMsMax = 500
/** More than this times what it could do before, and it was not overloaded. */
const notOverloaded = 1.7
/** In less than that a burst more or less decides. */
const calmSecondsMin = 2
const seconds = ({ fromMs, toMs }: Window): number => (toMs - fromMs) / 1_000

/** DEGR-05: offered more than it can do, the service does what it can in time and turns the rest away at once. */
export const overloadIsShed: Check = {
  id: 'overload-is-shed-and-not-suffered',
  requirement: 'DEGR-05',
  evaluate(history, thresholds) {
    const span = loadSpan(history, loads.overload)
    const capacity = capacityOf(history, numberThreshold(thresholds, 'capacity_difference_max'))
    if (typeof capacity === 'string') return inconclusive(`the service was not overloaded: ${capacity}`)
    if (span === undefined) return inconclusive('the service was not overloaded: nothing was sent')
    const before = loadSpan(history, loads.usual)?.window ?? { fromMs: 0, toMs: span.window.fromMs }
    const deadlineMs = overloadOf(history)?.deadlineMs ?? 0
    const doubt = tooLittle(span, { capacity, thresholds })
    if (doubt !== null) return doubt
    const question: Question = { span, capacity, before, deadlineMs, thresholds }
    const late = lateGenerator(span, deadlineMs)
    if (late !== null) return collapsedAnyway(history, question, deadlineMs) ?? late
    return worstFinding([judgeGoodput(history, question), judgeAccepted(history, question), judgeRefusals(history, question), judgeHealth(history, question)])
  },
}

interface Question {
  readonly span: LoadSpan
  readonly capacity: number
  readonly before: Window
  readonly deadlineMs: number
  readonly thresholds: ThresholdValues
}

function tooLittle({ window, ratePerSecond }: LoadSpan, { capacity, thresholds }: Pick<Question, 'capacity' | 'thresholds'>): Finding | null {
  const factor = numberThreshold(thresholds, 'overload_factor')
  if (ratePerSecond < capacity * factor * 0.95) return inconclusive(`${Math.round(ratePerSecond)} requests per second were offered, needs ${factor} times the ${Math.round(capacity)} it can do`)
  const needed = numberThreshold(thresholds, 'duration_s')
  return seconds(window) < needed * 0.9 ? inconclusive(`the overload lasted ${seconds(window).toFixed(1)} s, needs ${needed} s`) : null
}

/** A failure that does not depend on what was sent late: had all of it been answered in time, it would not have been enough. */
function collapsedAnyway(history: History, question: Question, deadlineMs: number): Finding | null {
  const late = sentLate(question.span.requests, deadlineMs).filter((one) => !isServed(one))
  const finding = judgeGoodput(history, question, late)
  return finding.outcome === 'failed' ? finding : null
}

/** What was answered in time, for each second of the overload. `forgiven`: not answered, and not held against the service. */
function judgeGoodput(history: History, { span, capacity, deadlineMs, thresholds }: Question, forgiven: readonly RequestEvent[] = []): Finding {
  const served = span.requests.filter((one) => isServed(one) && inWindow(one.endedAtMs, span.window))
  const goodput = (served.length + forgiven.length) / seconds(span.window)
  const share = numberThreshold(thresholds, 'goodput_of_capacity_min')
  const evidence: Evidence[] = [
    { note: `requests per second answered in time under ${Math.round(span.ratePerSecond)} per second (capacity ${Math.round(capacity)})`, measured: Math.round(goodput), allowed: Math.round(capacity * share), unit: 'count' },
    { note: `answered in time in each second: ${perSecond(span).join(', ')}` },
  ]
  if (goodput > capacity * notOverloaded) return inconclusive(`the service answered ${Math.round(goodput)} requests per second under overload, far more than the ${Math.round(capacity)} measured before: it was not overloaded`, evidence)
  if (goodput >= capacity * share) return passed(`${Math.round(goodput)} requests per second were answered in time, of ${Math.round(capacity)} it can do`, evidence)
  const finding = failed(`under twice its capacity the service answered ${Math.round(goodput)} requests per second in time, of ${Math.round(capacity)} it can do`, evidence)
  return believedUnderLoad(finding, history, {
    window: span.window,
    deadlineMs,
    disturbed: (unwaited) => starvedMachine(unwaited, span.window),
    calmly: (spans) => (goodputInCalm(spans, span, forgiven) < capacity * share ? finding : inconclusive('as much as it can do was answered in time where nobody had to wait for a processor')),
  })
}

/** Answered in time per second outside of these spans; infinite where too little of the load is left to tell. */
function goodputInCalm(spans: readonly Window[], { requests, window }: LoadSpan, forgiven: readonly RequestEvent[]): number {
  const calmS = seconds(window) - delayMs(spans, window) / 1_000
  const served = requests.filter((one) => isServed(one) && inWindow(one.endedAtMs, window) && !spans.some((span) => inWindow(one.endedAtMs, span)))
  return calmS < calmSecondsMin ? Infinity : (served.length + forgiven.filter(isCalm(spans)).length) / calmS
}

function perSecond({ requests, window }: LoadSpan): number[] {
  const served = requests.filter(isServed)
  return Array.from({ length: Math.floor(seconds(window)) }, (_, index) => {
    const fromMs = window.fromMs + index * 1_000
    return served.filter((one) => one.endedAtMs >= fromMs && one.endedAtMs < fromMs + 1_000).length
  })
}

function judgeAccepted(history: History, { span, before, thresholds }: Question): Finding {
  const accepted = span.requests.filter(isServed)
  return judgeLatency(history, { requests: accepted, quantile: numberThreshold(thresholds, 'quantile'), limitMs: numberThreshold(thresholds, 'accepted_p99_ms_max'), what: 'accepted requests', before, window: span.window, underLoad: true })
}

function judgeRefusals(history: History, question: Question): Finding {
  const { span } = question
  const refused = span.requests.filter((one) => !isServed(one))
  if (refused.length === 0) return inconclusive('under twice its capacity the service turned nobody away: it was not overloaded')
  const explicitly = judgeExplicitness(refused, question.thresholds)
  // A service that gets no processor cannot turn anybody away in time.
  if (explicitly.outcome === 'failed') {
    return believedUnderLoad(explicitly, history, {
      window: span.window,
      deadlineMs: question.deadlineMs,
      disturbed: (unwaited) => disturbedHarness(unwaited, span.window, stallMsMax),
      calmly: (spans) => judgeExplicitness(refused, question.thresholds, isCalm(spans)),
    })
  }
  const explicit = refused.filter(isExplicitRefusal)
  const quick = judgeLatency(history, { requests: explicit, quantile: numberThreshold(question.thresholds, 'refusal_quantile'), limitMs: numberThreshold(question.thresholds, 'refusal_p95_ms_max'), what: 'refusals', before: question.before, window: span.window, underLoad: true })
  const evidence = [...explicitly.evidence, ...quick.evidence]
  return quick.outcome === 'passed' ? passed(explicitly.summary, evidence, { strength: strengthOf(explicit.length) }) : { ...quick, evidence }
}

/** As if all that is not charged had been well. */
function judgeExplicitness(refused: readonly RequestEvent[], thresholds: ThresholdValues, isCharged: (one: RequestEvent) => boolean = () => true): Finding {
  const vague = refused.filter((one) => !isExplicitRefusal(one) && isCharged(one))
  const explicit = refused.filter(isExplicitRefusal)
  const withTime = explicit.filter((one) => saysWhen(one) || !isCharged(one))
  const explicitMin = numberThreshold(thresholds, 'refusal_explicit_ratio_min')
  const timeMin = numberThreshold(thresholds, 'retry_after_ratio_min')
  const evidence = [
    requestEvidence({ note: `requests that were not served and not turned away with 429 or 503${vague.length === 0 ? '' : `: ${outcomesText(vague)}`} (of ${refused.length})`, measured: vague.length, allowed: Math.floor(refused.length * (1 - explicitMin) + 1e-9), unit: 'requests' }, vague),
    { note: `share of ${explicit.length} refusals that say when to come again (Retry-After)`, measured: explicit.length === 0 ? 0 : Number((withTime.length / explicit.length).toFixed(3)), allowed: timeMin, unit: 'ratio' as const },
  ]
  if (refused.length - vague.length < refused.length * explicitMin) return failed(`${vague.length} of ${refused.length} requests that were not served got no explicit refusal (${outcomesText(vague)})`, evidence)
  if (withTime.length < explicit.length * timeMin) return failed(`${explicit.length - withTime.length} of ${explicit.length} refusals do not say when to come again`, evidence)
  return passed(`${explicit.length} requests were turned away at once`, evidence)
}

function judgeHealth(history: History, { span, deadlineMs, thresholds }: Question): Finding {
  const samples = (['readiness', 'liveness'] as const).flatMap((probe) => observationsOf(history, probe, undefined, span.window).map((one) => ({ probe, instance: one.target, plannedAtMs: one.sentAtMs ?? one.atMs, endedAtMs: one.atMs, outcome: (one.value as { readonly outcome: string }).outcome })))
  const bad = samples.filter((one) => one.outcome !== 'pass')
  const allowed = numberThreshold(thresholds, 'health_failures_max')
  const evidence: Evidence[] = [{ note: `health answers under overload that did not pass (of ${samples.length})`, measured: bad.length, allowed, unit: 'count' }]
  const restarted = restartedIn(history, span.window)
  if (restarted.length > numberThreshold(thresholds, 'restarts_max')) return failed(`${restarted.join(' and ')} was restarted under overload`, evidence)
  if (bad.length > allowed) {
    const text = `under overload ${[...new Set(bad.map((one) => `${one.probe} of ${one.instance}`))].join(', ')} did not pass`
    return believedUnderLoad(failed(text, evidence), history, {
      window: span.window,
      deadlineMs,
      disturbed: (unwaited) => starvedMachine(unwaited, span.window),
      calmly: (spans) => (bad.filter(isCalm(spans)).length > allowed ? failed(text, evidence) : inconclusive(text)),
    })
  }
  if (samples.length === 0) return inconclusive('health was not asked under overload', evidence)
  return passed(`health passed ${samples.length} times`, evidence)
}
