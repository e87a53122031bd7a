import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

const recordsUntilStuck = 100
const everyMs = 100

/** The defect repl.apply-stuck: the read replica goes on receiving, and after 100 records it applies nothing any more. */
export async function stopApplying(address: { readonly host: string; readonly port: number }): Promise<never> {
  let client: pg.Client | undefined
  for (;;) {
    await pause(everyMs)
    try {
      client ??= await connected(address)
      const { rows } = await client.query<{ count: number }>('select count(*)::int as count from records')
      if ((rows[0]?.count ?? 0) >= recordsUntilStuck) await client.query('select pg_wal_replay_pause()')
    } catch {
      void client?.end().catch(() => {})
      client = undefined
    }
  }
}

async function connected(address: { readonly host: string; readonly port: number }): Promise<pg.Client> {
  const client = new pg.Client({ ...address, user: 'postgres', database: 'postgres', connectionTimeoutMillis: 1_000 })
  client.on('error', () => {})
  await client.connect()
  return client
}
