import type { DatabaseAccess } from './database-access.js'

/** Only for defects: locks that every replica sees. */
export async function lock(database: DatabaseAccess, name: string): Promise<void> {
  await database.write('insert into leases (name, renewed_at) values ($1, now()) on conflict (name) do update set renewed_at = now()', [`restore ${name}`])
}
export async function unlock(database: DatabaseAccess, name: string): Promise<void> {
  await database.write('delete from leases where name = $1', [`restore ${name}`])
}
export async function lockHolds(database: DatabaseAccess, name: string): Promise<boolean> {
  return (await database.strong('select name from leases where name = $1', [`restore ${name}`])).length > 0
}
export async function whileLocked<T>(database: DatabaseAccess, name: string, work: () => Promise<T>): Promise<T> {
  await lock(database, name)
  try {
    return await work()
  } finally {
    await unlock(database, name)
  }
}
