import type { TrafficContext } from './context.js'

const tickMs = 5
const windowMsAim = 200
const rounded = (ms: number): number => Math.round(ms * 100) / 100

/**
 * Records how long the harness itself stalled: observations `event-loop-delay` { maxMs, p99Ms, windowMs }. A chain
 * of timers of our own, because the histogram of perf_hooks forgets a stall that goes on while it is reset.
 */
export function startLoopDelay(context: TrafficContext): { stop(): void } {
  let lateMs: number[] = []
  let windowFromMs = context.clock()
  let dueAtMs = windowFromMs + tickMs
  let timer: NodeJS.Timeout
  const tick = (): void => {
    const atMs = context.clock()
    lateMs.push(Math.max(0, atMs - dueAtMs))
    if (atMs - windowFromMs >= windowMsAim) {
      lateMs.sort((a, b) => a - b)
      const p99Ms = lateMs[Math.ceil(lateMs.length * 0.99) - 1] ?? 0
      context.observe('event-loop-delay', 'harness', { maxMs: rounded(lateMs.at(-1) ?? 0), p99Ms: rounded(p99Ms), windowMs: Math.round(atMs - windowFromMs) })
      lateMs = []
      windowFromMs = atMs
    }
    arm(atMs)
  }
  const arm = (atMs: number): void => {
    dueAtMs = atMs + tickMs
    timer = setTimeout(tick, tickMs)
    timer.unref()
  }
  arm(windowFromMs)
  return { stop: () => clearTimeout(timer) }
}
