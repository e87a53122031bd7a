import type { DatabaseAccess } from './database-access.js'
import { defective } from '../defects.js'

export interface Job {
  readonly key: string
  readonly durationMs: number
}

/** A worker that is not heard of for so long has lost what it took. */
export const leaseMs = 2_000

/** Jobs in the primary database. A job that was accepted is on disk there. */
export class JobQueue {
  /** `worker` must be new for each start of the process: what a predecessor took is not ours. */
  constructor(
    private readonly database: DatabaseAccess,
    private readonly worker: string,
  ) {}

  /** Idempotent: the same key is one job. */
  async accept({ key, durationMs }: Job): Promise<void> {
    await this.database.write('insert into jobs (key, duration_ms) values ($1, $2) on conflict do nothing', [key, durationMs])
  }

  /** Takes up to `count` jobs that are nobody's, or whose worker is not heard of any more. */
  async take(count: number): Promise<Job[]> {
    // The defect takes a job off the queue before it is done.
    const mark = defective('drain.job-lost') ? ', done_at = now()' : ''
    return this.database.write<Job & Record<string, unknown>>(
      `update jobs set taken_by = $1, lease_until = now() + $3 * interval '1 millisecond'${mark}
       where key in (
         select key from jobs where done_at is null and (lease_until is null or lease_until < now())
         order by enqueued_at limit $2 for update skip locked)
       returning key, duration_ms as "durationMs"`,
      [this.worker, count, leaseMs],
    )
  }

  async renew(keys: readonly string[]): Promise<void> {
    await this.database.write(`update jobs set lease_until = now() + $3 * interval '1 millisecond' where key = any($2) and taken_by = $1`, [this.worker, keys, leaseMs])
  }

  /**
   * The effect of the job and its end in one statement: both happen or neither, and only while the job is still ours. So a
   * worker that was believed dead cannot do it a second time.
   */
  async complete(key: string): Promise<void> {
    const open = defective('drain.job-lost') ? '' : 'and done_at is null'
    await this.database.write(
      `with finished as (update jobs set done_at = now() where key = $2 and taken_by = $1 ${open} returning key)
       insert into effects (key, count) select key, 1 from finished
       on conflict (key) do update set count = effects.count + 1`,
      [this.worker, key],
    )
  }

  /** Only for the defect drain.job-done-twice: the effect without the end. */
  async completeUnacknowledged(key: string): Promise<void> {
    await this.database.write('insert into effects (key, count) values ($1, 1) on conflict (key) do update set count = effects.count + 1', [key])
  }

  /** Gives back everything that was taken and not done, for others to take at once. */
  async handBack(): Promise<void> {
    await this.database.write('update jobs set taken_by = null, lease_until = null where taken_by = $1 and done_at is null', [this.worker])
  }
}
