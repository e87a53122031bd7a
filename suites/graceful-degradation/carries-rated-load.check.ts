import { failed, inconclusive, passed, strengthOf, type Check } from '../../core/check.js'
import { believedUnderLoad, isCalm } from '../../core/checks/calm.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import { interventionsOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { outcomesText, requestEvidence } from '../../core/checks/worst-finding.js'
import { judgeLatency } from './latency.js'
import { isServed, lateGenerator, loadSpan, overloadOf, withoutBursts } from './load-spans.js'
import { loads, oneMissing } from './overload-names.js'

const stallMsMax = 500

/** RDND-06: the rated load is served with one replica missing. */
export const carriesRatedLoad: Check = {
  id: 'the-rated-load-is-carried-with-one-replica-missing',
  requirement: 'RDND-06',
  evaluate(history, thresholds) {
    const fact = overloadOf(history)
    const rated = fact?.ratedPerSecond
    if (fact === undefined || rated === undefined) return inconclusive('no rated load is known')
    const held = interventionsOf(history, 'hold', oneMissing).at(0)
    if (held === undefined) return inconclusive('no replica was taken away')
    if (held.witnessedAtMs === undefined) return inconclusive(`that ${held.target} was gone was not witnessed${held.error === undefined ? '' : `: ${held.error}`}`)
    const span = loadSpan(history, loads.rated)
    if (span === undefined) return inconclusive('the rated load was not sent')
    const { requests, window, ratePerSecond } = span
    if (held.undoneAtMs !== undefined && held.undoneAtMs < window.toMs) return inconclusive(`${held.target} was back before the rated load had ended`)
    if (requests.some((one) => one.instance === held.target)) return inconclusive(`${held.target} answered while it should have been missing`)
    if (ratePerSecond < rated * 0.95) return inconclusive(`${Math.round(ratePerSecond)} requests per second were sent, the rated load is ${rated}`)
    const late = lateGenerator(span, fact.deadlineMs)
    if (late !== null) return late
    const unserved = requests.filter((one) => !isServed(one))
    const allowed = Math.floor(requests.length * (1 - numberThreshold(thresholds, 'success_ratio_min')) + 1e-9)
    const evidence = requestEvidence({ note: `requests of the rated load (${rated} per second) that were not served without ${held.target}${unserved.length === 0 ? '' : `: ${outcomesText(unserved)}`}`, measured: unserved.length, allowed, unit: 'requests' }, unserved)
    const charged = withoutBursts(requests, fact.deadlineMs).filter((one) => !isServed(one))
    if (unserved.length > allowed && charged.length <= allowed) return inconclusive(`${unserved.length} requests of the rated load were not served, after the load generator had stalled and sent many at once`, [evidence])
    if (charged.length > allowed) {
      const finding = failed(`without ${held.target} ${unserved.length} of ${requests.length} requests of the rated load were not served (${outcomesText(unserved)})`, [evidence])
      return believedUnderLoad(finding, history, {
        window,
        deadlineMs: fact.deadlineMs,
        disturbed: (unwaited) => starvedMachine(unwaited, window, stallMsMax),
        calmly: (spans) => (charged.filter(isCalm(spans)).length > allowed ? finding : inconclusive(finding.summary)),
      })
    }
    const needed = numberThreshold(thresholds, 'hold_s')
    if (window.toMs - window.fromMs < needed * 900) return inconclusive(`the rated load was sent for ${((window.toMs - window.fromMs) / 1_000).toFixed(1)} s, needs ${needed} s`, [evidence])
    const before = { fromMs: 0, toMs: held.issuedAtMs }
    const quick = judgeLatency(history, { requests, quantile: numberThreshold(thresholds, 'quantile'), limitMs: numberThreshold(thresholds, 'p99_ms_max'), what: 'requests of the rated load', before, window, underLoad: true })
    if (quick.outcome !== 'passed') return { ...quick, evidence: [evidence, ...quick.evidence] }
    return passed(`without ${held.target} ${requests.length - unserved.length} of ${requests.length} requests at the rated ${rated} per second were served, ${quick.summary}`, [evidence, ...quick.evidence], unserved.length === 0 ? { strength: strengthOf(requests.length) } : {})
  },
}
