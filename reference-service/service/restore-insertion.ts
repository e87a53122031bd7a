import type { TableName } from '../backups/tables.js'

type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>

/**
 * The beginning of a statement that inserts the rows $1, an array of JSON, with their identities. `from` may join more, and `instead` gives other
 * expressions for some columns. A JSON null is a value of its own, which PostgreSQL would take for the absence of one.
 */
export async function insertionInto(query: Query, table: TableName, { instead = {}, from = '' }: { readonly instead?: Readonly<Record<string, string>>; readonly from?: string } = {}): Promise<string> {
  const columns = await query(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`,
    [table],
  )
  const names = columns.map(({ name }) => `"${String(name)}"`).join(', ')
  const values = columns.map(({ name, type }) => instead[String(name)] ?? (type === 'jsonb' ? `coalesce(r."${String(name)}", 'null')` : `r."${String(name)}"`)).join(', ')
  return `insert into ${table} (${names}) overriding system value select ${values} from jsonb_populate_recordset(null::${table}, $1::jsonb) r ${from}`
}
