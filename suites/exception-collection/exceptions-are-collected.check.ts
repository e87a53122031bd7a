import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, requestsOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { collectedIn, riseBy, type Collected } from './collected.js'
import { collectorReadings, exceptionsFact, provokedLoad, type ExceptionsFact } from './names.js'

/** EXCP-01: the collector has every exception, with its type, its stack, its release and its instance. */
export const exceptionsAreCollected: Check = {
  id: 'exceptions-are-collected',
  requirement: 'EXCP-01',
  evaluate(history, thresholds) {
    const fact = factOf(history, exceptionsFact) as ExceptionsFact | undefined
    if (fact === undefined) return inconclusive('no exception was provoked')
    const [x = '', y = ''] = fact.types
    const wanted = [{ type: x, count: numberThreshold(thresholds, 'x') }, { type: y, count: numberThreshold(thresholds, 'y') }]
    const provoked = wanted.map((one) => ({ ...one, requests: requestsOf(history, provokedLoad(one.type)) }))
    const unprovoked = provoked.flatMap(({ type, count, requests }) => problemOf(type, count, requests))
    if (unprovoked.length > 0) return inconclusive(listed(unprovoked))
    const before = collectedIn(history, collectorReadings.before, fact)
    const after = collectedIn(history, collectorReadings.after, fact)
    if (before === undefined || after === undefined) return inconclusive('the list of the collector could not be read')
    const rise = riseBy(before, after, ({ type }) => type)
    const evidence = provoked.map(({ type, count }): Evidence => ({ note: `exceptions of type ${type} in the collector`, measured: rise.get(type) ?? 0, allowed: count, unit: 'count' }))
    const deviationMax = numberThreshold(thresholds, 'count_deviation_max')
    const wrong = wanted.filter(({ type, count }) => Math.abs((rise.get(type) ?? 0) - count) > deviationMax)
    if (wrong.length > 0) return failed(`the collector has ${listed(wrong.map(({ type, count }) => `${rise.get(type) ?? 0} of ${count} exceptions of type ${type}`))}`, evidence)
    return fieldsOf({ before, after, types: fact.types, missingMax: numberThreshold(thresholds, 'fields_missing_max'), evidence }) ?? attribution(history, fact, { before, after, evidence })
  },
}

function problemOf(type: string, count: number, requests: readonly RequestEvent[]): string[] {
  const failing = requests.filter(({ status }) => (status ?? 0) >= 500)
  if (requests.length !== failing.length) return [`${requests.length - failing.length} of ${counted(requests.length, 'request')} for ${type} did not end in an error, so that nobody knows how many exceptions there were`]
  return failing.length < count ? [`${failing.length} requests provoked ${type}, needs ${count}`] : []
}

interface Fields {
  readonly before: readonly Collected[]
  readonly after: readonly Collected[]
  readonly types: readonly string[]
  readonly missingMax: number
  readonly evidence: readonly Evidence[]
}
/** Fields that are missing more often than before: what was there already is not of what was provoked. */
function fieldsOf({ before, after, types, missingMax, evidence }: Fields): Finding | undefined {
  const without = (all: readonly Collected[], field: string): number => all.filter((one) => types.includes(one.type) && one.missing.includes(field)).length
  const missing = [...new Set(after.flatMap((one) => one.missing))].filter((field) => without(after, field) > without(before, field))
  return missing.length > missingMax ? failed(`exceptions in the collector have no ${listed(missing)}`, evidence) : undefined
}

interface Attributed {
  readonly before: readonly Collected[]
  readonly after: readonly Collected[]
  readonly evidence: readonly Evidence[]
}
/** Which instance threw is known from its answers. A service may call its instances otherwise than we do; then as many must be told apart. */
function attribution(history: History, { instances, types }: ExceptionsFact, { before, after, evidence }: Attributed): Finding {
  const answered = new Map<string, number>()
  for (const { instance } of types.flatMap((type) => requestsOf(history, provokedLoad(type)))) if (instance !== undefined) answered.set(instance, (answered.get(instance) ?? 0) + 1)
  const ofTypes = (all: readonly Collected[]): Collected[] => all.filter(({ type }) => types.includes(type))
  const rise = new Map([...riseBy(ofTypes(before), ofTypes(after), ({ instance }) => instance)].filter(([, count]) => count > 0))
  const all = counted([...rise.values()].reduce((sum, one) => sum + one, 0), 'exception')
  if (answered.size === 0) return inconclusive('no answer said which instance it came from', evidence)
  const known = [...rise.keys()].every((name) => instances.includes(name))
  const more = [...rise].map(([name, count]): Evidence => ({ note: `exceptions of ${name} in the collector`, measured: count, allowed: known ? (answered.get(name) ?? 0) : count, unit: 'count' }))
  const right = known ? [...answered].every(([name, count]) => rise.get(name) === count) && rise.size === answered.size : rise.size === answered.size
  if (!right) return failed(`the collector attributes the exceptions to ${listed([...rise].map(([name, count]) => `${name} (${count})`))}, they were thrown by ${listed([...answered].map(([name, count]) => `${name} (${count})`))}`, [...evidence, ...more])
  return passed(`the collector has ${all} of ${types.length} types from ${counted(rise.size, 'instance')}, with stack and release`, [...evidence, ...more])
}
