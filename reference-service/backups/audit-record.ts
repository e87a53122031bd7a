import pg from 'pg'
import type { Address } from './take.js'

const writtenWithinMs = 3_000

/** Adds to the record of what operators do. A backup is good without it, so what goes wrong is only said. */
export async function noteBackup({ host, port }: Address, { operator, path, outcome }: { readonly operator: string; readonly path: string; readonly outcome: 'done' | 'failed' }): Promise<void> {
  const client = new pg.Client({ host, port, user: 'postgres', database: 'postgres', connectionTimeoutMillis: writtenWithinMs, query_timeout: writtenWithinMs })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('insert into audit (actor, action, target, outcome) values ($1, $2, $3, $4)', [operator, 'backup', path, outcome])
  } catch (error) {
    process.stderr.write(`backup: the audit record could not be written: ${(error as Error).message}\n`)
  } finally {
    await client.end().catch(() => {})
  }
}
