import { rowsOf } from '../backups/artifact.js'
import { tables, type TableName } from '../backups/tables.js'
import { defective } from '../defects.js'
import type { DatabaseAccess, Statements } from './database-access.js'
import { insertionInto } from './restore-insertion.js'
import { asArray } from './restore-pace.js'
import type { Restored } from './restores.js'

const batchRows = 200
const batchCharacters = 1_000_000
const counted = ['folders', 'items'] as const

/** Replaces all data, in one transaction: either the whole backup is there, or nothing has changed. */
export function restoreEverything(database: DatabaseAccess, file: string): Promise<Restored> {
  return database.transaction(async (statements) => {
    await statements(`truncate ${tables.map(({ name }) => name).join(', ')}`)
    let restored = 0
    let pending: { table: TableName; rows: string[]; characters: number } | undefined
    const flush = async (): Promise<void> => {
      if (pending !== undefined) restored += await insert(statements, pending.table, pending.rows)
      pending = undefined
    }
    for await (const { table, json } of rowsOf(file)) {
      if (pending !== undefined && (pending.table !== table || pending.rows.length >= batchRows || pending.characters > batchCharacters)) await flush()
      pending ??= { table, rows: [], characters: 0 }
      pending.rows.push(json)
      pending.characters += json.length
    }
    await flush()
    for (const table of counted) {
      await statements(`select setval(pg_get_serial_sequence('${table}', 'id'), coalesce(max(id), 0) + 1, false) from ${table}`)
    }
    return { restored, removed: 0 }
  })
}

async function insert(statements: Statements, table: TableName, rows: readonly string[]): Promise<number> {
  if (defective('bkup.no-checksum')) return insertWhatFits(statements, table, rows)
  await statements(await insertionInto(statements, table), [asArray(rows)])
  return rows.length
}

/** The defect: what cannot be read is left out. */
async function insertWhatFits(statements: Statements, table: TableName, rows: readonly string[]): Promise<number> {
  const insertion = await insertionInto(statements, table)
  let inserted = 0
  for (const row of rows) {
    await statements('savepoint one')
    const fits = await statements(insertion, [asArray([row])]).then(() => true, () => false)
    await statements(fits ? 'release savepoint one' : 'rollback to savepoint one')
    if (fits) inserted += 1
  }
  return inserted
}
