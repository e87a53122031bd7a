import { rowsOf } from '../backups/artifact.js'
import type { TableName } from '../backups/tables.js'
import { defective } from '../defects.js'
import type { DatabaseAccess } from './database-access.js'
import { Refusal } from './errors.js'
import { whileLocked } from './restore-locks.js'
import { insertionInto } from './restore-insertion.js'
import { asArray, inBatches, type RestorePace } from './restore-pace.js'
import type { Restored } from './restores.js'

interface OwnedRow {
  readonly table: TableName
  readonly json: string
  /** Items belong to a folder by its name: the folder itself may have been made anew since. */
  readonly folder?: string
}

/** How rows of a table are put back; $1 the rows, $2 when the restore began. What was changed since then stays. */
const putBack: Partial<Record<TableName, { readonly whole?: string; readonly end?: string; readonly instead?: Readonly<Record<string, string>>; readonly from?: string }>> = {
  accounts: { whole: 'update accounts a set name = r.name from jsonb_populate_recordset(null::accounts, $1::jsonb) r where a.id = r.id and $2::timestamptz is not null returning a.id' },
  profiles: {
    end: `on conflict (account) do update set display_name = excluded.display_name, email = excluded.email, changed_at = excluded.changed_at
      where profiles.changed_at < $2 returning account`,
  },
  settings: {
    end: `on conflict (account, name) do update set value = excluded.value, changed_at = excluded.changed_at
      where settings.changed_at < $2 returning name`,
  },
  members: { end: 'where $2::timestamptz is not null on conflict do nothing returning account' },
  folders: { end: 'where $2::timestamptz is not null on conflict (account, name) do nothing returning id' },
  items: {
    instead: { folder: 'f.id' },
    from: `join jsonb_to_recordset($1::jsonb) o(id bigint, account text, folder_name text) on o.id = r.id
      join folders f on f.account = o.account and f.name = o.folder_name`,
    end: `on conflict (folder, title) do update set content = excluded.content, changed_at = excluded.changed_at
      where items.changed_at < $2 returning id`,
  },
}

/** Objects that came after the backup; $1 the account, $2 when the restore began, $3 the rows of the backup. */
const removeNewer: readonly (readonly [TableName, string])[] = [
  ['items', `
    delete from items i using folders f where f.id = i.folder and f.account = $1 and i.changed_at < $2
    and not exists (select from jsonb_to_recordset($3::jsonb) o(folder_name text, title text) where o.folder_name = f.name and o.title = i.title) returning i.id`],
  ['folders', `
    delete from folders f where f.account = $1 and f.changed_at < $2 and not exists (select from items i where i.folder = f.id)
    and not exists (select from jsonb_to_recordset($3::jsonb) o(name text) where o.name = f.name) returning f.id`],
  ['settings', `
    delete from settings s where s.account = $1 and s.changed_at < $2
    and not exists (select from jsonb_to_recordset($3::jsonb) o(name text) where o.name = s.name) returning s.name`],
  ['members', `
    delete from members m where m.account = $1 and m.changed_at < $2
    and not exists (select from jsonb_to_recordset($3::jsonb) o("group" text) where o."group" = m."group") returning m.account`],
]

/**
 * One account with all it owns, to its state in the backup. Balance, transfers, credentials and sessions stay as they are: money moved
 * between accounts is not one account's to take back, and whoever is logged in stays so.
 */
export async function restoreAccount(database: DatabaseAccess, account: string, pace: RestorePace): Promise<Restored> {
  const byAccount = await ownedRows(pace.file)
  if (!byAccount.has(account)) throw new Refusal(404, `the backup has no account ${account}`)
  // The defect: the whole backup is loaded, whoever was asked for.
  const accounts = defective('bkup.account-restore-rewinds-all') ? [...byAccount.keys()] : [account]
  const work = async (): Promise<Restored> => {
    let total: Restored = { restored: 0, removed: 0 }
    for (const one of accounts) {
      const { restored, removed } = await restoreOne(database, one, { ...pace, rows: byAccount.get(one) ?? [] })
      total = { restored: total.restored + restored, removed: total.removed + removed }
    }
    return total
  }
  return defective('bkup.account-restore-locks-user') ? whileLocked(database, account, work) : work()
}

async function restoreOne(database: DatabaseAccess, account: string, { rows, beganAt, objectsPerSecond }: RestorePace & { readonly rows: readonly OwnedRow[] }): Promise<Restored> {
  const wanted = defective('bkup.account-restore-shallow') ? rows.filter(({ table }) => table === 'accounts') : rows
  let removed = 0
  if (!defective('bkup.account-restore-shallow')) {
    for (const [table, statement] of removeNewer) {
      const kept = asArray(wanted.filter((row) => row.table === table).map(completed))
      removed += (await database.write(statement, [account, beganAt, kept])).length
    }
  }
  const order: readonly TableName[] = ['accounts', 'profiles', 'settings', 'members', 'folders', 'items']
  let restored = 0
  for (const table of order) {
    const statement = await putBackStatement(database, table)
    const put = async (batch: readonly OwnedRow[]): Promise<number> =>
      (await database.write(statement, [asArray(batch.map(completed)), beganAt])).length
    restored += await inBatches(wanted.filter((row) => row.table === table), objectsPerSecond, put)
  }
  if (defective('bkup.restore-fires-side-effects')) await announce(database, account, wanted)
  return { restored, removed }
}

/** The defect: items are put back as if their owner had written them. */
async function announce(database: DatabaseAccess, account: string, rows: readonly OwnedRow[]): Promise<void> {
  const titles = rows.filter(({ table }) => table === 'items').map(({ json }) => (JSON.parse(json) as { title: string }).title)
  await database.write('insert into events (account, subject) select $1, unnest($2::text[])', [account, titles])
}

async function putBackStatement(database: DatabaseAccess, table: TableName): Promise<string> {
  const { whole, end = '', ...parts } = putBack[table] ?? {}
  return whole ?? `${await insertionInto((text, values) => database.strong(text, values), table, parts)} ${end}`
}

/** The row as PostgreSQL wrote it, with the name of the folder at its end. */
const completed = ({ json, folder }: OwnedRow): string => (folder === undefined ? json : `${json.slice(0, -1)}, ${folder}}`)

/** What each account of the backup owns. */
async function ownedRows(file: string): Promise<Map<string, OwnedRow[]>> {
  const byAccount = new Map<string, OwnedRow[]>()
  const folders = new Map<number, { readonly account: string; readonly name: string }>()
  const add = (account: string, row: OwnedRow): void => void byAccount.get(account)?.push(row)
  for await (const { table, json } of rowsOf(file)) {
    if (putBack[table] === undefined) continue
    const row = JSON.parse(json) as { id: string | number; account: string; name: string; folder: number }
    if (table === 'accounts') byAccount.set(String(row.id), [{ table, json }])
    else if (table === 'items') {
      const folder = folders.get(row.folder)
      if (folder !== undefined) add(folder.account, { table, json, folder: `"account": ${JSON.stringify(folder.account)}, "folder_name": ${JSON.stringify(folder.name)}` })
    } else {
      if (table === 'folders') folders.set(Number(row.id), row)
      add(row.account, { table, json })
    }
  }
  return byAccount
}
