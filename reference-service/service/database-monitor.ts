import pg from 'pg'
import { defective } from '../defects.js'
import { plainSocket } from '../postgres/plain-socket.js'
import type { Configuration } from './configuration.js'
import type { Address } from './environment.js'
import { log } from './log.js'

/** State of one database as this replica sees it over its own network path. */
export interface DatabaseState {
  /** `unknown` until the first check. */
  readonly state: 'unknown' | 'up' | 'down'
  readonly sinceMs: number
  readonly output?: string
}

interface Sample {
  readonly atMs: number
  readonly position: bigint
}

const unknown: DatabaseState = { state: 'unknown', sinceMs: 0 }
/** A database that has been down for so long is not asked any more by requests: they would only wait. */
const goneMs = 500
/** The read replica knows of the primary by what it received from it within this time: twice the pause between two messages. */
const hearsWithin = '2 s'
const replicaStatement = `
  select coalesce(pg_last_wal_replay_lsn()::text, '') || ' ' || (select count(*) from pg_stat_wal_receiver
    where status = 'streaming' and last_msg_receipt_time > now() - interval '${hearsWithin}') as answer`
/** Long enough for the read replica to notice as well that the primary is gone. */
const alonePatienceMs = 1_000

/** Position in the write-ahead log, '16/B374D848' -> number. */
export function logPosition(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)
}

/** A connection of its own: requests that fill the pool must not make the database look down. */
class Probe {
  private client: pg.Client | undefined
  /** Whether a connection that worked was lost. */
  wasCut = false

  constructor(
    private readonly address: Address,
    private readonly timeoutMs: number,
  ) {}

  /** Answers the only column of the only row. Rejects within the timeout when the path is silent. */
  async ask(statement: string): Promise<string | null> {
    const client = (this.client ??= await this.connect())
    try {
      const { rows } = await client.query<{ answer: string | null }>(statement)
      return rows[0]?.answer ?? null
    } catch (error) {
      this.wasCut = true
      this.close()
      throw error
    }
  }

  private async connect(): Promise<pg.Client> {
    const { timeoutMs, address } = this
    const client = new pg.Client({
      ...address,
      ...plainSocket,
      user: 'postgres',
      database: 'postgres',
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    })
    client.on('error', () => {
      this.wasCut = true
      if (this.client === client) this.close()
    })
    await client.connect()
    return client
  }

  close(): void {
    void this.client?.end().catch(() => {})
    this.client = undefined
  }
}

/**
 * Asks both databases at a short interval, in the background, so that health answers are quick and right also when a
 * connection is silent. Knows how stale a read from the read replica may be: everything that was committed when the
 * primary told a position is visible on a replica that has replayed up to it.
 */
export class DatabaseMonitor {
  primary: DatabaseState = unknown
  replica: DatabaseState = unknown
  private readonly failures = { primary: 0, replica: 0 }
  private replicaHearsPrimary = false
  private readonly waiting = new Set<() => void>()
  private readonly samples: Sample[] = []
  private replayed = 0n
  private readonly probes: { readonly primary: Probe; readonly replica: Probe }

  constructor(
    addresses: { readonly primary: Address; readonly replica: Address },
    private readonly settings: Configuration['monitor'],
  ) {
    const { timeoutMs } = settings
    this.probes = { primary: new Probe(addresses.primary, timeoutMs), replica: new Probe(addresses.replica, timeoutMs) }
  }

  start(): void {
    const watch = (name: 'primary' | 'replica', check: () => Promise<void>): void => {
      const next = async (): Promise<void> => {
        const startedAtMs = performance.now()
        await this.checkOnce(name, check)
        setTimeout(next, Math.max(0, this.settings.intervalMs - (performance.now() - startedAtMs))).unref()
      }
      void next()
    }
    watch('primary', () => this.checkPrimary())
    watch('replica', () => this.checkReplica())
  }

  /** Longest time since something was committed that a read from the read replica may not see yet. */
  stalenessMs(): number {
    const seen = this.samples.findLast(({ position }) => position <= this.replayed)
    return seen === undefined ? Infinity : performance.now() - seen.atMs
  }

  primaryIsGone(): boolean {
    return this.primary.state === 'down' && performance.now() - this.primary.sinceMs > goneMs
  }

  /** Calls `giveUp` when the primary counts as gone, so that nothing waits for an answer that does not come. Returns how to stop that. */
  onPrimaryGone(giveUp: () => void): () => void {
    this.waiting.add(giveUp)
    return () => this.waiting.delete(giveUp)
  }

  /**
   * Whether the primary is gone for everybody, and reads go on without it. When the read replica still hears it, only this
   * process has lost it, and others serve better.
   */
  readOnly(): boolean {
    if (this.primary.state !== 'down' || this.replica.state !== 'up') return false
    return !this.replicaHearsPrimary || performance.now() - this.primary.sinceMs < alonePatienceMs
  }

  private async checkOnce(name: 'primary' | 'replica', check: () => Promise<void>): Promise<void> {
    try {
      await check()
      this.failures[name] = 0
      this.change(name, 'up')
    } catch (error) {
      const { message } = error as Error
      // Down only after some failures in a row: one slow answer of a busy machine is not an outage.
      if (++this.failures[name] >= this.settings.failuresUntilDown) this.change(name, 'down', message)
    }
  }

  private change(name: 'primary' | 'replica', seen: 'up' | 'down', output?: string): void {
    const before = this[name]
    // However short it was away: a fresh one may be there before anybody has noticed.
    const state = defective('swap.newcomer-idle') && name === 'replica' && this.probes.replica.wasCut ? 'down' : seen
    const changed = before.state !== state
    if (changed) log(`database ${name} is ${state}`, output === undefined ? {} : { output })
    if (changed && name === 'primary' && state === 'down') setTimeout(() => this.giveUpWaiting(), goneMs + 1).unref()
    this[name] = { state, sinceMs: changed ? performance.now() : before.sinceMs, ...(output === undefined ? {} : { output }) }
  }

  private giveUpWaiting(): void {
    if (this.primaryIsGone()) for (const giveUp of [...this.waiting]) giveUp()
  }

  private async checkPrimary(): Promise<void> {
    const atMs = performance.now()
    const position = await this.probes.primary.ask('select case when pg_is_in_recovery() then null else pg_current_wal_flush_lsn() end as answer')
    if (position === null) throw new Error('it is in recovery, so it takes no writes')
    this.samples.push({ atMs, position: logPosition(position) })
    if (this.samples.length > 40) this.samples.shift()
  }

  private async checkReplica(): Promise<void> {
    const [position = '', hears] = ((await this.probes.replica.ask(replicaStatement)) ?? '').split(' ')
    if (position !== '') this.replayed = logPosition(position)
    this.replicaHearsPrimary = hears === '1'
  }
}
