import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { bootSightings } from '../../core/checks/boot-sightings.js'
import { listed } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { whyUnread, type LedgerEntry } from '../../core/ledger.js'
import { numberThreshold } from '../../core/requirement.js'
import { failureEvidence } from './failed-requests.js'
import { keptEffects, keptWrites, ledgerEvidence, type KeptEffects, type KeptWrites } from './kept-writes.js'
import { labels, loads } from './names.js'
import { instancesOf, isFinding, wholeSpan, type RollOutSpan } from './roll-out-span.js'
import { rollOutVerdict } from './version-verdict.js'

const nearMs = 2_000

/** No write that was acknowledged before, during or after the switch to a new release is lost or done twice. */
export const acknowledgedWritesSurvive: Check = {
  id: 'acknowledged-writes-survive-an-upgrade',
  requirement: 'UPGR-06',
  evaluate(history, thresholds) {
    const limit = (key: string): number => numberThreshold(thresholds, key)
    const span = wholeSpan(history, labels.upgrade, labels.half)
    if (isFinding(span)) return span
    const kept = keptWrites(history, [loads.writes(labels.upgrade), 'read-set'], loads.reconcile(labels.upgrade))
    const effects = keptEffects(history, [loads.inFlight(labels.upgrade)])
    const lost = failureOf(kept, effects, { lostMax: limit('lost_max'), duplicatedMax: limit('duplicated_max') })
    if (lost !== null) return lost
    const switches = switchesOf(history, span, kept.acknowledged)
    const reasons = [
      ...(span.end.ok ? [] : [`the roll-out was broken off: ${span.end.error ?? 'no reason given'}`]),
      ...missingSwitches(switches, limit('acked_within_2s_of_each_switch_min')),
      ...(kept.acknowledged.length < limit('acked_writes_min') ? [`only ${kept.acknowledged.length} of at least ${limit('acked_writes_min')} writes were acknowledged`] : []),
      ...(kept.unread.length > 0 ? [`${kept.unread.length} acknowledged writes could not be read back${whyUnread(history, loads.reconcile(labels.upgrade))}`] : []),
      ...(kept.unexpected.length > 0 ? [`${kept.unexpected.length} keys are there that were refused or never written`] : []),
    ]
    // A restart of the same release is no switch to another one.
    const unproven = rollOutVerdict(history, span, Infinity)
    if (unproven !== null && reasons.length === 0) reasons.push(unproven.summary)
    if (reasons.length > 0) return inconclusive(listed(reasons))
    const near = switches.reduce((sum, one) => sum + (one.acknowledged ?? 0), 0)
    const evidence: Evidence[] = switches.map(({ instance, acknowledged }) => ({ note: `writes acknowledged within 2 s of the switch of ${instance}`, measured: acknowledged ?? 0, allowed: limit('acked_within_2s_of_each_switch_min'), unit: 'count' }))
    const effectsText = effects.looked === 0 ? '' : `; ${effects.looked} requests in flight had their effect once at most`
    return passed(`all ${kept.acknowledged.length} acknowledged writes were read back after ${switches.length} switches${effectsText}`, evidence, { strength: strengthOf(near) })
  },
}

/** One valid witness of a loss is enough. */
export function failureOf(kept: KeptWrites, effects: KeptEffects, limits: { readonly lostMax: number; readonly duplicatedMax: number }): Finding | null {
  const lost = kept.lost.length + effects.lost.length
  if (lost > limits.lostMax) {
    return failed(`${lost} of ${kept.acknowledged.length + effects.looked} acknowledged writes are lost`, [
      ...(kept.lost.length === 0 ? [] : [ledgerEvidence('acknowledged writes that cannot be read back', kept.lost)]),
      ...(effects.lost.length === 0 ? [] : [failureEvidence('requests answered as done whose effect is not there', effects.lost)]),
    ])
  }
  if (effects.duplicated.length <= limits.duplicatedMax) return null
  return failed(`${effects.duplicated.length} requests in flight were done more than once`, [failureEvidence('requests whose effect happened more than once', effects.duplicated)])
}

interface Switch {
  readonly instance: string
  /** Writes acknowledged within 2 s of it; undefined when the switch was not seen. */
  readonly acknowledged: number | undefined
}

/** Of each replica: from the last answer of the old process to the first one of the new, or the other way round where the two serve side by side. */
function switchesOf(history: History, span: RollOutSpan, entries: readonly LedgerEntry[]): Switch[] {
  return instancesOf(history).map((instance) => {
    const sightings = bootSightings(history, instance)
    const old = sightings.findLast((one) => one.atMs <= span.fromMs)
    const first = sightings.find((one) => one.sentAtMs >= span.fromMs && one.boot !== old?.boot)
    if (old === undefined || first === undefined) return { instance, acknowledged: undefined }
    const lastOldAtMs = sightings.findLast((one) => one.boot === old.boot)?.atMs ?? span.fromMs
    const [fromMs, toMs] = [Math.min(lastOldAtMs, first.atMs) - nearMs, Math.max(lastOldAtMs, first.atMs) + nearMs]
    const near = entries.filter(({ acknowledgedAtMs: at }) => at !== undefined && at >= fromMs && at <= toMs)
    return { instance, acknowledged: near.length }
  })
}

function missingSwitches(switches: readonly Switch[], needed: number): string[] {
  if (switches.length === 0) return ['no replica is known']
  return switches.flatMap(({ instance, acknowledged }) => {
    if (acknowledged === undefined) return [`${instance} was not seen to be replaced`]
    return acknowledged < needed ? [`only ${acknowledged} of at least ${needed} writes were acknowledged within 2 s of the switch of ${instance}`] : []
  })
}
