import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { listed, spanned } from '../../core/checks/counted.js'
import { greatestOf } from '../../core/extremes.js'
import { eventsOf, type History, type RequestEvent } from '../../core/history.js'
import { disturbedHarness, harnessHealth, inWindow, isUnserved, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { archivesOf, backgroundLoad, planOf, type ArchiveReading } from './experiment.js'
import { atPercentile, percentileFor } from './percentile.js'
import { endOf, nothingChanged, stallMsMax, trafficAround } from './traffic-around.js'

/** After an archive its effects may last this long and are still its own. */
const aftermathMs = 500
/** An instance that completed fewer requests in all cannot be seen to stall, or not to. */
const completionsMin = 10

/** CONF-05: traffic does not notice that archives are taken. */
export const archivingIsHarmless: Check = {
  id: 'archiving-the-configuration-is-harmless',
  requirement: 'CONF-05',
  evaluate(history, thresholds) {
    const archives = archivesOf(history, 'found')
    const toMs = endOf(history, 'burst-ended')
    const burst = toMs === undefined ? [] : archives.slice(1) // the first one was taken before the ordinary traffic it is compared with
    const [first] = burst
    if (toMs === undefined || first === undefined) return archives.length === 0 ? nothingChanged : inconclusive('no archives were taken back to back')
    const window = { fromMs: first.startedAtMs, toMs: toMs + aftermathMs }
    const unanswered = burst.filter((one) => !one.ok)
    const findings = [judgeRequests(history, thresholds, window), judgeBoots(history, window), judgePresence(history, thresholds, window), judgeStall(history, thresholds, { archives, toMs: window.toMs }), judgeLatency(history, thresholds, { burst, window })]
    const worst = findings.find((one) => one.outcome === 'failed') ?? findings.find((one) => one.outcome !== 'passed')
    if (worst?.outcome === 'failed') return worst
    if (unanswered[0] !== undefined) return inconclusive(`${unanswered.length} of ${burst.length} archives could not be taken: ${unanswered[0].error ?? ''}`)
    if (burst.some((one) => one.text.trim() === '')) return inconclusive('archives were taken and held nothing, so that nothing may have been done')
    const archivesMin = numberThreshold(thresholds, 'archives')
    if (burst.length < archivesMin) return inconclusive(`${burst.length} archives were taken back to back, needs ${archivesMin}`)
    if (worst !== undefined) return worst
    const overlapping = overlappingOf(history, burst)
    return passed(`${burst.length} archives: ${findings.map((one) => one.summary).filter((one) => one !== '').join(', ')}`, findings.flatMap((one) => one.evidence), { strength: strengthOf(overlapping.length) })
  },
}

/** Requests that were under way during an archive call or right after it. */
function overlappingOf(history: History, burst: readonly ArchiveReading[]): RequestEvent[] {
  const spans = burst.map((one) => ({ fromMs: one.startedAtMs, toMs: one.startedAtMs + one.tookMs + 50 }))
  return requestsOf(history, backgroundLoad).filter((one) => one.outcome !== 'cancelled' && spans.some((span) => one.plannedAtMs <= span.toMs && one.endedAtMs >= span.fromMs))
}

function judgeRequests(history: History, thresholds: ThresholdValues, window: Window): Finding {
  const allowed = numberThreshold(thresholds, 'failed_max')
  const traffic = trafficAround(history, window, { what: 'while archives were taken', requestsMin: 0, failedRatioMax: 0 })
  return traffic.failing.length > allowed && traffic.failure !== undefined ? traffic.failure : passed(traffic.evidence.note, [traffic.evidence])
}

function judgeBoots(history: History, window: Window): Finding {
  const boots = new Map<string, Set<string>>()
  for (const { instance, boot, endedAtMs } of requestsOf(history, backgroundLoad)) {
    if (instance === undefined || boot === undefined || endedAtMs > window.toMs) continue
    boots.set(instance, (boots.get(instance) ?? new Set()).add(boot))
  }
  const restarted = [...boots].filter(([, seen]) => seen.size > 1).map(([instance]) => instance)
  for (const event of eventsOf(history, 'platform')) {
    const known = boots.has(event.target) || planOf(history)?.instances.includes(event.target) === true
    if (event.name === 'process-started' && known && inWindow(event.atMs, window) && !restarted.includes(event.target)) restarted.push(event.target)
  }
  if (restarted.length > 0) return failed(`${listed(restarted)} was restarted while archives were taken`)
  return boots.size === 0 ? inconclusive('no answer told its instance and boot id, so that a restart would not be seen') : passed('the same boot ids')
}

/** An instance that served before and is no more served by at the end may be down: no boot id and no waiting request would tell. */
function judgePresence(history: History, thresholds: ThresholdValues, window: Window): Finding {
  const limitMs = numberThreshold(thresholds, 'stall_ms_max')
  const times = new Map<string, number[]>()
  for (const one of requestsOf(history, backgroundLoad)) {
    if (one.instance === undefined || isUnserved(one) || one.outcome === 'cancelled' || one.endedAtMs > window.toMs) continue
    times.set(one.instance, [...(times.get(one.instance) ?? []), one.endedAtMs])
  }
  const gone = [...times].filter(([, ended]) => ended.filter((atMs) => atMs < window.fromMs).length >= completionsMin && greatestOf(ended) < window.toMs - limitMs).map(([instance]) => instance)
  return gone.length === 0 ? passed('') : inconclusive(`${listed(gone)} completed requests before and none in the last ${spanned(limitMs)}`)
}

/** A stall of the harness longer than this shows in the latency of whatever was under way. */
const stallSeenMs = 30

/** For how much of a span the harness itself stood still: that much of a latency is its own. */
function ownStalls(history: History): (span: Window) => number {
  const stalls = observationsOf(history, 'event-loop-delay', 'harness').flatMap(({ atMs, value }) => {
    const { maxMs = 0, windowMs = 0 } = value as { readonly maxMs?: number; readonly windowMs?: number }
    return maxMs > stallSeenMs ? [{ fromMs: atMs - Math.max(maxMs, windowMs), toMs: atMs, maxMs }] : []
  })
  const overlapMs = (one: Window, other: Window): number => Math.max(0, Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs))
  return (span) => stalls.reduce((sum, stall) => sum + Math.min(stall.maxMs, overlapMs(stall, span)), 0)
}

/** How long our own echo server took at worst: what it shares with the service is the machine. */
const slowestEchoMs = (history: History, window: Window): number => harnessHealth(history, window).controlSlowestMs

/** A slowness that the machine, or the harness, had as well is not charged to the service. */
function unlessSlow(history: History, window: Window, { measuredMs, finding }: { readonly measuredMs: number; readonly finding: Finding }): Finding {
  const echoMs = slowestEchoMs(history, window)
  if (echoMs > measuredMs / 2) return inconclusive(`our own echo server took ${spanned(echoMs)} in the same span, so that the machine may be what was slow: ${finding.summary}`, finding.evidence)
  return disturbedHarness(history, window, stallMsMax) ?? finding
}

/** The longest time in which one instance completed no request although one was waiting. */
function judgeStall(history: History, thresholds: ThresholdValues, { archives, toMs }: { readonly archives: readonly ArchiveReading[]; readonly toMs: number }): Finding {
  // From the very first archive on: an instance that it stalled may be out of the rotation when the others are taken.
  const window = { fromMs: archives[0]?.startedAtMs ?? toMs, toMs }
  const spans = archives.map((one) => ({ fromMs: one.startedAtMs, toMs: one.startedAtMs + one.tookMs + aftermathMs }))
  const limitMs = numberThreshold(thresholds, 'stall_ms_max')
  const sent = requestsOf(history, backgroundLoad).filter((one) => !isUnserved(one) && one.outcome !== 'cancelled')
  const ownMs = ownStalls(history)
  const duringArchives = (gap: Window): number => (spans.some((span) => gap.fromMs <= span.toMs && gap.toMs >= span.fromMs) ? gap.toMs - gap.fromMs : 0)
  const gaps = longestGaps(sent, window, (gap) => Math.max(0, duringArchives(gap) - ownMs(gap)))
  const seenMs = Math.max(0, greatestOf(longestGaps(sent, window, duringArchives).map((one) => one.gapMs)))
  if (gaps.length === 0) return inconclusive('no instance completed enough requests to see a stall')
  const [longest] = gaps.sort((a, b) => b.gapMs - a.gapMs)
  if (longest === undefined) return inconclusive('no instance completed enough requests to see a stall')
  const evidence: Evidence[] = [{ note: `longest time without a completed request, of ${longest.instance}`, measured: Math.round(longest.gapMs), allowed: limitMs, unit: 'ms' }]
  // What a stall of ours may explain, it may hide as well.
  if (longest.gapMs <= limitMs && seenMs > limitMs) return inconclusive(`an instance completed no request for ${spanned(seenMs)}, of which the harness itself stood still for all but ${spanned(longest.gapMs)}`, evidence)
  if (longest.gapMs <= limitMs) return passed(`no stall longer than ${spanned(longest.gapMs)}`, evidence)
  return unlessSlow(history, window, { measuredMs: longest.gapMs, finding: failed(`${longest.instance} completed no request for ${spanned(longest.gapMs)} while archives were taken, allowed are ${spanned(limitMs)}`, evidence) })
}

/** Of each instance with enough completions for its gaps to say something. */
function longestGaps(requests: readonly RequestEvent[], window: Window, lengthOf: (gap: Window) => number): { readonly instance: string; readonly gapMs: number }[] {
  const byInstance = new Map<string, RequestEvent[]>()
  for (const one of requests) {
    const { instance = 'the service' } = one
    const known = byInstance.get(instance)
    if (known === undefined) byInstance.set(instance, [one])
    else known.push(one)
  }
  return [...byInstance].flatMap(([instance, all]) => {
    // One that stalls completes little: whether it is sent requests at all is seen over the whole load.
    if (all.length < completionsMin) return []
    const inside = all.filter((one) => one.endedAtMs >= window.fromMs && one.plannedAtMs <= window.toMs).sort((a, b) => a.endedAtMs - b.endedAtMs)
    if (inside.length === 0) return []
    // A completion ends the gap since the one before it, and only the part of it in which it was itself waiting counts.
    const gaps = inside.map((one, index) => lengthOf({ fromMs: Math.max(one.plannedAtMs, inside[index - 1]?.endedAtMs ?? window.fromMs), toMs: one.endedAtMs }))
    return [{ instance, gapMs: greatestOf(gaps) }]
  })
}

function judgeLatency(history: History, thresholds: ThresholdValues, { burst, window }: { readonly burst: readonly ArchiveReading[]; readonly window: Window }): Finding {
  const ownMs = ownStalls(history)
  const latency = (one: RequestEvent): number => one.endedAtMs - one.plannedAtMs - ownMs({ fromMs: one.plannedAtMs, toMs: one.endedAtMs })
  const overlapping = overlappingOf(history, burst)
  const min = numberThreshold(thresholds, 'overlapping_min')
  const before = requestsOf(history, backgroundLoad).filter((one) => one.endedAtMs < window.fromMs && !isUnserved(one) && one.outcome !== 'cancelled')
  const percentile = percentileFor(Math.min(overlapping.length, before.length))
  if (percentile === undefined) return inconclusive(`${overlapping.length} requests overlapped an archive and ${before.length} were sent before, which is too few to compare their latency`)
  const [ordinary, during] = [atPercentile(before.map(latency), percentile), atPercentile(overlapping.map(latency), percentile)]
  const limitMs = numberThreshold(thresholds, 'p99_factor_max') * ordinary.value + numberThreshold(thresholds, 'p99_slack_ms')
  const name = `p${Math.round(percentile * 100)}`
  const evidence: Evidence[] = [
    { note: `${name} of the latency of ${overlapping.length} requests that overlapped an archive`, measured: Math.round(during.value), allowed: Math.round(limitMs), unit: 'ms' },
    { note: `${name} before`, measured: Math.round(ordinary.value), unit: 'ms' },
  ]
  if (during.lower > limitMs) return unlessSlow(history, window, { measuredMs: during.value, finding: failed(`${name} of the latency rose from ${spanned(ordinary.value)} to ${spanned(during.value)} while archives were taken`, evidence) })
  if (overlapping.length < min) return inconclusive(`${overlapping.length} requests overlapped an archive, needs ${min}`)
  if (during.upper > limitMs) return inconclusive(`${name} of the latency while archives were taken is between ${spanned(during.lower)} and ${spanned(during.upper)}, allowed are ${spanned(limitMs)}`, evidence)
  return passed(`${name} ${spanned(during.value)} after ${spanned(ordinary.value)} before`, evidence)
}
