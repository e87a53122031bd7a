import pg from 'pg'
import { defective } from '../defects.js'
import { plainSocket } from '../postgres/plain-socket.js'
import type { Configuration } from './configuration.js'
import { breaksConnection, statementFailure } from './database-errors.js'
import { logDebug } from './log.js'
import type { DatabaseMonitor } from './database-monitor.js'
import type { Address, Environment } from './environment.js'
import { OutcomeUnknown, Refusal, Unavailable } from './errors.js'

type Row = Record<string, unknown>
type Values = readonly unknown[]

/** Runs statements inside a transaction. */
export type Statements = <T extends Row>(text: string, values?: Values) => Promise<T[]>

/**
 * The service's ways to its data.
 *
 * - `write` and `transaction`: on the primary; they return after the commit is durable there.
 * - `strong`: a read on the primary, which sees every acknowledged write.
 * - `ordinary`: a read on the read replica, which may be up to `reads.stalenessMsMax` behind. The primary is asked
 *   instead when the read replica is down, silent or further behind, and when it has no row: a row that was just
 *   written is therefore always found. When the primary is down too, what the read replica has is the answer.
 */
export class DatabaseAccess {
  private readonly primary: pg.Pool
  private readonly replica: pg.Pool

  constructor(
    environment: Environment,
    private readonly configuration: Configuration,
    private readonly monitor: DatabaseMonitor,
  ) {
    const { primaryQueryTimeoutMs, replicaQueryTimeoutMs } = configuration.database
    this.primary = this.pool(environment.primary, primaryQueryTimeoutMs)
    this.replica = this.pool(environment.replica, replicaQueryTimeoutMs)
  }

  private pool(address: Address, queryTimeoutMs: number): pg.Pool {
    const { poolSize, connectTimeoutMs } = this.configuration.database
    const pool = new pg.Pool({
      ...address,
      ...plainSocket,
      user: 'postgres',
      database: 'postgres',
      max: poolSize,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: Math.min(connectTimeoutMs, queryTimeoutMs),
      query_timeout: queryTimeoutMs,
      // The server gives up first, so that an error it tells us about means that nothing was done.
      statement_timeout: Math.max(1, queryTimeoutMs - 100),
      keepAlive: true,
    })
    pool.on('error', () => {}) // an idle connection was cut: the pool makes a new one
    pool.on('connect', (client) => client.on('error', () => {})) // the query that runs is rejected, which is enough
    return pool
  }

  async write<T extends Row>(text: string, values: Values = []): Promise<T[]> {
    if (defective('repl.writes-try-replica-first')) await this.onReplica(text, values).catch(() => {})
    return this.onClient(this.primary, (client) => query<T>(client, text, values))
  }

  async strong<T extends Row>(text: string, values: Values = []): Promise<T[]> {
    return asRead(() => this.onClient(this.primary, (client) => query<T>(client, text, values)))
  }

  /** Only what the defects send there that does not belong there; reads come through `ordinary`. */
  onReplica<T extends Row>(text: string, values: Values): Promise<T[]> {
    return this.onClient(this.replica, (client) => query<T>(client, text, values))
  }

  async ordinary<T extends Row>(text: string, values: Values = []): Promise<T[]> {
    if (defective('repl.reads-pinned-to-primary')) return this.strong<T>(text, values)
    if (defective('repl.primary-loss-kills-reads')) await this.strong('select 1')
    const fromReplica = () => asRead(() => this.onReplica<T>(text, values))
    const failsOver = !defective('repl.no-read-failover')
    if (!failsOver && this.monitor.replica.state === 'down') return fromReplica()
    if (this.replicaIsFresh()) {
      const rows = await (failsOver ? fromReplica().catch(() => []) : fromReplica())
      if (rows.length > 0) return rows
      return this.strong<T>(text, values)
    }
    if (this.monitor.primary.state !== 'down' || this.monitor.replica.state !== 'up') return this.strong<T>(text, values)
    const rows = await fromReplica()
    // With the primary away, "no row" cannot be told from "not replicated yet": that must not become a 404.
    if (rows.length === 0) throw new Unavailable('the primary database is down and the read replica does not have it')
    return rows
  }

  private replicaIsFresh(): boolean {
    if (defective('repl.serves-unbounded-stale')) return this.monitor.replica.state === 'up'
    return this.monitor.replica.state === 'up' && this.monitor.stalenessMs() <= this.configuration.reads.stalenessMsMax
  }

  /** Commits when `work` returns and rolls back when it throws. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.onClient(this.primary, async (client) => {
      let committing = false
      try {
        await client.query('begin')
        const result = await work((text, values = []) => query(client, text, values))
        committing = true
        await client.query('commit')
        return result
      } catch (error) {
        if (committing) throw statementFailure(error)
        await client.query('rollback').catch(() => {})
        // Before the commit nothing is done, whatever became of the connection.
        throw error instanceof OutcomeUnknown ? new Unavailable(error.message, { cause: error }) : error
      }
    })
  }

  /** Opens connections before requests need them. The read replica is optional. */
  async warmUp(): Promise<void> {
    const open = (pool: pg.Pool) => Promise.all([1, 2, 3].map(() => this.onClient(pool, (client) => query(client, 'select 1', []))))
    await Promise.all([open(this.primary), open(this.replica).catch(() => {})])
  }

  async close(): Promise<void> {
    await Promise.all([this.primary.end(), this.replica.end()])
  }

  private async onClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (pool === this.primary && this.monitor.primaryIsGone()) {
      throw new Unavailable(`the primary database is down: ${this.monitor.primary.output ?? ''}`)
    }
    let client: pg.PoolClient
    try {
      client = await pool.connect()
    } catch (error) {
      throw new Unavailable(`the database cannot be reached: ${(error as Error).message}`, { cause: error })
    }
    let broken = false
    try {
      return await (pool === this.primary ? this.unlessGone(work(client)) : work(client))
    } catch (error) {
      broken = !(error instanceof Refusal) && breaksConnection((error as Error).cause ?? error)
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** A statement that the primary does not answer is given up when the primary counts as gone. Whether it was done is not known. */
  private unlessGone<T>(work: Promise<T>): Promise<T> {
    let stop = (): void => {}
    const gone = new Promise<never>((_, reject) => {
      stop = this.monitor.onPrimaryGone(() => reject(new OutcomeUnknown('no answer from the primary database, which is down')))
    })
    return Promise.race([work, gone]).finally(stop)
  }
}

async function query<T extends Row>(client: pg.PoolClient, text: string, values: Values): Promise<T[]> {
  logDebug('database', 'statement', () => ({ statement: text.trim().slice(0, 100) }))
  try {
    return (await client.query<T>(text, [...values])).rows
  } catch (error) {
    throw statementFailure(error)
  }
}

/** A read has no effect whose outcome could be unknown. */
async function asRead<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw error instanceof OutcomeUnknown ? new Unavailable(error.message, { cause: error }) : error
  }
}
