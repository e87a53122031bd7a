import { inconclusive, type Finding } from '../../core/check.js'
import { leastOf } from '../../core/extremes.js'
import { eventsOf, type History, type InstanceId } from '../../core/history.js'
import type { ReadValue } from '../../core/procedure.js'
import { factOf, inWindow, observationsOf, type Window } from '../../core/reading.js'
import { probes } from './names.js'
import type { UnreadyRun } from './unready-runs.js'
import { rollOutProbe, type RollOutEnd, type RollOutSighting, type RollOutWay } from './roll-out.js'

/** One roll-out as it was recorded. */
export interface RollOutSpan extends Window {
  readonly release: string
  /** What the version of a replica of this release reads as. */
  readonly reads: string
  readonly by: RollOutWay
  readonly instances: readonly InstanceId[]
  readonly end: RollOutEnd
}

/** Undefined: it was never begun, or never seen to end. */
export function rollOutSpan(history: History, label: string): RollOutSpan | undefined {
  let begun: (Extract<RollOutSighting, { phase: 'begun' }> & { readonly atMs: number }) | undefined
  for (const { value, atMs } of observationsOf(history, rollOutProbe, label)) {
    const sighting = value as RollOutSighting
    if (sighting.phase === 'begun') begun = { ...sighting, atMs }
    else if (begun !== undefined) return { ...begun, fromMs: begun.atMs, toMs: atMs, end: sighting }
  }
  return undefined
}

/** The whole of it: also half of it that went before under another label, unless a platform made that, which was taken back before. */
export function wholeSpan(history: History, label: string, half: string): RollOutSpan | Finding {
  const span = rollOutSpan(history, label)
  if (span === undefined) return inconclusive('the roll-out was not begun, or not seen to end')
  const before = rollOutSpan(history, half)
  return { ...span, fromMs: before === undefined || before.by === 'platform' ? span.fromMs : Math.min(span.fromMs, before.fromMs) }
}
export const isFinding = (value: object): value is Finding => 'outcome' in value

export interface ReplicaVersion {
  readonly instance: InstanceId
  readonly before: { readonly version: string; readonly boot: string | undefined } | undefined
  readonly after: { readonly version: string; readonly boot: string | undefined } | undefined
}

/** When the next roll-out begins: what is seen from then on is not the doing of this one. */
export function nextRollOutMs(history: History, span: Window): number {
  const later = observationsOf(history, rollOutProbe).filter(({ value, atMs }) => (value as RollOutSighting).phase === 'begun' && atMs > span.toMs)
  return Math.min(Infinity, leastOf(later.map(({ atMs }) => atMs)))
}

/** What each replica said of its release before the roll-out began, and after it had ended, in its own answers. */
export function replicaVersions(history: History, span: Window): ReplicaVersion[] {
  const untilMs = nextRollOutMs(history, span)
  return instancesOf(history).map((instance) => {
    const readings = observationsOf(history, probes.version, instance).flatMap(({ value, atMs, sentAtMs = atMs }) => {
      const read = value as ReadValue
      return read.outcome === 'read' ? [{ version: String(read.value), boot: read.boot, atMs, sentAtMs }] : []
    })
    return { instance, before: readings.findLast(({ atMs }) => atMs <= span.fromMs), after: readings.findLast(({ sentAtMs }) => sentAtMs >= span.toMs && sentAtMs < untilMs) }
  })
}

export const instancesOf = (history: History): readonly InstanceId[] => (factOf(history, 'instances') as readonly InstanceId[] | undefined) ?? []

/**
 * When a platform put another process in the place of a replica, for the first time in the span. It may have been ready by then: then nobody
 * sees a replica that is not.
 */
export function replacedAtMs(history: History, span: RollOutSpan): ReadonlyMap<InstanceId, number> {
  const found = new Map<InstanceId, number>()
  if (span.by !== 'platform') return found
  for (const { name, target, atMs } of eventsOf(history, 'platform')) if (name === 'process-started' && inWindow(atMs, span) && !found.has(target)) found.set(target, atMs)
  return found
}

/**
 * Spans in which a platform sent nothing to a replica. One that is told to go may answer that it is ready for as long as it is there, and serves nobody who
 * comes new.
 */
export function unservedRuns(history: History, span: RollOutSpan): UnreadyRun[] {
  const runs: UnreadyRun[] = []
  if (span.by !== 'platform') return runs
  const since = new Map<InstanceId, number>()
  const close = (instance: InstanceId, toMs: number): void => {
    const fromMs = since.get(instance)
    since.delete(instance)
    if (fromMs !== undefined && toMs > span.fromMs && fromMs < span.toMs) runs.push({ instance, samples: 0, fromMs: Math.max(fromMs, span.fromMs), toMs: Math.min(toMs, span.toMs) })
  }
  for (const { name, target, atMs, detail } of eventsOf(history, 'platform')) {
    // What our own look at a balancer that is not ours takes it for is no word of the platform.
    if (detail?.['seenBy'] !== undefined) continue
    if (name === 'backend-down') since.set(target, since.get(target) ?? atMs)
    if (name === 'backend-up') close(target, atMs)
  }
  for (const instance of [...since.keys()]) close(instance, Infinity)
  return runs
}
