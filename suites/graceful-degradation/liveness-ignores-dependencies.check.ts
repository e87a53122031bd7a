import { failed, inconclusive, passed, strengthOf, type Check, type Evidence } from '../../core/check.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import { eventsOf, type History } from '../../core/history.js'
import { factOf, interventionsOf, isUnserved, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { degradationLoad, hardOutage, release } from './names.js'
import { restartedIn } from './restarts.js'

/** RDND-07: while a dependency of all replicas is away, liveness of none of them fails and none is restarted. */
export const livenessIgnoresDependencies: Check = {
  id: 'liveness-passes-while-a-shared-dependency-is-away',
  requirement: 'RDND-07',
  evaluate(history, thresholds) {
    const outage = interventionsOf(history, 'fault-dependency', hardOutage).at(0)
    if (outage === undefined) return inconclusive('no dependency of all replicas was taken away')
    const { target, issuedAtMs, acknowledgedAtMs, witnessedAtMs } = outage
    const released = observationsOf(history, release, target).find((one) => one.atMs >= issuedAtMs)
    if (acknowledgedAtMs === undefined || released === undefined) return inconclusive(`the outage of ${target} did not reach its end${outage.error === undefined ? '' : `: ${outage.error}`}`)
    if (witnessedAtMs === undefined) return inconclusive(`the outage of ${target} was not witnessed`)
    const window = { fromMs: acknowledgedAtMs, toMs: released.atMs }
    const liveness = livenessOf(history, window)
    const bad = liveness.filter((one) => one.outcome !== 'pass')
    const allowed = numberThreshold(thresholds, 'liveness_failures_max')
    const affected = requestsOf(history, degradationLoad, window).filter(isUnserved).length
    const evidence: Evidence[] = [
      { note: `liveness answers that did not pass while ${target} was away (of ${liveness.length}: ${tally(liveness)})`, measured: bad.length, allowed, unit: 'count' },
      { note: `requests that failed while ${target} was away, which shows that it was`, measured: affected, unit: 'requests' },
    ]
    const explicit = bad.filter((one) => one.outcome === 'fail')
    if (explicit.length > allowed) return failed(`liveness of ${named(explicit)} failed while ${target} was away`, evidence)
    const restarted = restartedIn(history, { fromMs: issuedAtMs, toMs: released.atMs })
    if (restarted.length > numberThreshold(thresholds, 'restarts_max')) return failed(`${restarted.join(' and ')} was restarted while ${target} was away`, evidence)
    if (bad.length > allowed) return starvedMachine(history, window) ?? failed(`liveness of ${named(bad)} gave no answer while ${target} was away`, evidence)
    const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
    const unseen = instances.filter((id) => liveness.filter((one) => one.instance === id).length < numberThreshold(thresholds, 'samples_min'))
    if (instances.length === 0 || unseen.length > 0) return inconclusive(`liveness of ${unseen.join(', ') || 'every instance'} was asked fewer than ${numberThreshold(thresholds, 'samples_min')} times while ${target} was away`, evidence)
    const outageMs = numberThreshold(thresholds, 'outage_s') * 1_000
    if (window.toMs - window.fromMs < outageMs * 0.9) return inconclusive(`${target} was away for ${Math.round(window.toMs - window.fromMs)} ms only, needs ${outageMs} ms`, evidence)
    if (affected === 0) return inconclusive(`no request failed while ${target} was away: the service may not have noticed`, evidence)
    // The load may end before the service is back: then the gate that follows is what sees it.
    const settled = [...eventsOf(history, 'gate')].some((one) => one.passed && one.startedAtMs >= released.atMs && one.requests > 0)
    const recovered = settled || requestsOf(history, degradationLoad).some((one) => one.plannedAtMs >= released.atMs && (one.outcome === 'ok' || one.outcome === 'degraded'))
    if (!recovered) return inconclusive(`no request was answered again after ${target} was back`, evidence)
    return passed(`liveness passed ${liveness.length} times on ${instances.length} instances while ${target} was away and ${affected} requests failed`, evidence, { strength: strengthOf(liveness.length) })
  },
}

interface Sample {
  readonly instance: string
  readonly outcome: string
}
const livenessOf = (history: History, window: Window): Sample[] =>
  observationsOf(history, 'liveness', undefined, window)
    .map((one) => ({ instance: one.target, endedAtMs: one.atMs, outcome: (one.value as { readonly outcome: string }).outcome }))
    // What passed only after the dependency was back did not pass without it; what failed had been asked without it.
    .filter((one) => one.outcome !== 'pass' || one.endedAtMs <= window.toMs)

const named = (samples: readonly Sample[]): string => [...new Set(samples.map((one) => one.instance))].join(' and ')

function tally(samples: readonly Sample[]): string {
  const outcomes = [...new Set(samples.map((one) => one.outcome))]
  return outcomes.map((outcome) => `${outcome} ${samples.filter((one) => one.outcome === outcome).length}`).join(', ') || 'none'
}
