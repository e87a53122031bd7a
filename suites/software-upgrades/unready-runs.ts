import { readinessSamples, type ProbeSample } from '../../core/checks/readiness-samples.js'
import { greatestOf } from '../../core/extremes.js'
import type { History, InstanceId } from '../../core/history.js'
import type { Window } from '../../core/reading.js'

/** A span in which every readiness answer of one replica failed: it was certainly not ready from the first to the last of them. */
export interface UnreadyRun extends Window {
  readonly instance: InstanceId
  readonly samples: number
}

/** Runs of failing answers of each instance, by when the first was known and the last was asked for. */
export function unreadyRuns(history: History, instances: readonly InstanceId[], window: Window): UnreadyRun[] {
  return instances.flatMap((instance) => {
    const runs: UnreadyRun[] = []
    let run: ProbeSample[] = []
    const close = (): void => {
      const [first] = run
      const last = run.at(-1)
      if (first !== undefined && last !== undefined) runs.push({ instance, samples: run.length, fromMs: Math.min(first.atMs, last.sentAtMs), toMs: last.sentAtMs })
      run = []
    }
    for (const sample of readinessSamples(history, instance, window).sort((a, b) => a.sentAtMs - b.sentAtMs)) {
      if (sample.outcome === 'pass') close()
      else run.push(sample)
    }
    close()
    return runs
  })
}

export interface Shortage extends Window {
  readonly missing: readonly InstanceId[]
}

/** Spans of at least `durationMsMin` in which more than `missingMax` instances were certainly not ready at the same time. */
export function shortages(runs: readonly UnreadyRun[], missingMax: number, durationMsMin: number): Shortage[] {
  const edges = [...new Set(runs.flatMap((run) => [run.fromMs, run.toMs]))].sort((a, b) => a - b)
  const found: { missing: InstanceId[]; fromMs: number; toMs: number }[] = []
  edges.slice(0, -1).forEach((fromMs, index) => {
    const toMs = edges[index + 1]!
    const missing = [...new Set(runs.filter((run) => run.fromMs <= fromMs && run.toMs >= toMs).map((run) => run.instance))]
    if (missing.length <= missingMax) return
    const last = found.at(-1)
    if (last?.toMs === fromMs) Object.assign(last, { toMs, missing: [...new Set([...last.missing, ...missing])] })
    else found.push({ missing, fromMs, toMs })
  })
  return found.filter((one) => one.toMs - one.fromMs >= durationMsMin)
}

/**
 * The longest time without a reading of one replica while another was not ready, in ms: a shortage of that length could
 * be hidden in it. Infinity without two readings.
 */
export function longestGapMs(history: History, instances: readonly InstanceId[], { window, runs }: { readonly window: Window; readonly runs: readonly UnreadyRun[] }): number {
  const gaps = instances.flatMap((instance) => {
    const sent = readinessSamples(history, instance, window).map((one) => one.sentAtMs).sort((a, b) => a - b)
    if (sent.length < 2) return [Infinity]
    const others = runs.filter((run) => run.instance !== instance)
    return sent.slice(1).flatMap((toMs, index) => {
      const fromMs = sent[index]!
      return others.some((run) => run.fromMs < toMs && run.toMs > fromMs) ? [toMs - fromMs] : []
    })
  })
  return Math.max(0, greatestOf(gaps))
}
