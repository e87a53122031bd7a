import type { TrafficContext } from './context.js'
import { Pacer } from './pacer.js'

/** Of one reading; a service that hangs gets no more than this. */
const overlappingMax = 20
const durationMaxMs = 3_600_000

/** Does each reading at a fixed rate, whether its last answer is there or not. A stop waits for what is under way. */
export function startRepeatedReading(context: TrafficContext, everyMs: number, readings: readonly (() => Promise<unknown>)[]): { stop(): Promise<void> } {
  const waiting = new Set<Promise<unknown>>()
  const pacers = readings.map((read) => {
    let overlapping = 0
    const onDue = (): void => {
      if (overlapping >= overlappingMax) return
      overlapping += 1
      const reading = read().finally(() => {
        overlapping -= 1
        waiting.delete(reading)
      })
      waiting.add(reading)
    }
    return new Pacer({ ratePerSecond: 1_000 / everyMs, durationMaxMs, clock: context.clock, onDue })
  })
  const planning = pacers.map((pacer) => ({ cancel: () => pacer.stop() }))
  for (const one of planning) context.outstanding.add(one)
  return {
    stop: async () => {
      for (const pacer of pacers) pacer.stop()
      for (const one of planning) context.outstanding.delete(one)
      await Promise.all(waiting)
    },
  }
}
