import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import type { DatabaseAccess } from './database-access.js'
import { log } from './log.js'
import type { LookOut } from './look-out.js'

const periodMs = 500
/** A holder that is not heard of for so long is followed by another replica. */
const leaseMs = 1_000
/** What was missed longer ago is not made up for. */
const slotsMax = 100
const listedMax = 120

/**
 * Work that is due once a period. All replicas try; the one that holds the lease does what is due since it was last
 * done, so nothing is left out when the holder changes. Lease, mark and work are one statement: a replica that hangs cannot
 * keep the row locked, and two can never do the same period.
 */
const dueWork = `
  with due as (
    select last_slot, floor(extract(epoch from now()) * 1000 / $2)::bigint as slot from schedule
    where name = 'tidying' and (holder = $1 or lease_until < now()) for update),
  taken as (
    update schedule set holder = $1, lease_until = now() + $3 * interval '1 millisecond', last_slot = due.slot
    from due where name = 'tidying' returning 1)
  insert into scheduled_work (slot, done_by)
  select generate_series(greatest(coalesce(due.last_slot + 1, due.slot), due.slot - $4), due.slot), $1 from due where exists (select from taken)`

/** The defect: every replica does the work of every period. */
const dueWorkOfEach = `
  insert into scheduled_work (slot, done_by)
  select slot, $1 from (select floor(extract(epoch from now()) * 1000 / $2)::bigint as slot) due
  where $3::int + $4::int > 0 and not exists (select from scheduled_work done where done.slot = due.slot and done_by = $1)`

export class Schedule {
  private paused = false
  private failing = false

  constructor(
    private readonly database: DatabaseAccess,
    private readonly instance: string,
  ) {}

  /** All replicas hear of it once a period; those that hear that it is another's do nothing. */
  follow(lookOut: LookOut): void {
    lookOut.tell(({ schedule }) => {
      if (this.paused || (!schedule && !defective('rdnd.cron-per-replica'))) return
      void this.tick()
    })
  }
  /** A replica that leaves lets its lease run out. */
  pause(): void {
    this.paused = true
  }
  resume(): void {
    this.paused = false
  }

  private async tick(): Promise<void> {
    try {
      await this.database.write(defective('rdnd.cron-per-replica') ? dueWorkOfEach : dueWork, [this.instance, periodMs, leaseMs, slotsMax])
      this.failing = false
    } catch (error) {
      if (!this.failing) log('scheduled work was not done', { error: (error as Error).message })
      this.failing = true
    }
  }
}

export function scheduleRoutes(app: FastifyInstance, database: DatabaseAccess): void {
  app.get('/schedule', async () => ({
    periodMs,
    done: await database.strong(`select slot::float8 as slot, done_by as "by", done_at as "at" from scheduled_work order by id desc limit ${listedMax}`),
  }))
}
