import type { DatabaseAccess } from './database-access.js'
import { log } from './log.js'

const renewalMs = 500
const expiryMs = 2_000

/** The defect rdnd.hidden-leader: replica 0 renews a lease, and without it no replica may write. */
export function keepLease(database: DatabaseAccess): void {
  const statement = `insert into leases (name, renewed_at) values ('writer', now())
    on conflict (name) do update set renewed_at = excluded.renewed_at`
  const renew = () => database.write(statement).catch((error: Error) => log('the lease was not renewed', { error: error.message }))
  void renew()
  setInterval(renew, renewalMs).unref()
}

/** Throws when there is a lease and it is too old. */
export async function requireLease(database: DatabaseAccess): Promise<void> {
  const [row] = await database.strong<{ ageMs: number }>(
    `select (extract(epoch from now() - renewed_at) * 1000)::float8 as "ageMs" from leases where name = 'writer'`,
  )
  if (row && row.ageMs > expiryMs) throw new Error(`the lease of the writer was renewed ${Math.round(row.ageMs)} ms ago`)
}
