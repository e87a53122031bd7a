import { disturbedHarness } from '../../core/reading.js'
import { failed, inconclusive, type Finding } from '../../core/check.js'
import { listed } from '../../core/checks/counted.js'
import type { History, InstanceId } from '../../core/history.js'
import { replicaVersions, type ReplicaVersion, type RollOutSpan } from './roll-out-span.js'

/** A replica is waited for this long beyond the declared times: so much of a stall could make it late. */
const slowMsMax = 3_000

/**
 * Whether the roll-out ended, in time, with another process of the new release in the place of every replica. Null when
 * it did; otherwise the finding.
 */
export function rollOutVerdict(history: History, span: RollOutSpan, completeWithinMs: number): Finding | null {
  const { end, reads } = span
  if (!end.ok) {
    const said = end.error ?? 'no reason given'
    if (end.cause === 'intervention') return inconclusive(`the harness could not carry the roll-out on: ${said}`)
    const finding = failed(`the roll-out to ${span.release} did not succeed: ${said}`)
    // In its own procedure the harness waits, and may be what was slow.
    return end.cause === 'not-ready' ? (disturbedHarness(history, span, slowMsMax) ?? finding) : finding
  }
  const versions = replicaVersions(history, span)
  const old = versions.filter(({ after }) => after !== undefined && after.version !== reads)
  if (old.length > 0) {
    const states = old.map(({ instance, after }) => `${instance} (${after?.version})`)
    return failed(`the roll-out reported success and left ${listed(states)} off the release ${reads}`, [{ note: 'replicas on another release', measured: old.length, allowed: 0, unit: 'count' }])
  }
  const tookMs = span.toMs - span.fromMs
  if (tookMs > completeWithinMs) return failed(`the roll-out took ${Math.round(tookMs / 1_000)} s`, [{ note: 'duration of the roll-out', measured: Math.round(tookMs), allowed: completeWithinMs, unit: 'ms' }])
  if (versions.length === 0) return inconclusive('no replica is known')
  const silent = versions.filter(({ before, after }) => before === undefined || after === undefined)
  if (silent.length > 0) return inconclusive(`the version of ${listed(silent.map((one) => one.instance))} could not be read before and after the roll-out`)
  const same = versions.filter(({ before }) => before?.version === reads)
  if (same.length > 0) return inconclusive(`${listed(same.map((one) => one.instance))} ran ${reads} before the roll-out began: nothing was upgraded`)
  const kept = versions.filter(({ before, after }) => before?.boot === undefined || before.boot === after?.boot)
  if (kept.length > 0) return inconclusive(`the version of ${listed(kept.map((one) => one.instance))} changed, but nothing shows that the process was replaced`)
  const alike = answeredAsOne(versions)
  if (alike.length > 0) return inconclusive(`${listed(alike)} answered as one and the same process: what the others run is not known`)
  return null
}

/** Replicas whose readings after the roll-out, past the balancer, came from one process: addresses that lead to the same place. */
function answeredAsOne(versions: readonly ReplicaVersion[]): InstanceId[] {
  const bootOf = ({ after }: ReplicaVersion): string | undefined => after?.boot
  return versions.filter((one) => bootOf(one) !== undefined && versions.some((other) => other !== one && bootOf(other) === bootOf(one))).map(({ instance }) => instance)
}
