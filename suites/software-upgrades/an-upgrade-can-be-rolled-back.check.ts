import { failed, inconclusive, passed, strengthOf, type Check } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { whyUnread } from '../../core/ledger.js'
import { numberThreshold } from '../../core/requirement.js'
import { failureOf } from './acknowledged-writes-survive-an-upgrade.check.js'
import { answered, failureEvidence } from './failed-requests.js'
import { keptEffects, keptWrites } from './kept-writes.js'
import { labels, loads } from './names.js'
import { partNotTakenBack } from './part-verdicts.js'
import { rollOutSpan } from './roll-out-span.js'
import { rollOutVerdict } from './version-verdict.js'

/** After an upgrade every replica returns to the version of before, without a failed request and with all that was written meanwhile. */
export const anUpgradeCanBeRolledBack: Check = {
  id: 'an-upgrade-can-be-rolled-back',
  requirement: 'UPGR-04',
  evaluate(history, thresholds) {
    const limit = (key: string): number => numberThreshold(thresholds, key)
    const part = partNotTakenBack(history)
    if (part !== undefined) return part
    const up = rollOutSpan(history, labels.upgrade)
    if (up === undefined || !up.end.ok) return inconclusive(`there was nothing to take back: the upgrade ${up === undefined ? 'was not made' : `did not succeed (${up.end.error ?? 'no reason given'})`}`)
    const span = rollOutSpan(history, labels.back)
    if (span === undefined) return inconclusive('the way back was not taken, or not seen to end')
    const { requests, failures, doubtful } = answered(history, [loads.reads(labels.back), loads.writes(labels.back), loads.inFlight(labels.back)], span.fromMs)
    if (failures.length > limit('failed_max')) {
      return failed(`${failures.length} of ${requests.length} requests failed while ${span.release} was brought back`, [failureEvidence('failed requests through the balancer', failures)])
    }
    const written = [loads.writesBefore(labels.back), loads.writes(labels.back), loads.writes(labels.upgrade), 'read-set']
    const kept = keptWrites(history, written, loads.reconcile(labels.back))
    const lost = failureOf(kept, keptEffects(history, [loads.inFlight(labels.back)]), { lostMax: limit('lost_max'), duplicatedMax: Infinity })
    if (lost !== null) return lost
    const verdict = rollOutVerdict(history, span, limit('complete_within_s') * 1_000)
    if (verdict !== null) return verdict
    const onNew = kept.acknowledged.filter(({ acknowledgedAtMs: at }) => at !== undefined && at >= up.toMs && at <= span.fromMs).length
    const reasons = [
      ...(onNew < limit('records') ? [`only ${onNew} of at least ${limit('records')} writes were acknowledged by ${up.release}`] : []),
      ...(requests.length < limit('requests_min') ? [`only ${requests.length} of at least ${limit('requests_min')} requests were sent meanwhile`] : []),
      ...(doubtful.length > 0 ? [`${counted(doubtful.length, 'request')} failed while the harness was disturbed`] : []),
      ...(kept.unread.length > 0 ? [`${kept.unread.length} acknowledged writes could not be read back${whyUnread(history, loads.reconcile(labels.back))}`] : []),
    ]
    if (reasons.length > 0) return inconclusive(listed(reasons))
    return passed(
      `every replica was back on ${span.release} after ${spanned(span.toMs - span.fromMs)}, none of ${requests.length} requests failed, and all ${kept.acknowledged.length} acknowledged writes are there, ${onNew} of them written on ${up.release}`,
      [{ note: 'time to recover from the upgrade', measured: Math.round(span.toMs - span.fromMs), allowed: limit('complete_within_s') * 1_000, unit: 'ms' }],
      { strength: strengthOf(requests.length) },
    )
  },
}
