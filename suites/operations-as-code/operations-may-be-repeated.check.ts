import { evidenceRequestsMax, failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import { counted, listed } from '../../core/checks/counted.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import type { History, RequestEvent } from '../../core/history.js'
import { ledgerOf, whyUnread } from '../../core/ledger.js'
import { disturbedHarness, factOf, isUnserved, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { differingPaths } from '../configuration/paths.js'
import { declaredOf, isConfigurationUnread, tooFew, whyBeyondTrial } from './declared-tasks.js'
import type { Repetition } from './repetition.js'
import { answered } from './trial.js'

const stallMsMax = 1_000
/** So long after the last run the state is still looked at. */
const settleMsMax = 10_000
/** What stands in a state for an answer that did not come: nothing can be compared with it. */
const unreadValues: ReadonlySet<string> = new Set(['"timeout"', '"reset"', 'unread'])
const loads = ['background', 'writes']
type Named = Repetition & { readonly name: string }

/** OPER-02: an operation that is done twice, or twice at once, leaves what one leaves, and no client notices. */
export const operationsMayBeRepeated: Check = {
  id: 'operations-may-be-repeated',
  requirement: 'OPER-02',
  evaluate(history, thresholds) {
    const repetitions = observationsOf(history, 'repetition').map((event): Named => ({ name: event.target, ...(event.value as Repetition) }))
    const min = numberThreshold(thresholds, 'min_operations')
    const effective = repetitions.filter((one) => one.nothingToDo !== true)
    const unfinished = declaredOf(history, 'repeatable').filter((name) => !repetitions.some((one) => one.name === name))
    const lasting = tooFew(history, { unfinished, counted: effective.length, min })
    const never = whyBeyondTrial(history, { mayBeDeclared: false, isMeant: isRepeated })
    const but = never === undefined ? '' : `; ${never}`
    const beyond = whyBeyondTrial(history, { mayBeDeclared: true, isMeant: isRepeated })
    if (repetitions.length === 0) return beyond === undefined ? inconclusive(`no operation was repeated${but}`, [], lasting) : inconclusive(beyond, [], { lasting: true })
    const judged = repetitions.map((one) => judgeOne(history, thresholds, one))
    const arms = [...judged, judgeTraffic(history, thresholds, repetitions), judgeLedger(history)]
    const worst = arms.find((one) => one.outcome === 'failed') ?? arms.find((one) => one.outcome !== 'passed')
    if (worst !== undefined) return worst
    if (beyond !== undefined) return inconclusive(beyond, [], { lasting: true })
    if (effective.length < min) return inconclusive(`${counted(effective.length, 'operation')} that changed something the first time was repeated, needs ${min}${but}`, [], lasting)
    if (isConfigurationUnread(history)) return inconclusive('the configuration could not be read, so that none of its operations was repeated')
    if (unfinished.length > 0) return inconclusive(`${listed(unfinished)} may be repeated and was not`)
    const sent = sentIn(history).length
    return passed(`${listed(repetitions.map((one) => one.name))} left the same when done twice, one after the other and at once, and none of ${sent} requests failed${but}`, arms.flatMap((one) => one.evidence), { strength: strengthOf(sent) })
  },
}

/** A restore brings back what an apply changed, and is not repeated by itself. */
const isRepeated = (name: string): boolean => name !== 'config.restore'

function judgeOne(history: History, thresholds: ThresholdValues, one: Named): Finding {
  const { name, runs, single, again, concurrent, effects } = one
  const first = runs.find((run) => run.mode === 'single')
  if (first === undefined || !first.ok || !effects.single) return inconclusive(`${name} did not take effect the first time: ${first?.error ?? 'its effect was not seen'}`)
  const silent = runs.find((run) => !run.ok && !answered(run))
  const window = windowOf(one)
  if (silent !== undefined) return starvedMachine(history, window) ?? failed(`${name} gave no answer when it was done ${silent.mode === 'again' ? 'again' : 'twice at once'}: ${silent.error ?? ''}`)
  const calmly = (finding: Finding): Finding => disturbedHarness(history, { fromMs: window.fromMs, toMs: window.toMs + settleMsMax }, stallMsMax) ?? finding
  if (!effects.again) return calmly(failed(`after ${name} was done again its effect was gone`))
  if (!effects.concurrent) return calmly(failed(`after ${name} was done twice at once its effect was not there`))
  const unread = Object.entries(single).find(([, found]) => unreadValues.has(found))
  if (unread !== undefined) return inconclusive(`${unread[0]} could not be read after ${name}`)
  const [twice, together] = [differingPaths(single, again), differingPaths(single, concurrent)]
  const max = numberThreshold(thresholds, 'state_differences_max')
  const evidence: Evidence[] = [
    { note: `${name}: parts of the state that differ after it was done again`, measured: twice.length, allowed: max, unit: 'count' },
    { note: `${name}: parts of the state that differ after it was done twice at once`, measured: together.length, allowed: max, unit: 'count' },
  ]
  if (twice.length > max) return calmly(failed(`after ${name} was done again ${listed(named(twice))} differs from what one leaves`, evidence))
  if (together.length > max) return calmly(failed(`after ${name} was done twice at once ${listed(named(together))} differs from what one leaves`, evidence))
  if (Object.keys(single).length === 0) return inconclusive(`the state after ${name} could not be read`)
  const doubt = vacuous(one) // one that does nothing at all leaves the same each time
  if (doubt !== undefined) return inconclusive(doubt)
  const [a, b] = ['concurrent-first', 'concurrent-second'].map((mode) => runs.find((run) => run.mode === mode))
  if (a === undefined || b === undefined || b.startedAtMs >= a.startedAtMs + a.tookMs) return inconclusive(`${name} had ended the first time before it was begun the second time`)
  if (!a.ok && !b.ok) return failed(`${name} was refused both times when it was done twice at once`, evidence)
  return passed(name, evidence)
}

function vacuous({ name, nothingToDo, effects }: Named): string | undefined {
  if (nothingToDo === true) return undefined
  if (effects.before !== false) return `${effects.before === undefined ? `whether the effect of ${name} was there before the first time is not known` : `the effect of ${name} was there before it was done the first time`}: that it did anything was not seen`
  return effects.beforeConcurrent === true ? `the effect of ${name} was still there when it was done twice at once: that the two did anything was not seen` : undefined
}

const named = (pointers: readonly string[]): string[] => pointers.slice(0, 5).map((pointer) => pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~'))

function windowOf({ runs }: Named): Window {
  return { fromMs: leastOf(runs.map((run) => run.startedAtMs)), toMs: greatestOf(runs.map((run) => run.startedAtMs + run.tookMs)) }
}

function judgeTraffic(history: History, thresholds: ThresholdValues, repetitions: readonly Named[]): Finding {
  const requests = sentIn(history)
  const failing = requests.filter(isUnserved)
  const [first] = failing
  const window = { fromMs: requests[0]?.plannedAtMs ?? 0, toMs: observationsOf(history, 'repetitions-ended')[0]?.atMs ?? Number.POSITIVE_INFINITY }
  if (first !== undefined && failing.length > numberThreshold(thresholds, 'failed_max')) {
    const during = repetitions.findLast((one) => windowOf(one).fromMs <= first.endedAtMs)?.name
    const evidence = [{ note: `${failing.length} of ${requests.length} requests failed`, measured: failing.length, allowed: numberThreshold(thresholds, 'failed_max'), unit: 'requests' as const, requests: failing.slice(0, evidenceRequestsMax).map((one) => one.id) }]
    return starvedMachine(history, window) ?? failed(`${failing.length} of ${requests.length} requests failed while operations were repeated, the first one (${first.outcome}) ${during === undefined ? 'before all' : `with ${during}`}`, evidence)
  }
  if (window.toMs === Number.POSITIVE_INFINITY) return inconclusive('the repetitions did not reach their end')
  const min = numberThreshold(thresholds, 'requests_min')
  return requests.length < min ? inconclusive(`${requests.length} requests were sent while operations were repeated, needs ${min}`) : passed(`none of ${requests.length} requests failed`)
}

const sentIn = (history: History): RequestEvent[] => requestsOf(history).filter((one) => loads.includes(one.load) && one.outcome !== 'cancelled')

function judgeLedger(history: History): Finding {
  if (factOf(history, 'ledger-kept') !== true) return passed('no strong read is declared, so no write could be looked for')
  const entries = ledgerOf(history, { writes: 'writes', reads: 'reconcile' }).filter((one) => one.acknowledgedAtMs !== undefined)
  const lost = entries.filter((one) => one.state === 'lost')
  const unread = entries.filter((one) => one.state === 'unread').length
  if (lost[0] === undefined && (entries.length === 0 || unread > 0)) return inconclusive(entries.length === 0 ? 'no write was acknowledged while operations were repeated' : `${unread} of ${entries.length} acknowledged writes could not be read back${whyUnread(history, 'reconcile')}`)
  if (lost[0] === undefined) return passed(`none of ${entries.length} acknowledged writes was lost`)
  return failed(`${counted(lost.length, 'acknowledged write')} of ${entries.length} was lost while operations were repeated`, [{ note: `lost: ${lost[0].key}`, measured: lost.length, allowed: 0, unit: 'count', requests: lost.flatMap((one) => one.requests).slice(0, evidenceRequestsMax) }])
}
