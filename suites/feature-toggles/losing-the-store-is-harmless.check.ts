import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, spanned } from '../../core/checks/counted.js'
import { eventsOf, type History } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, isUnserved, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { stateOf } from './features.js'
import { outageLoad, outageObservation, servedBeforeMs, type OutageEdge } from './names.js'
import { lastIn, toggleRecordOf, type ToggleRecord } from './toggle-record.js'

const requestsMin = 50
const stallMsMax = 1_000

/** TOGL-07: without the store of the toggles everything goes on with the last known states, a start succeeds, and all is well when it is back. */
export const losingTheStoreIsHarmless: Check = {
  id: 'losing-the-store-is-harmless',
  requirement: 'TOGL-07',
  evaluate(history, thresholds) {
    const record = toggleRecordOf(history)
    const outage = outageOf(history)
    if (typeof outage === 'string') return inconclusive(outage)
    const unsound = unsoundness(record, outage)
    const unserved = unservedBefore(history, outage)
    // What failed before the store went is no reason to let go what failed because it went.
    const problems = [...(unserved === undefined ? lostRequests(history, outage, numberThreshold(thresholds, 'failed_max')) : []), ...strayStates(record, outage), ...startProblems(record, outage, thresholds), ...convergenceProblems(record, outage, thresholds)]
    if (problems.length > 0 && unsound === undefined) {
      const disturbed = disturbedHarness(history, { fromMs: outage.beginMs, toMs: outage.endMs }, stallMsMax)
      return disturbed ?? failed(`without the store of the toggles: ${problems.map(({ note }) => note).slice(0, 3).join('; ')}`, problems)
    }
    const doubt = unsound ?? unserved
    return doubt === undefined ? enough(history, record, outage, thresholds) : inconclusive(doubt)
  },
}

interface Outage {
  readonly store: string
  readonly beginMs: number
  readonly goneMs: number // its end was witnessed
  readonly restartMs: number
  readonly restartedMs: number
  readonly releaseMs: number
  readonly endMs: number
  readonly instance: string
  readonly ready: boolean
  readonly tookMs: number
}

function outageOf(history: History): Outage | string {
  const store = factOf(history, 'toggle-store')
  if (typeof store !== 'string') return 'no store of toggles is known'
  const edges = new Map(observationsOf(history, outageObservation, store).map((event) => [(event.value as OutageEdge).edge, event]))
  const atMs = (edge: OutageEdge['edge']): number => edges.get(edge)?.atMs ?? -1
  if (!edges.has('end')) return 'the outage of the store did not reach its end'
  const goneMs = interventionsOf(history, 'hold').find((one) => one.target === store && one.issuedAtMs >= atMs('begin'))?.witnessedAtMs
  if (goneMs === undefined) return `the end of ${store} was not witnessed`
  for (const event of eventsOf(history, 'platform')) {
    if (event.name === 'process-started' && event.target === store && event.atMs > goneMs && event.atMs < atMs('release')) return `${store} was started again before the outage was over`
  }
  const { instance = '', ready = false, tookMs = 0 } = edges.get('restarted')!.value as OutageEdge
  return { store, beginMs: atMs('begin'), goneMs, restartMs: atMs('restart'), restartedMs: atMs('restarted'), releaseMs: atMs('release'), endMs: atMs('end'), instance, ready, tookMs }
}

/** The states that were in force before: without one that is no default, "kept" and "fell back" look the same. */
function unsoundness(record: ToggleRecord, { beginMs }: Outage): string | undefined {
  for (const feature of record.features) {
    for (const instance of record.instances) {
      const before = lastIn(record.readings(feature.name, instance), { fromMs: 0, toMs: beginMs })
      if (before?.state !== stateOf(!feature.default)) return `${feature.name} was not ${stateOf(!feature.default)} on ${instance} before the store was taken away`
    }
  }
  return record.features.length === 0 ? 'no feature is known' : undefined
}

/** What was sent so long before the store went, and failed later, hung already. */
const hungMs = 100

/** Whatever else it was, the store was there. */
function unservedBefore(history: History, { beginMs }: Outage): string | undefined {
  const failing = requestsOf(history, outageLoad, { fromMs: beginMs - servedBeforeMs, toMs: beginMs }).filter((one) => isUnserved(one) && (one.endedAtMs < beginMs || one.plannedAtMs < beginMs - hungMs))
  return failing.length === 0 ? undefined : `${counted(failing.length, 'request')} failed in the last ${spanned(servedBeforeMs)} before the store was taken away`
}

function lostRequests(history: History, { beginMs, restartMs }: Outage, failedMax: number): Evidence[] {
  const lost = requestsOf(history, outageLoad, { fromMs: beginMs, toMs: restartMs }).filter(isUnserved)
  return lost.length <= failedMax ? [] : [{ note: `${counted(lost.length, 'request')} failed`, measured: lost.length, allowed: failedMax, unit: 'requests', requests: lost.slice(0, 50).map(({ id }) => id) }]
}

/** Any answer in another state than the last known one, on any instance. */
function strayStates(record: ToggleRecord, { goneMs, restartMs }: Outage): Evidence[] {
  return record.features.flatMap((feature) =>
    record.instances.flatMap((instance) => {
      const stray = record.readings(feature.name, instance).find((one) => one.sentAtMs >= goneMs && one.atMs <= restartMs && (one.broken || (one.state !== 'unread' && one.state !== stateOf(!feature.default))))
      return stray === undefined ? [] : [{ note: `${feature.name} had not its last known state on ${instance}: ${stray.said}` }]
    }),
  )
}

/** Ready in time, and every feature with its default or its last known state. */
function startProblems(record: ToggleRecord, { instance, ready, tookMs, restartMs, restartedMs }: Outage, thresholds: ThresholdValues): Evidence[] {
  const limitMs = numberThreshold(thresholds, 'start_ready_within_s') * 1_000
  if (!ready || tookMs > limitMs) return [{ note: `${instance} was not ready ${spanned(tookMs)} after its start`, measured: Math.round(tookMs), allowed: limitMs, unit: 'ms' }]
  return record.features.flatMap(({ name }) => {
    const after = record.readings(name, instance).findLast((one) => one.sentAtMs >= restartMs && one.sentAtMs <= restartedMs)
    return after?.state === 'neither' || after?.broken === true ? [{ note: `${instance} started with ${name} in no declared state: ${after.said}` }] : []
  })
}

function convergenceProblems(record: ToggleRecord, { releaseMs, endMs }: Outage, thresholds: ThresholdValues): Evidence[] {
  const limitMs = numberThreshold(thresholds, 'converge_within_s') * 1_000
  return record.features.flatMap((feature) =>
    record.instances.flatMap((instance) => {
      const after = lastIn(record.readings(feature.name, instance), { fromMs: releaseMs, toMs: endMs })
      if (after === undefined || after.state === stateOf(!feature.default)) return []
      return after.sentAtMs - releaseMs < 0.9 * limitMs ? [] : [{ note: `${feature.name} had not its state on ${instance} ${spanned(after.sentAtMs - releaseMs)} after the store was back: ${after.said}` }]
    }),
  )
}

function enough(history: History, record: ToggleRecord, outage: Outage, thresholds: ThresholdValues): Finding {
  const { goneMs, restartMs, restartedMs, releaseMs, endMs, instance, tookMs } = outage
  const outageMs = numberThreshold(thresholds, 'outage_s') * 1_000
  if (restartMs - goneMs < 0.9 * outageMs) return inconclusive(`the store was away for ${spanned(restartMs - goneMs)} before the restart, needs ${spanned(outageMs)}`)
  const load = requestsOf(history, outageLoad, { fromMs: goneMs, toMs: restartMs })
  const served = load.filter(({ outcome }) => outcome === 'ok' || outcome === 'degraded').length
  if (served < requestsMin || served < 0.99 * load.length) return inconclusive(`${served} of ${load.length} requests were served without the store, needs ${requestsMin} and 99 %`)
  for (const { name } of record.features) {
    for (const one of record.instances) {
      const seen = (span: Window): boolean => lastIn(record.readings(name, one), span) !== undefined
      if (!seen({ fromMs: goneMs, toMs: restartMs })) return inconclusive(`${one} gave no answer that shows ${name} without the store`)
      if (!seen({ fromMs: releaseMs, toMs: endMs })) return inconclusive(`${one} gave no answer that shows ${name} after the store was back`)
      if (lastIn(record.readings(name, one), { fromMs: releaseMs, toMs: endMs })?.state !== stateOf(!record.features.find((feature) => feature.name === name)!.default)) {
        return inconclusive(`${one} was not watched until ${name} had its state again`)
      }
    }
    const before = lastIn(record.readings(name, instance), { fromMs: 0, toMs: restartMs })?.boot
    const after = lastIn(record.readings(name, instance), { fromMs: restartMs, toMs: restartedMs })?.boot
    if (before === undefined || after === undefined || before === after) return inconclusive(`the restart of ${instance} without the store was not witnessed by ${name}`)
  }
  return passed(`without the store all features kept their states and none of ${served} requests failed; ${instance} was ready ${spanned(tookMs)} after its start; all states were back after ${spanned(endMs - releaseMs)}`, [], { strength: strengthOf(served) })
}
