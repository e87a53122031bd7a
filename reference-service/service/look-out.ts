import type { DatabaseAccess } from './database-access.js'

/** What a replica finds when it looks. */
export interface News {
  /** Number of the newest configuration; 0n as long as nobody has changed it. */
  readonly revision: bigint
  /** Whether there are jobs that are nobody's. */
  readonly jobs: boolean
  /** Whether the schedule is this replica's, or nobody's. */
  readonly schedule: boolean
}

const everyMs = 500
const question = `
  select (select coalesce(max(revision), 0) from configurations)::text as revision,
    exists (select from jobs where done_at is null and (lease_until is null or lease_until < now())) as jobs,
    exists (select from schedule where holder = $1 or lease_until < now()) as schedule`

/**
 * Twice a second, just after the turn of each half, one question to the primary about everything that a replica does without being
 * asked. Everything else is asked and done only when there is something: a replica that has nothing to do costs next to nothing.
 */
export class LookOut {
  private readonly listeners: ((news: News) => void)[] = []

  constructor(
    private readonly database: DatabaseAccess,
    private readonly instance: string,
  ) {}

  tell(listener: (news: News) => void): void {
    this.listeners.push(listener)
  }

  /** For as long as the process lives. While the database cannot be asked, nobody is told anything. */
  start(): void {
    const next = (): void => void setTimeout(() => void this.look().catch(() => {}).then(next), everyMs - (Date.now() % everyMs) + 20).unref()
    next()
  }

  private async look(): Promise<void> {
    const [found] = await this.database.strong<{ revision: string; jobs: boolean; schedule: boolean }>(question, [this.instance])
    if (found === undefined) return
    const news = { ...found, revision: BigInt(found.revision) }
    for (const listener of this.listeners) listener(news)
  }
}
