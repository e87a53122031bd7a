import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { answerObservation, useLoad, type AnswerPass, type RecordedAnswer } from './names.js'
import { lastIn, toggleRecordOf } from './toggle-record.js'

const stallMsMax = 5_000

/** TOGL-02: answers recorded with every feature off are the same after each feature was on, used, and off again. */
export const switchedOffIsAsBefore: Check = {
  id: 'switched-off-is-as-before',
  requirement: 'TOGL-02',
  evaluate(history, thresholds) {
    const first = answersOf(history, 'first')
    const second = answersOf(history, 'second')
    const after = answersOf(history, 'after')
    if (first.size === 0) return inconclusive('no answers were recorded before the features were used')
    const invalid = [...first.values()].find((one) => one.status !== undefined && one.outcome !== 'ok' && one.outcome !== 'degraded')
    if (invalid !== undefined) return inconclusive(`an answer was no valid one before the features were used: ${invalid.operation} gave ${invalid.outcome} (status ${invalid.status})`)
    const unstable = differences(first, second)
    if (unstable.length > 0) return inconclusive(`answers already differ from one time to the next: ${unstable[0]!.text}`, unstable.slice(0, 10).map(evidenceOf))
    if (after.size === 0) return inconclusive('no answers were recorded after the features were used')
    const span = { fromMs: spanOf(first).toMs, toMs: spanOf(after).fromMs }
    const unsound = unsoundness(history, span)
    if (unsound !== undefined) return inconclusive(unsound)
    const changed = differences(first, after)
    if (changed.length > numberThreshold(thresholds, 'differences_max')) {
      const operations = [...new Set(changed.map(({ operation }) => operation))]
      return disturbedHarness(history, spanOf(after), stallMsMax) ?? failed(`with every feature off again ${counted(changed.length, 'answer')} differ: ${listed(operations)}: ${changed[0]!.text}`, changed.slice(0, 10).map(evidenceOf))
    }
    return enough({ first, second, after }, numberThreshold(thresholds, 'corpus_min'))
  },
}

interface Answer extends RecordedAnswer {
  readonly operation: string
  readonly atMs: number
}
type Answers = ReadonlyMap<number, Answer>

function answersOf(history: History, pass: AnswerPass): Answers {
  const answers = observationsOf(history, answerObservation).map((event) => ({ ...(event.value as RecordedAnswer), operation: event.target, atMs: event.atMs }))
  return new Map(answers.filter((one) => one.pass === pass).map((one) => [one.index, one]))
}
const spanOf = (answers: Answers): Window => {
  const times = [...answers.values()].map(({ atMs }) => atMs)
  return { fromMs: leastOf(times), toMs: greatestOf(times) }
}

interface Difference {
  readonly operation: string
  readonly text: string
}
const evidenceOf = ({ operation, text }: Difference): Evidence => ({ note: `${operation}: ${text}` })

/** Of answers that are there on both sides; one that did not come is no answer and says nothing. */
function differences(before: Answers, after: Answers): Difference[] {
  return [...before].flatMap(([index, one]) => {
    const other = after.get(index)
    if (one.status === undefined || other?.status === undefined) return []
    if (one.status !== other.status) return [{ operation: one.operation, text: `status ${one.status} became ${other.status}` }]
    if (one.digest !== other.digest) return [{ operation: one.operation, text: `${one.body.slice(0, 300)} became ${other.body.slice(0, 300)}` }]
    return []
  })
}

/** Why a comparison would say nothing of features: they were not on in between, not used, or not off again. */
function unsoundness(history: History, span: Window): string | undefined {
  const record = toggleRecordOf(history)
  const { through } = record
  if (record.features.length === 0 || through === undefined) return 'no feature is known'
  for (const { name, isUsed } of record.features) {
    const readings = record.readings(name, through)
    if (!readings.some((one) => one.state === 'on' && one.sentAtMs >= span.fromMs && one.atMs <= span.toMs)) return `${name} was not seen on between the recordings`
    const off = lastIn(readings, { fromMs: span.fromMs, toMs: span.toMs })
    if (off?.state !== 'off') return `${name} was not off when the answers were recorded again`
    const used = requestsOf(history, useLoad, span).some((one) => one.operation.startsWith(`${name}.use.`) && (one.outcome === 'ok' || one.outcome === 'degraded'))
    if (isUsed && !used) return `no request made use of ${name} while it was on`
  }
  return undefined
}

function enough({ first, second, after }: { readonly first: Answers; readonly second: Answers; readonly after: Answers }, sizeMin: number): Finding {
  const compared = [...first].filter(([index, one]) => one.status !== undefined && second.get(index)?.status !== undefined && after.get(index)?.status !== undefined).length
  if (compared < sizeMin) return inconclusive(`${counted(compared, 'answer')} could be compared, needs ${sizeMin}`)
  if (compared < first.size) return inconclusive(`${first.size - compared} of ${first.size} answers did not come`)
  return passed(`all of ${compared} answers are as they were before the features were used`)
}
