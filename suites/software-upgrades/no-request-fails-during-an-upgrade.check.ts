import { failed, inconclusive, passed, strengthOf, type Check, type Evidence } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { readinessSamples } from '../../core/checks/readiness-samples.js'
import type { History, InstanceId, RequestEvent } from '../../core/history.js'
import { requestsOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { answered, failureEvidence } from './failed-requests.js'
import { labels, loads } from './names.js'
import { partThatFailed } from './part-verdicts.js'
import { instancesOf, isFinding, nextRollOutMs, replacedAtMs, replicaVersions, wholeSpan, type RollOutSpan } from './roll-out-span.js'
import { rollOutVerdict } from './version-verdict.js'
import { unreadyRuns } from './unready-runs.js'

/** Every replica ends on the new release, and no request through the balancer fails from the beginning of the roll-out on. */
export const noRequestFailsDuringAnUpgrade: Check = {
  id: 'no-request-fails-during-an-upgrade',
  requirement: 'UPGR-01',
  evaluate(history, thresholds) {
    const limit = (key: string): number => numberThreshold(thresholds, key)
    const span = wholeSpan(history, labels.upgrade, labels.half)
    if (isFinding(span)) return partThatFailed(history) ?? span
    const { requests, failures, doubtful } = answered(history, [loads.reads(labels.upgrade), loads.writes(labels.upgrade), loads.inFlight(labels.upgrade)], span.fromMs)
    if (failures.length > limit('failed_max')) {
      return failed(`${failures.length} of ${requests.length} requests failed while ${span.release} was rolled out`, [failureEvidence('failed requests through the balancer', failures)])
    }
    const verdict = rollOutVerdict(history, span, limit('complete_within_s') * 1_000)
    if (verdict !== null) return verdict
    const witnesses = witnessesOf(history, span)
    const reasons = [
      ...(doubtful.length > 0 ? [`${counted(doubtful.length, 'request')} failed while the harness was disturbed`] : []),
      ...(requests.length < limit('requests_min') ? [`only ${requests.length} of at least ${limit('requests_min')} requests were sent`] : []),
      ...(witnesses.length < limit('witnesses_min') ? [`only ${witnesses.length} of at least ${limit('witnesses_min')} requests are known to have been under way in a replica when its turn came`] : []),
      ...turnsUnseen(history, witnesses),
      ...notReadyAfter(history, span),
    ]
    if (reasons.length > 0) return inconclusive(listed(reasons))
    const evidence: readonly Evidence[] = [
      { note: `roll-out by ${waysText[span.by]}`, measured: Math.round(span.toMs - span.fromMs), allowed: limit('complete_within_s') * 1_000, unit: 'ms' },
      { note: 'requests under way in a replica when its turn came', measured: witnesses.length, allowed: limit('witnesses_min'), unit: 'requests' },
    ]
    return passed(
      `${counted(instancesOf(history).length, 'replica')} went to ${span.release} in ${spanned(span.toMs - span.fromMs)}, none of ${requests.length} requests failed, ${witnesses.length} of them under way in a replica when its turn came`,
      evidence,
      { strength: strengthOf(requests.length) },
    )
  },
}

const waysText = { tool: "the service's own tool", platform: 'the platform', harness: 'the harness, one replica after the other' } as const

/** Under way in the very process that was replaced, when it was first seen to leave. */
function witnessesOf(history: History, span: RollOutSpan): RequestEvent[] {
  const leftAtMs = firstUnready(history, span)
  const boots = new Map(replicaVersions(history, span).map(({ instance, before }) => [instance, before?.boot]))
  return requestsOf(history, loads.inFlight(labels.upgrade)).filter(({ instance, boot, firstByteAtMs, sentAtMs, endedAtMs, outcome }) => {
    // A new process may answer by the name of the place before it is in it.
    if (instance === undefined || (boot !== undefined && boots.get(instance) !== undefined && boot !== boots.get(instance))) return false

    const turnAtMs = leftAtMs.get(instance)
    return turnAtMs !== undefined && outcome === 'ok' && (firstByteAtMs ?? sentAtMs ?? Infinity) < turnAtMs && endedAtMs > turnAtMs
  })
}

/** Witnesses of one replica say nothing of how the others were taken away. */
function turnsUnseen(history: History, witnesses: readonly RequestEvent[]): string[] {
  const unseen = instancesOf(history).filter((instance) => !witnesses.some((one) => one.instance === instance))
  return unseen.length === 0 ? [] : [`no request is known to have been under way in ${listed(unseen)} when its turn came`]
}

function firstUnready(history: History, span: RollOutSpan): ReadonlyMap<InstanceId, number> {
  const first = new Map<InstanceId, number>()
  for (const { instance, fromMs } of unreadyRuns(history, instancesOf(history), span)) if (!first.has(instance)) first.set(instance, fromMs)
  for (const [instance, atMs] of replacedAtMs(history, span)) first.set(instance, Math.min(atMs, first.get(instance) ?? Infinity))
  return first
}

function notReadyAfter(history: History, span: RollOutSpan): string[] {
  const after = { fromMs: span.toMs, toMs: nextRollOutMs(history, span) }
  const unready = instancesOf(history).filter((instance) => !readinessSamples(history, instance, after).some((one) => one.outcome === 'pass'))
  return unready.length === 0 ? [] : [`${listed(unready)} ${unready.length === 1 ? 'was' : 'were'} not seen ready after the roll-out`]
}
