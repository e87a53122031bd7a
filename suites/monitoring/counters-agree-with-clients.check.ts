import { failed, passed, type Check, type Evidence } from '../../core/check.js'
import { listed } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { factOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { background, enough, seenBy } from './clients-saw.js'
import { classes, deltasBetween, isFinding } from './metric-deltas.js'
import { metricsFact, type MetricsFact } from './names.js'

/** MONI-01: the counters of the service rose by what clients saw, errors as errors. */
export const countersAgreeWithClients: Check = {
  id: 'counters-agree-with-clients',
  requirement: 'MONI-01',
  evaluate(history, thresholds) {
    const deltas = deltasBetween(history, 'before', 'after')
    if (isFinding(deltas)) return deltas
    if (deltas.faults.length > numberThreshold(thresholds, 'parse_errors_max')) return failed(deltas.faults.slice(0, 3).join('; '))
    const seen = seenBy(history)
    const evidence = classes.map((one): Evidence => ({ note: `requests counted as ${one}; clients saw ${seen.counts[one]}`, measured: deltas.counts[one], allowed: seen.counts[one], unit: 'count' }))
    const doubt = enough(seen, thresholds) ?? background(history, { deltas, seen, ratioMax: numberThreshold(thresholds, 'count_deviation_ratio_max') })
    if (doubt !== undefined && 'outcome' in doubt) return { ...doubt, evidence: [...evidence, ...doubt.evidence] }
    const others = doubt ?? { success: 0, 'client error': 0, 'server error': 0 }
    if (deltas.unknownStatus > 0) return failed(`${deltas.unknownStatus} requests were counted under a label ${labelOf(history)} that is no HTTP status`, evidence)
    const wrong = classes.filter((one) => {
      const allowed = numberThreshold(thresholds, 'count_deviation_ratio_max') * seen.counts[one]
      return deltas.counts[one] < seen.counts[one] - allowed || deltas.counts[one] > seen.counts[one] + allowed + others[one]
    })
    if (wrong.length > 0) return failed(`clients saw ${listed(wrong.map((one) => `${seen.counts[one]} of ${one}`))}, the metrics counted ${listed(wrong.map((one) => String(deltas.counts[one])))}`, evidence)
    return passed(`the metrics counted what clients saw: ${listed(classes.map((one) => `${deltas.counts[one]} of ${one}`))}`, evidence)
  },
}

const labelOf = (history: History): string => (factOf(history, metricsFact) as MetricsFact).statusLabel
