import { z } from 'zod'
import type { Queue, Schedule } from '../../core/declarations/work.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs, operationOf, valueProbeOf } from '../descriptor-from-parts.js'
import { duration, operation, pointer, valueProbe } from '../descriptor-parts.js'
import { mentions } from '../descriptor-placeholders.js'

export const queueSection = z.strictObject({
  enqueue: operation.describe('accepts one job, with {key} in it; its effect says how often that job was done'),
  running: valueProbe.describe('how many jobs the asked replica has taken and not yet done, such as "GET /jobs/running#/running"'),
  duration: duration.describe('a job takes at least this long'),
  delivery: z.enum(['exactly-once', 'at-least-once']).default('exactly-once'),
  redelivery: duration.default('30s').describe('by then a job whose worker has vanished is given to another one'),
})
export type QueueDocument = z.infer<typeof queueSection>

export const scheduleSection = z.strictObject({
  period: duration,
  effects: valueProbe.describe('the list of what was done, at least the last 100 entries, such as "GET /schedule#/done"'),
  slot: pointer.describe('in an entry: which period it was done for'),
  instance: pointer.describe('in an entry: which replica did it, as in the identity header'),
})
export type ScheduleDocument = z.infer<typeof scheduleSection>

/** Throws DescriptorContradiction. */
export function queueOf(document: QueueDocument): Queue {
  const enqueue = operationOf('queue.enqueue', document.enqueue, 0)
  if (enqueue.effect === undefined) throw new DescriptorContradiction(['queue', 'enqueue'], 'declares no effect: nobody could tell how often a job was done')
  if (!mentions(enqueue.effect.path, 'key')) throw new DescriptorContradiction(['queue', 'enqueue', 'effect'], 'expected the placeholder {key}: every job would have the same effect')
  if (!mentions([enqueue.path, enqueue.body ?? null], 'key')) throw new DescriptorContradiction(['queue', 'enqueue'], 'expected the placeholder {key} in the path or the body: every job would be the same')
  return {
    enqueue,
    running: valueProbeOf(document.running),
    durationMs: durationMs(document.duration),
    delivery: document.delivery,
    redeliveryMs: durationMs(document.redelivery),
  }
}

/** Throws DescriptorContradiction. */
export function scheduleOf(document: ScheduleDocument): Schedule {
  const periodMs = durationMs(document.period)
  if (periodMs <= 0) throw new DescriptorContradiction(['schedule', 'period'], `found ${document.period}, expected more than 0`)
  return { periodMs, effects: valueProbeOf(document.effects), slotPointer: document.slot, instancePointer: document.instance }
}
