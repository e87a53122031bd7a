import type { FastifyInstance } from 'fastify'
import type { DatabaseAccess } from './database-access.js'
import type { Identity } from './identity.js'
import { JobQueue } from './job-queue.js'
import { JobWorker } from './job-worker.js'
import { jobRoutes } from './jobs.js'
import { log } from './log.js'
import type { LookOut } from './look-out.js'
import { Schedule, scheduleRoutes } from './schedule.js'

/** What a replica does without being asked: jobs from the queue, and its part of the schedule. */
export class BackgroundWork {
  private readonly queue: JobQueue
  private readonly worker: JobWorker
  private readonly schedule: Schedule

  constructor(
    private readonly database: DatabaseAccess,
    { instance, boot }: Identity,
  ) {
    this.queue = new JobQueue(database, boot)
    this.worker = new JobWorker(this.queue)
    this.schedule = new Schedule(database, instance)
  }

  start(lookOut: LookOut): void {
    this.worker.start()
    this.schedule.follow(lookOut)
    lookOut.tell(({ jobs }) => {
      if (jobs) this.worker.wake()
    })
  }
  /** Nothing new is begun; what is running goes on. */
  pause(): void {
    this.worker.pause()
    this.schedule.pause()
  }
  resume(): void {
    this.worker.resume()
    this.schedule.resume()
  }
  /** Whether no job was running at some moment before `timeoutMs` was over. */
  emptyWithin(timeoutMs: number): Promise<boolean> {
    return this.worker.emptyWithin(timeoutMs)
  }
  /** What is still running is ended without an effect, for others to take. */
  async handBack(): Promise<void> {
    if (this.worker.count > 0) await this.worker.handBack().catch((error: Error) => log('jobs were not handed back', { error: error.message }))
  }

  routes(app: FastifyInstance): void {
    jobRoutes(app, this.queue, this.worker)
    scheduleRoutes(app, this.database)
  }
}
