import { inconclusive, type Finding } from '../check.js'
import { eventsOf, type History, type RequestEvent } from '../history.js'
import { starvationsOf, starvedEjection, withoutWaits } from '../processor-waits.js'
import { countsAsLost, disturbedHarness, inWindow, numberFact, observationsOf, requestsOf, type Window } from '../reading.js'

/** A stall or slip longer than this could make requests time out, or delay the balancer, which shares the machine. */
export const stallMsMax = 1_000
/** An echo of ours that takes longer waited for a processor, and so may a service have with time-outs of its own. */
export const echoMsMax = 300

const ejectWindowOf = (history: History): number => numberFact(history, 'ejectWindowMs') ?? stallMsMax

/**
 * When the harness, or the machine it shares with the service, was too busy to be believed: it stalled, sent late, or lost
 * requests to its own echo server or had to wait long for them, or a replica had to wait for a processor. What the balancer took from a starved check stays in force for another ejection
 * window, so each span ends that much later. In order, without overlap; empty when there was no disturbance.
 */
export function disturbances(history: History, window: Window, aftermathMs = ejectWindowOf(history)): Window[] {
  const stalls = observationsOf(history, 'event-loop-delay', 'harness').flatMap((event) => {
    const { maxMs = 0, windowMs = 0 } = event.value as { readonly maxMs?: number; readonly windowMs?: number }
    return maxMs > stallMsMax ? [{ fromMs: event.atMs - Math.max(windowMs, maxMs), toMs: event.atMs }] : []
  })
  const slips = observationsOf(history, 'schedule-slip', 'harness').flatMap((event) => {
    const { slipMsMax = 0 } = event.value as { readonly slipMsMax?: number }
    return slipMsMax > stallMsMax ? [{ fromMs: event.atMs - slipMsMax, toMs: event.atMs }] : []
  })
  const echoes = requestsOf(history, 'null-control')
    .filter((one) => countsAsLost(one) || one.endedAtMs - one.plannedAtMs > echoMsMax)
    .map((one) => ({ fromMs: one.plannedAtMs, toMs: one.endedAtMs }))
  const waits = starvationsOf(history).filter(({ waitedMs }) => waitedMs > echoMsMax)
  const spans = [...stalls, ...slips, ...echoes, ...waits].map((span) => ({ fromMs: span.fromMs, toMs: span.toMs + aftermathMs }))
  return merged(spans.filter((span) => span.fromMs <= window.toMs && span.toMs >= window.fromMs))
}

function merged(spans: readonly Window[]): Window[] {
  const result: Window[] = []
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1)
    if (last === undefined || span.fromMs > last.toMs) result.push(span)
    else result[result.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) }
  }
  return result
}

/** Neither planned, under way nor ended in any of these spans. */
export const isCalm = (spans: readonly Window[]) => (request: Pick<RequestEvent, 'plannedAtMs' | 'endedAtMs'>): boolean =>
  !spans.some((span) => inWindow(request.plannedAtMs, span) || inWindow(request.endedAtMs, span) || (request.plannedAtMs < span.fromMs && request.endedAtMs > span.toMs))

/** By how much what had to happen in a window may have been late. */
export const delayMs = (spans: readonly Window[], window: Window): number =>
  spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.toMs, window.toMs) - Math.max(span.fromMs, window.fromMs)), 0)

/**
 * A failure in a disturbed window is believed only when it still is one without everything the disturbance touched:
 * `calmly` judges what is left. Otherwise nothing is known, and the finding says why. A disturbance after the window counts as well: requests
 * that were planned in it may have been under way then, and it touches no others.
 */
export function believed(finding: Finding, history: History, options: { readonly window: Window; calmly(spans: readonly Window[]): Finding }): Finding {
  if (finding.outcome !== 'failed') return finding
  const spans = disturbances(history, { fromMs: options.window.fromMs, toMs: Infinity })
  if (spans.length === 0) return finding
  const left = options.calmly(spans)
  if (left.outcome === 'failed') return left
  return disturbedHarness(history, options.window, stallMsMax) ?? inconclusive(`the harness was too busy near these failures to charge them to the service: ${finding.summary}`)
}

/**
 * The same where what `disturbedHarness` finds in the window voids the failure, whatever it touched. A disturbance after the window touches only
 * what was still under way then: `calmly` judges the rest.
 */
export function believedUnlessDisturbed(finding: Finding, history: History, options: { readonly window: Window; readonly stallMsMax: number; calmly(spans: readonly Window[]): Finding }): Finding {
  if (finding.outcome !== 'failed') return finding
  const { window, calmly } = options
  const disturbed = disturbedHarness(history, window, options.stallMsMax)
  if (disturbed !== null) return disturbed
  const later = disturbances(history, { fromMs: window.toMs, toMs: Infinity }).map((span) => ({ fromMs: Math.max(span.fromMs, window.toMs), toMs: span.toMs }))
  const left = later.length === 0 ? finding : calmly(later)
  return left.outcome === 'failed' ? left : inconclusive(`the harness was too busy near these failures to charge them to the service: ${finding.summary}`)
}

export interface UnderLoad {
  readonly window: Window
  /** What waited for a processor is served, or given up by its client, so long after the wait. */
  readonly deadlineMs: number
  /** What voids the failure, whatever it touched. */
  disturbed(history: History): Finding | null
  calmly(spans: readonly Window[]): Finding
}

/**
 * The same under a load that takes the machine to its limit, where somebody often waits for a processor: a wait excuses what it touched, and nothing else. What
 * `disturbed` finds besides waits voids the failure.
 */
export function believedUnderLoad(finding: Finding, history: History, { window, deadlineMs, disturbed, calmly }: UnderLoad): Finding {
  if (finding.outcome !== 'failed') return finding
  const other = disturbed(withoutWaits(history))
  if (other !== null) return other
  const around = { fromMs: window.fromMs, toMs: window.toMs + deadlineMs }
  const ejected = starvedEjection(history, around)
  const aftermathMs = hasLateAnswer(history, around) ? ejectWindowOf(history) : deadlineMs
  const spans = merged([...disturbances(history, around, aftermathMs), ...(ejected === undefined ? [] : [{ fromMs: ejected.fromMs, toMs: ejected.toMs + aftermathMs }])])
  if (spans.length === 0) return finding
  const left = calmly(spans)
  return left.outcome === 'failed' ? left : inconclusive(`the harness, or what it shares the machine with, was too busy near these failures to charge them to the service: ${finding.summary}`)
}

/** Whether our balancer took a replica out because an answer was late: it stays out for longer than whatever made it late. */
function hasLateAnswer(history: History, window: Window): boolean {
  for (const { name, atMs, detail } of eventsOf(history, 'platform')) if (name === 'backend-down' && typeof detail?.['lateAfterMs'] === 'number' && inWindow(atMs, window)) return true
  return false
}
