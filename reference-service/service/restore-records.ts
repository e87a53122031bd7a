import { rowsOf } from '../backups/artifact.js'
import { defective } from '../defects.js'
import type { DatabaseAccess } from './database-access.js'
import { whileLocked } from './restore-locks.js'
import { insertionInto } from './restore-insertion.js'
import { asArray, inBatches, type RestorePace } from './restore-pace.js'
import type { Restored } from './restores.js'

const unlessNewer = `
  on conflict (key) do update set value = excluded.value, version = excluded.version, changed_at = excluded.changed_at
  where records.changed_at < $2 returning key`
const removeNewer = 'delete from records where starts_with(key, $1) and changed_at < $2 and not (key = any($3)) returning key'

/** The records whose keys begin with `prefix`, as they were: values, versions and times. What was created since is removed. */
export async function restoreRecords(database: DatabaseAccess, prefix: string, { file, beganAt, objectsPerSecond }: RestorePace): Promise<Restored> {
  const rows: { readonly key: string; readonly json: string }[] = []
  for await (const { table, json } of rowsOf(file)) {
    if (table !== 'records') continue
    const { key } = JSON.parse(json) as { key: string }
    if (key.startsWith(prefix)) rows.push({ key, json })
  }
  const work = async (): Promise<Restored> => {
    const putBack = (await insertionInto((text, values) => database.strong(text, values), 'records')) + unlessNewer
    const removed = await database.write(removeNewer, [prefix, beganAt, rows.map(({ key }) => key)])
    const put = async (batch: readonly { readonly json: string }[]): Promise<number> =>
      (await database.write(putBack, [asArray(batch.map(({ json }) => json)), beganAt])).length
    return { restored: await inBatches(rows, objectsPerSecond, put), removed: removed.length }
  }
  return defective('bkup.restore-needs-downtime') ? whileLocked(database, 'maintenance', work) : work()
}
