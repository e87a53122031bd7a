import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { plainSocket } from './plain-socket.js'
import { giveTo } from './run-as.js'
import type { RunAs } from './run-as.js'
import { TarExtractor } from './tar-extractor.js'

export interface BaseBackupOptions {
  readonly host: string
  readonly port: number
  /** Must not exist; is complete when the promise resolves. */
  readonly directory: string
  readonly owner: RunAs
}

/** What the connection of `pg` offers to a query object of our own. */
interface WireConnection {
  query(text: string): void
}

/**
 * The answer to BASE_BACKUP: result sets with positions, and between them a stream of CopyData messages whose first
 * byte tells their kind: n = a new archive begins, d = data of the archive, p = progress, m = manifest begins.
 * Source: PostgreSQL 18 manual, Streaming Replication Protocol.
 */
class BaseBackupQuery {
  readonly finished: Promise<void>
  private resolve: () => void = () => {}
  private reject: (error: Error) => void = () => {}
  private failed = false

  constructor(private readonly extractor: TarExtractor) {
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
  submit(connection: WireConnection): void {
    connection.query(`BASE_BACKUP (LABEL 'standby', CHECKPOINT 'fast', WAL true, MANIFEST 'no')`)
  }
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    // What still arrives after a failure must not be written: the next attempt may have begun.
    if (this.failed || chunk[0] !== 'd'.charCodeAt(0)) return
    this.attempt(() => this.extractor.write(chunk.subarray(1)))
  }
  handleReadyForQuery(): void {
    this.attempt(() => this.extractor.end())
    if (!this.failed) this.resolve()
  }
  handleError(error: Error): void {
    this.failed = true
    this.reject(error)
  }
  private attempt(step: () => void): void {
    try {
      step()
    } catch (error) {
      this.handleError(error as Error)
    }
  }
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
}

/** Copies a running primary over its replication protocol into a standby's data folder. */
export async function takeBaseBackup({ host, port, directory, owner }: BaseBackupOptions): Promise<void> {
  await overReplication({ host, port }, async (client) => {
    mkdirSync(directory, { mode: 0o700 })
    giveTo(owner, directory)
    await client.query(new BaseBackupQuery(new TarExtractor(directory, owner))).finished
    makeStandby(directory, owner)
  })
}

/** A cluster with this file follows a primary when it is started. */
export function makeStandby(directory: string, owner: RunAs): void {
  const signal = join(directory, 'standby.signal')
  writeFileSync(signal, '', { mode: 0o600 })
  giveTo(owner, signal)
}

/** A connection that speaks the replication protocol, for as long as `work` takes. */
export async function overReplication<T>({ host, port }: { readonly host: string; readonly port: number }, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const connection = { ...plainSocket, host, port, user: 'postgres', database: 'postgres', connectionTimeoutMillis: 2_000, replication: 'true' }
  const client = new pg.Client(connection)
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
