import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { TrafficContext } from './context.js'

const everyMs = 200
const resolutionMs = 5
const toMs = (nanoseconds: number): number => Math.max(0, Math.round(nanoseconds / 1e4) / 100 - resolutionMs)

/** Records how long the harness itself stalled: observations `event-loop-delay` { maxMs, p99Ms, windowMs }. */
export function startLoopDelay(context: TrafficContext): { stop(): void } {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  let lastAtMs = context.clock()
  const report = (): void => {
    const atMs = context.clock()
    const windowMs = Math.round(atMs - lastAtMs)
    // A stall that has just ended may not have reached the histogram yet, but made this timer late.
    const lateMs = Math.max(0, windowMs - everyMs)
    const maxMs = histogram.count === 0 ? lateMs : Math.max(toMs(histogram.max), lateMs)
    const p99Ms = histogram.count === 0 ? lateMs : toMs(histogram.percentile(99))
    context.observe('event-loop-delay', 'harness', { maxMs, p99Ms, windowMs })
    histogram.reset()
    lastAtMs = atMs
  }
  const timer = setInterval(report, everyMs)
  timer.unref()
  return {
    stop: () => {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
