import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import type { History, InstanceId } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, observationsOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { corpusAnswer, newFeature, type CorpusAnswer, type CorpusPass, type FeatureSighting } from './corpus.js'
import { labels } from './names.js'
import { instancesOf, isFinding, wholeSpan } from './roll-out-span.js'
import { rollOutVerdict } from './version-verdict.js'

const stallMsMax = 5_000

/** With its new features off a new release answers as the one before; switched on, a feature appears without a restart. */
export const rollingOutDoesNotRelease: Check = {
  id: 'rolling-out-does-not-release',
  requirement: 'TOGL-03',
  evaluate(history, thresholds) {
    const limit = (key: string): number => numberThreshold(thresholds, key)
    const span = wholeSpan(history, labels.upgrade, labels.half)
    if (isFinding(span)) return span
    const verdict = rollOutVerdict(history, span, Infinity)
    if (verdict !== null) return inconclusive(`the upgrade itself did not succeed: ${verdict.summary}`)
    const corpus = comparedAnswers(history)
    if (corpus.unstable.length > limit('unstable_ratio_max') * (corpus.compared + corpus.unstable.length)) {
      return inconclusive(`${counted(corpus.unstable.length, 'answer')} already differ from one time to the next: ${corpus.unstable[0]?.text}`, corpus.unstable.slice(0, 10).map(evidenceOf))
    }
    if (corpus.changed.length > limit('differences_max')) {
      const operations = [...new Set(corpus.changed.map(({ operation }) => operation))]
      const finding = failed(`with its features off ${span.release} gives ${counted(corpus.changed.length, 'other answer')} than before: ${listed(operations)}: ${corpus.changed[0]?.text}`, corpus.changed.slice(0, 10).map(evidenceOf))
      return disturbedHarness(history, { fromMs: span.toMs, toMs: corpus.untilMs }, stallMsMax) ?? finding
    }
    const feature = featureFinding(history, span.release)
    if (feature !== null) return feature
    const short = instancesOf(history).filter((instance) => (corpus.byInstance.get(instance) ?? 0) < limit('corpus_min'))
    if (short.length > 0) return inconclusive(`fewer than ${limit('corpus_min')} answers of ${listed(short)} could be compared`)
    if (corpus.byInstance.size === 0) return inconclusive('no answers were compared')
    const masked = corpus.unstable.length === 0 ? '' : `, ${corpus.unstable.length} that differ by themselves left out`
    return passed(`${corpus.compared} answers of ${counted(corpus.byInstance.size, 'replica')} are the same before and after the upgrade${masked}; ${featuresOf(history)[0]} appeared on every replica without a restart`)
  },
}

const featuresOf = (history: History): readonly string[] => (factOf(history, 'new-features') as readonly string[] | undefined) ?? []

interface Difference {
  readonly operation: string
  readonly text: string
}
const evidenceOf = ({ operation, text }: Difference): Evidence => ({ note: `${operation}: ${text}` })

interface Compared {
  readonly compared: number
  readonly unstable: readonly Difference[]
  readonly changed: readonly Difference[]
  /** How many answers of each instance were compared. */
  readonly byInstance: ReadonlyMap<InstanceId, number>
  readonly untilMs: number
}

/** Answers that are there in all three recordings; what differs before the upgrade says nothing of it. */
function comparedAnswers(history: History): Compared {
  const passes = new Map<CorpusPass, Map<string, CorpusAnswer & { readonly instance: InstanceId }>>()
  let untilMs = 0
  for (const { target, value, atMs } of observationsOf(history, corpusAnswer)) {
    const answer = { ...(value as CorpusAnswer), instance: target }
    const known = passes.get(answer.pass) ?? new Map()
    passes.set(answer.pass, known.set(`${target} ${answer.index}`, answer))
    untilMs = Math.max(untilMs, atMs)
  }
  const [unstable, changed, byInstance] = [[] as Difference[], [] as Difference[], new Map<InstanceId, number>()]
  for (const [at, before] of passes.get('before') ?? []) {
    const [again, after] = [passes.get('before-again')?.get(at), passes.get('after')?.get(at)]
    if (before.status === undefined || again?.status === undefined || after?.status === undefined) continue
    const own = difference(before, again)
    const made = difference(before, after)
    if (own !== undefined) unstable.push(own)
    else {
      byInstance.set(before.instance, (byInstance.get(before.instance) ?? 0) + 1)
      if (made !== undefined) changed.push(made)
    }
  }
  return { compared: [...byInstance.values()].reduce((sum, one) => sum + one, 0), unstable, changed, byInstance, untilMs }
}

function difference(before: CorpusAnswer, after: CorpusAnswer): Difference | undefined {
  if (before.status !== after.status) return { operation: before.operation, text: `status ${before.status} became ${after.status}` }
  return before.digest === after.digest ? undefined : { operation: before.operation, text: `${before.body} became ${after.body}` }
}

type Seen = FeatureSighting & { readonly instance: InstanceId }

/** Null when every new feature was off everywhere after the upgrade, and one of them appeared everywhere in the same processes. */
function featureFinding(history: History, release: string): Finding | null {
  const seen: Seen[] = observationsOf(history, newFeature).map(({ target, value }) => ({ ...(value as FeatureSighting), instance: target }))
  const upgraded = seen.filter((one) => one.when === 'upgraded')
  const on = upgraded.filter((one) => one.state === 'on')
  if (on.length > 0) return failed(`rolling ${release} out switched ${listed([...new Set(on.map((one) => one.feature))])} on`, on.map((one) => ({ note: `${one.feature} is on on ${one.instance}` })))
  const [feature] = featuresOf(history)
  if (feature === undefined) return inconclusive('no new feature is known')
  const unsure = featuresOf(history).flatMap((name) => instancesOf(history).filter((instance) => upgraded.find((one) => one.feature === name && one.instance === instance)?.state !== 'off').map((instance) => `${name} on ${instance}`))
  if (unsure.length > 0) return inconclusive(`it could not be seen that these are off: ${listed(unsure)}`)
  const [order] = interventionsOf(history, 'toggles.switchOn', 'new-feature')
  if (order === undefined) return inconclusive(`${feature} was not switched on`)
  if (order.acknowledgedAtMs === undefined) return failed(`${feature} could not be switched on: ${order.error ?? 'it was refused'}`)
  return appearance(history, feature, { seen, upgraded })
}

function appearance(history: History, feature: string, { seen, upgraded }: { readonly seen: readonly Seen[]; readonly upgraded: readonly Seen[] }): Finding | null {
  const last = instancesOf(history).map((instance) => ({ instance, sighting: seen.findLast((one) => one.when === 'switched-on' && one.feature === feature && one.instance === instance) }))
  const off = last.filter(({ sighting }) => sighting?.state !== 'on')
  if (off.length > 0) {
    const states = off.map(({ instance, sighting }) => `${instance} (${sighting?.state ?? 'not seen'})`)
    return off.some(({ sighting }) => sighting?.state === 'off') ? failed(`${feature} was switched on and did not appear on ${listed(states)}`) : inconclusive(`whether ${feature} appeared on ${listed(states)} was not seen`)
  }
  const bootBefore = (instance: InstanceId): string | undefined => upgraded.find((one) => one.instance === instance)?.boot
  const unknown = last.filter(({ instance, sighting }) => sighting?.boot === undefined || bootBefore(instance) === undefined)
  if (unknown.length > 0) return inconclusive(`whether ${listed(unknown.map((one) => one.instance))} was restarted for ${feature} cannot be seen`)
  const restarted = last.filter(({ instance, sighting }) => sighting?.boot !== bootBefore(instance))
  return restarted.length === 0 ? null : failed(`${feature} appeared only with a restart of ${listed(restarted.map((one) => one.instance))}`)
}
