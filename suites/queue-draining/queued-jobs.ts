import type { Queue } from '../../core/declarations/work.js'
import type { InstanceId } from '../../core/history.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { atJsonPointer } from '../../core/json-pointer.js'
import type { Operation } from '../../core/service-descriptor.js'
import { jobsRunningProbe, loads } from './names.js'

/** Tries to have enough jobs running on the replica; each adds as many jobs again. */
const batchesMax = 3
const runningWithinMs = 1_500
const runningEveryMs = 20
const readersAtOnce = 10
const pollMs = 200
/** The last part of the jobs is accepted after the drain, just before the stop: no drained worker may take them along. */
const lateShare = 0.25

/** Jobs that are accepted before a drain and before the stop that follows it, and how often each of them was done. */
export class QueuedJobs {
  private readonly keys: string[] = []
  private readonly accepting: Promise<void>[] = []
  private lastAcceptedAtMs = 0
  private readonly effect: Operation

  constructor(
    private readonly context: ScenarioContext,
    private readonly queue: Queue,
    private readonly target: InstanceId,
  ) {
    this.effect = effectOperation(queue)
    context.fact('queue', { durationMs: queue.durationMs, delivery: queue.delivery, redeliveryMs: queue.redeliveryMs })
  }

  /** Accepts jobs until enough of them run on the replica that is about to be drained. */
  async acceptUntilRunning(): Promise<void> {
    const { context } = this
    const count = Math.ceil(context.threshold('DRAIN-10', 'jobs') * (1 - lateShare))
    const needed = context.threshold('DRAIN-10', 'running_at_drain_min')
    context.step(`queueing jobs until at least ${needed} run on ${this.target}`)
    for (let batch = 0; batch < batchesMax; batch++) {
      // Not after all have been accepted: by then the first of them may be done.
      this.accept(count)
      if (await this.untilRunning(needed)) return
    }
  }

  /** A draining worker takes no more, so what runs on it now was running when it was told to drain. */
  async readRunning(): Promise<void> {
    await this.context.traffic.readValue({ name: jobsRunningProbe, probe: this.queue.running, via: this.target, timeoutMs: 500 })
  }

  /** The rest of the jobs. */
  async acceptLate(): Promise<void> {
    const missing = this.context.threshold('DRAIN-10', 'jobs') - this.keys.length
    this.accept(Math.max(missing, Math.ceil(this.context.threshold('DRAIN-10', 'jobs') * lateShare)))
    await Promise.all(this.accepting)
  }

  /** Reads how often each job was done until all were, and once more when whatever is given to another worker has been. */
  async readEffects(): Promise<void> {
    const { context } = this
    context.step('reading how often each job was done')
    const limitMs = completeLimitMs(context.threshold('DRAIN-10', 'complete_within_s'), this.queue, this.keys.length)
    const untilMs = this.lastAcceptedAtMs + limitMs
    let open: readonly string[] = this.keys
    while (open.length > 0 && context.now() < untilMs) {
      open = await this.readThese(open)
      if (open.length > 0) await context.pause(pollMs)
    }
    await context.pause(Math.max(0, this.lastAcceptedAtMs + this.queue.redeliveryMs + this.queue.durationMs - context.now()))
    await this.readThese(this.keys)
  }

  private accept(count: number): void {
    const { context, queue } = this
    const keys = Array.from({ length: count }, () => context.traffic.newKey())
    this.keys.push(...keys)
    const sent = keys.map((key) => context.traffic.send({ load: loads.jobs, operation: queue.enqueue, via: 'balancer', key }))
    const accepted = Promise.all(sent).then(() => void (this.lastAcceptedAtMs = context.now()))
    accepted.catch(() => {}) // told by whoever waits for it
    this.accepting.push(accepted)
  }

  /** No pause longer than a few ms between the reading that is enough and what is done next: jobs do not wait. */
  private async untilRunning(needed: number): Promise<boolean> {
    const { context, queue, target } = this
    const deadlineMs = context.now() + runningWithinMs
    while (context.now() < deadlineMs) {
      const { value } = await context.traffic.readValue({ name: jobsRunningProbe, probe: queue.running, via: target, timeoutMs: 500 })
      if (typeof value === 'number' && value >= needed) return true
      await context.pause(runningEveryMs)
    }
    return false
  }

  /** Those that have not been seen to be done. */
  private async readThese(keys: readonly string[]): Promise<string[]> {
    const { context, effect: operation } = this
    const open: string[] = []
    for (let from = 0; from < keys.length; from += readersAtOnce) {
      await Promise.all(
        keys.slice(from, from + readersAtOnce).map(async (key) => {
          const { outcome, body } = await context.traffic.send({ load: loads.jobEffects, operation, via: 'balancer', key })
          if (outcome !== 'ok' || !isDone(body, this.queue)) open.push(key)
        }),
      )
    }
    return open
  }
}

/** Longest time until every job is done: the requirement's own limit, or what the declared times allow for when that is shorter. */
export function completeLimitMs(limitSeconds: number, queue: { readonly durationMs: number; readonly redeliveryMs: number }, jobs: number): number {
  return Math.min(limitSeconds * 1_000, 4 * (queue.redeliveryMs + queue.durationMs) + jobs * queue.durationMs)
}

/** A read of how often one job was done; the number is kept with each request. */
function effectOperation({ enqueue }: Queue): Operation {
  return {
    name: 'queue.effect',
    method: 'GET',
    path: enqueue.effect?.path ?? '',
    headers: {},
    expect: { status: [], json: {} },
    mutates: false,
    timeoutMs: 2_000,
    weight: 0,
    streams: false,
    holdsBody: false,
    capture: { count: { pointer: enqueue.effect?.pointer ?? '' } },
  }
}

function isDone(body: unknown, { enqueue }: Queue): boolean {
  const count = atJsonPointer(body, enqueue.effect?.pointer ?? '')
  return typeof count === 'number' && count > 0
}
